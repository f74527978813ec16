package transform

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/stat/distuv"
)

// fitOn fits the Spec of a name on one slice.
func fitOn(t *testing.T, name string, values ...float32) Spec {
	t.Helper()
	s, err := Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	if s, err = s.Fit(slices.Values([][]float32{values})); err != nil {
		t.Fatal(err)
	}
	return s
}

// built builds a fitted Spec.
func built(t *testing.T, s Spec) Transform {
	t.Helper()
	tr, err := s.Build()
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// Mean and standard deviation after the nonlinear step, by hand: the roots of the
// rates are 0, 0, 1, 3.
func TestStandardiseFitsAfterTheStepsBefore(t *testing.T) {
	nan := float32(math.NaN())
	s := fitOn(t, "sqrt+standardise", 0, nan, 1, 9, 0)
	if step := s.Steps[1]; *step.Mean != 1 || !(math.Abs(*step.Std-math.Sqrt(1.5)) <= 1e-15) {
		t.Errorf("mean %v and std %v, want 1 and √1.5", *step.Mean, *step.Std)
	}
	if again := fitOn(t, s.String(), 4, 5, 6); !cmp.Equal(s, again) {
		t.Errorf("numbers that are given are fitted anew: %v", again)
	}
	if bare := s.Unfitted().String(); bare != "sqrt+standardise" {
		t.Errorf("without its numbers it is %s", bare)
	}
	tr := built(t, s)
	if got := tr.Inverse(tr.Forward(9)); !(math.Abs(got-9) <= 1e-14) {
		t.Errorf("9 comes back as %v", got)
	}
	if got := tr.Inverse(100); !(math.Abs(got-math.Pow(1+100*math.Sqrt(1.5), 2)) <= 1e-9) {
		t.Errorf("a value far above the training data comes back as %v: nothing is clamped there", got)
	}
}

// Blocks of very different means: the digits of the variance survive.
func TestMomentsOfManyBlocks(t *testing.T) {
	var data [][]float32
	var all []float64
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 40 {
		x := make([]float32, 700)
		for j := range x {
			x[j] = float32(1000 + float64(i%3) + 0.01*r.NormFloat64())
			all = append(all, float64(x[j]))
		}
		data = append(data, x)
	}
	mean, square := 0.0, 0.0
	for _, v := range all {
		mean += v / float64(len(all))
	}
	for _, v := range all {
		square += (v - mean) * (v - mean) / float64(len(all))
	}
	m, s := moments(slices.Values(data), nil)
	if !(math.Abs(m-mean) <= 1e-12*mean) || !(math.Abs(s-math.Sqrt(square)) <= 1e-11*s) {
		t.Errorf("mean %v and std %v, want %v and %v", m, s, mean, math.Sqrt(square))
	}
}

// What no standard deviation can scale has the floor that Fit states.
func TestTheScaleHasAFloor(t *testing.T) {
	dry := make([]float32, 1_000_000)
	wet := slices.Clone(dry)
	wet[12345] = 64
	for name, c := range map[string]struct {
		spec   string
		values []float32
		scale  float64
	}{
		"all dry":                  {"sqrt+standardise", dry, 1},
		"one value":                {"sqrt+standardise", []float32{4}, 1},
		"one value, many times":    {"standardise", []float32{0.1, 0.1, 0.1}, 1},
		"one wet cell":             {"sqrt+standardise", wet, (8 - 8e-6) / 30},
		"rounding of a constant":   {"standardise", []float32{1e6, 1e6, 1e6 + 0.0625}, 1e6 / (1 << 20)},
		"nothing out of the usual": {"standardise", []float32{-1, 1}, 1},
		"exactly at the mean":      {"standardise", []float32{-3, 3, 0}, math.Sqrt(6)},
	} {
		s := fitOn(t, c.spec, c.values...)
		last := s.Steps[len(s.Steps)-1]
		if got := *last.Std; !(math.Abs(got-c.scale) <= 1e-6*c.scale) {
			t.Errorf("%s: the scale is %v, want %v", name, got, c.scale)
		}
		for _, v := range []float32{slices.Min(c.values), slices.Max(c.values)} {
			if y := built(t, s).Forward(float64(v)); !(math.Abs(y) <= 30.001) {
				t.Errorf("%s: %v goes to %v", name, v, y)
			}
		}
	}
}

// With the quantiles of a known distribution, the score of x is Φ⁻¹(F(x)): for
// exponential data, whose tail is that of rain.
func TestNormalScoreOfExponentialData(t *testing.T) {
	const n = 200_000
	values := make([]float32, n)
	for i := range values { // the quantiles at middle ranks, in no order
		p := (float64((i*7919)%n) + 0.5) / n
		values[i] = float32(-math.Log1p(-p))
	}
	tr := built(t, fitOn(t, "normal-score", values...))
	for _, x := range []float64{0.01, 0.1, 0.5, 1, 2, 5, 9} {
		want := distuv.UnitNormal.Quantile(-math.Expm1(-x))
		if got := tr.Forward(x); !(math.Abs(got-want) <= 6e-3) { // lines between knots an eighth apart
			t.Errorf("the score of %v is %v, want %v", x, got, want)
		}
	}
}

// Half of all cells dry: they share the score of their middle rank, Φ⁻¹(¼), the
// first wet value has its own, and nothing is negative.
func TestNormalScoreOfAnAtom(t *testing.T) {
	var values []float32
	for i := range 500 {
		values = append(values, 0, float32(1+i))
	}
	s := fitOn(t, "normal-score", values...)
	tr := built(t, s)
	for x, rank := range map[float64]float64{0: 0.25, 1: 0.5005, 500: 0.9995} {
		if got, want := tr.Forward(x), distuv.UnitNormal.Quantile(rank); !(math.Abs(got-want) <= 1e-12) {
			t.Errorf("the score of %v is %v, want %v", x, got, want)
		}
	}
	for _, y := range []float64{-0.7, -5, -1e9, math.Inf(-1)} {
		if got := tr.Inverse(y); got != 0 {
			t.Errorf("Inverse(%v) = %v, want 0", y, got)
		}
	}
	// The tail is the line through the last knot and the one a unit of y before.
	x, y := s.Steps[0].X, s.Steps[0].Y
	last := len(x) - 1
	i := last
	for y[last]-y[i] < 1 {
		i--
	}
	want := x[last] + 10*(x[last]-x[i])/(y[last]-y[i])
	if got := tr.Inverse(y[last] + 10); !(math.Abs(got-want) <= 1e-9*want) {
		t.Errorf("ten scores beyond the data: %v, want %v", got, want)
	}
}

// One value, two values, negative ones: knots enough for an inverse.
func TestNormalScoreOfLittle(t *testing.T) {
	for _, values := range [][]float32{{5}, {5, 5, 5}, {0}, {-3, 8}, {0, 0, 0, 0, 1e-30}, {1e30, -1e30}} {
		s := fitOn(t, "normal-score", values...)
		tr := built(t, s)
		for _, v := range values {
			if got := tr.Inverse(tr.Forward(float64(v))); got != float64(v) {
				t.Errorf("%v: %v comes back as %v", values, v, got)
			}
		}
		for _, y := range []float64{-1e3, -1, 0, 1, 1e3} {
			if got := tr.Inverse(y); math.IsNaN(got) || math.IsInf(got, 0) {
				t.Errorf("%v: Inverse(%v) = %v", values, y, got)
			}
		}
	}
}

// Any transform undoes itself on any data it was fitted on, through the text it is
// saved as, increases, and stays finite far beyond them.
func TestFittedTransformsUndoThemselves(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for trial := range 15 {
		values := make([]float32, 1+r.IntN(3000))
		dry, scale := r.Float64(), math.Exp(4*r.NormFloat64())
		for i := range values {
			if r.Float64() > dry {
				values[i] = float32(scale * math.Exp(2*r.NormFloat64()))
			}
		}
		floor := float64(slices.Max(values)) / 1000
		for _, name := range []string{"sqrt+standardise", "nonnegative+standardise", "log:0.1+standardise", "logplus:0.01+standardise", "db:0.1+standardise", "normal-score", "sqrt+normal-score+standardise"} {
			s := fitOn(t, name, values...)
			var j, y Spec
			text, err := json.Marshal(s)
			if err != nil || json.Unmarshal(text, &j) != nil || !cmp.Equal(s, j) {
				t.Fatalf("trial %d, %s: through JSON %v (%v)", trial, name, j, err)
			}
			text, err = yaml.Marshal(s)
			if err != nil || yaml.Unmarshal(text, &y) != nil || !cmp.Equal(s, y) {
				t.Fatalf("trial %d, %s: through YAML %v (%v)", trial, name, y, err)
			}
			if again, err := Parse(s.String()); err != nil || !cmp.Equal(s, again) {
				t.Fatalf("trial %d, %s: prints as %v (%v)", trial, name, again, err)
			}
			tr := built(t, s)
			sorted := slices.Clone(values)
			slices.Sort(sorted)
			before := math.Inf(-1)
			for _, v := range append(sorted, 3*sorted[len(sorted)-1]) {
				x := float64(v)
				if name == "db:0.1+standardise" && x < 0.1 {
					x = 0 // below the floor
				}
				forward := tr.Forward(x)
				if forward < before {
					t.Fatalf("trial %d, %s: decreases at %v", trial, name, x)
				}
				before = forward
				if got := tr.Inverse(forward); !(math.Abs(got-x) <= 1e-11*(x+floor+0.1)) {
					t.Fatalf("trial %d, %s: %v comes back as %v", trial, name, x, got)
				}
			}
			for _, z := range []float64{-50, -5, -1, 0, 1, 5, 50} {
				if x := tr.Inverse(z); !(x >= 0) || math.IsInf(x, 0) {
					t.Fatalf("trial %d, %s: Inverse(%v) = %v", trial, name, z, x)
				}
			}
		}
	}
}

// The decibel scale by hand, at its floor and in the gap below.
func TestDB(t *testing.T) {
	d := DB{Floor: 0.2}
	floor := 10 * math.Log10(0.2)
	for x, y := range map[float64]float64{1: 0, 10: 10, 0.2: floor, 0.1999: floor - 5, 0: floor - 5} {
		if got := d.Forward(x); !(math.Abs(got-y) <= 1e-12) {
			t.Errorf("%v is %v dB, want %v", x, got, y)
		}
	}
	for y, x := range map[float64]float64{0: 1, 20: 100, floor: 0.2, floor - 2.4: 0.2, floor - 2.6: 0, -99: 0} {
		if got := d.Inverse(y); !(math.Abs(got-x) <= 1e-12) {
			t.Errorf("%v dB is %v, want %v", y, got, x)
		}
	}
	if got := float64(float32(d.Forward(0.2))); !(math.Abs(d.Inverse(got)-0.2) <= 1e-7) {
		t.Errorf("the floor comes back from float32 as %v", d.Inverse(got))
	}
	if !math.IsInf(d.LogDerivative(0.1), -1) || !(math.Abs(d.LogDerivative(2)-math.Log(10/math.Ln10/2)) <= 1e-15) {
		t.Errorf("slopes: %v below the floor, %v at 2", d.LogDerivative(0.1), d.LogDerivative(2))
	}
}

func TestLogPlusIsLogMoved(t *testing.T) {
	for _, c := range []float64{1e-3, 0.1, 5} {
		for _, x := range []float64{0, 1e-9, 0.01, 1, 80} {
			a, b := LogPlus{c}, Log{c}
			if got, want := a.Forward(x), b.Forward(x)+math.Log(c); !(math.Abs(got-want) <= 1e-14*(1+math.Abs(want))) {
				t.Errorf("ln(%v + %v) = %v, want %v", x, c, got, want)
			}
			if !(math.Abs(a.LogDerivative(x)-b.LogDerivative(x)) <= 1e-15*math.Abs(b.LogDerivative(x))) {
				t.Errorf("slope of ln(%v + %v): %v, want %v", x, c, a.LogDerivative(x), b.LogDerivative(x))
			}
		}
	}
}
