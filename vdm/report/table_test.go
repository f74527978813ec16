package report

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

func ExampleTable() {
	fmt.Print(Table{
		Title:   "Held-out loss",
		Columns: []string{"denoiser", "loss", "what it is"},
		Rows: [][]string{
			{"network", Format(0.08312), "300 steps"},
			{"Wiener λ", Format(12.34), "linear"},
			{"none", Format(math.NaN())},
		},
		Notes: []string{"smaller is better"},
	})
	// Output:
	// Held-out loss
	//   denoiser    loss  what it is
	//   network   0.0831  300 steps
	//   Wiener λ    12.3  linear
	//   none           –
	//   smaller is better
}

func TestFormat(t *testing.T) {
	for x, want := range map[float64]string{
		0: "0", 1: "1.00", 0.5148: "0.515", 9.996: "10.0", 99.96: "100", 999.6: "1000", 123456: "123456",
		-2.345: "-2.35", 0.00012345: "0.000123", 1.5e-7: "1.5e-07", 0.09996: "0.100", 1e20: "1e+20",
	} {
		if got := Format(x); got != want {
			t.Errorf("Format(%v) is %q, want %q", x, got, want)
		}
	}
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if got := Format(x); got != "–" {
			t.Errorf("Format(%v) is %q", x, got)
		}
	}
}

func TestTableHTMLEscapes(t *testing.T) {
	got := string(Table{Title: "<b>", Columns: []string{"a&b"}, Rows: [][]string{{`<script>"x"</script>`}}, Notes: []string{"<i>"}}.HTML())
	for _, bad := range []string{"<b>", "a&b<", "<script", "<i>"} {
		if strings.Contains(got, bad) {
			t.Errorf("%q stands unescaped in %s", bad, got)
		}
	}
	if err := (Table{Columns: []string{"a"}, Rows: [][]string{{"1", "2"}}}).Validate(); err == nil {
		t.Error("a row longer than the heading: no error")
	}
}
