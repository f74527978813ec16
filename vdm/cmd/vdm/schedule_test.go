package main

import (
	"encoding/csv"
	"flag"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The table as text, by a golden file that a test below checks against algebra.
func TestScheduleText(t *testing.T) {
	const golden = "testdata/schedule.txt"
	got := succeed(t, "schedule") + "\n" +
		succeed(t, "schedule", "--name", "linear", "--min", "-10", "--max", "8", "--weighting", "sigmoid", "--param", "bias=1", "--n", "3")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Error(diff)
	}
}

// The table as CSV against the closed form of the cosine schedule:
// λ(t) = −2 ln tan(a + t(b − a)) with a = arctan exp(−λ_max/2) and
// b = arctan exp(−λ_min/2), p_Λ = sech(λ/2)/(4(b − a)), and for the v weighting
// w = exp(−λ/2)/(b − a), −w′ = w/2.
func TestScheduleCSV(t *testing.T) {
	const n, low, high = 101, -20.0, 15.0
	text := succeed(t, "schedule", "--csv", "--n", strconv.Itoa(n), "--min", "-20", "--max", "15")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"t", "log_snr", "alpha", "sigma", "density", "w", "neg_dw"}, rows[0]); diff != "" {
		t.Error(diff)
	}
	if len(rows) != n+1 {
		t.Fatalf("%d rows, want %d", len(rows), n+1)
	}
	a, b := math.Atan(math.Exp(-high/2)), math.Atan(math.Exp(-low/2))
	for i, row := range rows[1:] {
		var v []float64
		for _, cell := range row {
			x, err := strconv.ParseFloat(cell, 64)
			if err != nil {
				t.Fatal(err)
			}
			v = append(v, x)
		}
		tm := float64(i) / (n - 1)
		lambda := -2 * math.Log(math.Tan(a+tm*(b-a)))
		w := math.Exp(-v[1]/2) / (b - a)
		want := []float64{
			tm, lambda, math.Sqrt(1 / (1 + math.Exp(-v[1]))), math.Sqrt(1 / (1 + math.Exp(v[1]))),
			1 / math.Cosh(v[1]/2) / (4 * (b - a)), w, w / 2,
		}
		for k := range want {
			// Where λ is −20 the tangent amplifies the rounding of its argument.
			if math.Abs(v[k]-want[k]) > 1e-9*max(1, math.Abs(want[k])) {
				t.Errorf("row %d, %s is %v, want %v", i, rows[0][k], v[k], want[k])
			}
		}
		if s := v[2]*v[2] + v[3]*v[3]; math.Abs(s-1) > 1e-14 {
			t.Errorf("row %d: α² + σ² = %v", i, s)
		}
	}
}

func TestScheduleShift(t *testing.T) {
	rows := strings.Split(succeed(t, "schedule", "--csv", "--n", "3", "--shift", "1.5", "--weighting", "edm"), "\n")
	if middle := strings.Split(rows[2], ","); !strings.HasPrefix(middle[1], "1.4999") && !strings.HasPrefix(middle[1], "1.5") {
		t.Errorf("λ(½) is %s, want 1.5", middle[1])
	}
}

func TestScheduleRefused(t *testing.T) {
	for _, test := range []struct {
		say  string
		args []string
	}{
		{`unknown noise schedule "cosin"`, []string{"--name", "cosin"}},
		{`unknown weighting "w"`, []string{"--weighting", "w"}},
		{`unknown parameter "gama"`, []string{"--weighting", "min-snr", "--param", "gama=5"}},
		{"expected min below max", []string{"--min", "3", "--max", "-3"}},
		{"log-SNR bounds", []string{"--min", "NaN"}},
		{"has no shift", []string{"--name", "linear", "--shift", "1"}},
	} {
		refuse(t, exitFailed, []string{test.say}, append([]string{"schedule"}, test.args...)...)
	}
	for _, test := range []struct {
		say  string
		args []string
	}{
		{"--n is 1", []string{"--n", "1"}},
		{"--n is 2000000", []string{"--n", "2000000"}},
		{"both 0", []string{"--min", "0", "--max", "0"}},
		{`"five" is not a number`, []string{"--weighting", "min-snr", "--param", "gamma=five"}},
	} {
		refuse(t, exitUsage, []string{test.say}, append([]string{"schedule"}, test.args...)...)
	}
}
