package plotting

import (
	"math"
	"path/filepath"
	"strings"
	"testing"
)

func TestBarsGolden(t *testing.T) {
	left, err := Bars([]Bar{{Name: "level 1 down", Value: 12}, {Name: "level 2 down", Value: 36.5}, {Name: "none", Value: 0}}, BarOptions{
		Style: Style{DPI: goldenDPI, Title: "Work"}, X: Axis{Label: "Work", Unit: "GFLOP"},
	})
	if err != nil {
		t.Fatal(err)
	}
	right, err := Bars([]Bar{{Value: 0.2, Text: "a fifth"}, {Value: 1}}, BarOptions{
		Style: Style{DPI: goldenDPI, Width: 7}, X: Axis{Label: "Share", Limits: [2]float64{0, 1.5}}, Color: okabeIto[2],
	})
	if err != nil {
		t.Fatal(err)
	}
	both, err := Grid([][]*Picture{{left, right}}, GridOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if *gallery != "" {
		if err := both.SavePNG(filepath.Join(*gallery, "bars.png")); err != nil {
			t.Fatal(err)
		}
	}
	file, err := both.PNG()
	if err != nil {
		t.Fatal(err)
	}
	compareGolden(t, filepath.Join("testdata", "bars.png"), file)
}

func TestBarsRefuse(t *testing.T) {
	for _, c := range []struct {
		bars []Bar
		opt  BarOptions
		says string
	}{
		{nil, BarOptions{}, "no bar given"},
		{[]Bar{{Name: "a", Value: -1}}, BarOptions{}, `bar 0 ("a") has the value -1`},
		{[]Bar{{Name: "a", Value: math.NaN()}}, BarOptions{}, "NaN"},
		{[]Bar{{Name: "a", Value: 1}}, BarOptions{X: Axis{Log: true}}, "logarithmic"},
	} {
		if _, err := Bars(c.bars, c.opt); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("error %v, want one that says %q", err, c.says)
		}
	}
}
