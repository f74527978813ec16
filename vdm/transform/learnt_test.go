package transform

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const rainMax = 76.96769714355469 // of the dissertation's training data

// learntStep returns a step of hidden units with weights up to a size, at random.
func learntStep(hidden int, slope, size float64) Step {
	r := rand.New(rand.NewPCG(uint64(hidden), math.Float64bits(size)))
	most := rainMax
	s := Step{Kind: KindLearnt, Max: &most, Slope: &slope}
	for i := range LearntSize(hidden) {
		w := size * r.Float64()
		if h := hidden; (i >= h && i < 2*h || i >= 2*h+h*h && i < 3*h+h*h || i == h*h+4*h) && r.Float64() < 0.5 {
			w = -w // biases may be negative
		}
		s.Weights = append(s.Weights, w)
	}
	return s
}

// Some are nearly linear, some steep at 0 with hardly any slope above, as collapsed ones
// are.
func learntSteps() map[string]Step {
	return map[string]Step{
		"linear": learntStep(16, 0.1, 0.02), "usual": learntStep(16, 0.1, 0.3), "steep": learntStep(16, 0.1, 5), "one unit": learntStep(1, 0.1, 2),
		"collapsed": learntStep(16, 0.001, 30), "many units": learntStep(40, 0.1, 0.2),
	}
}

// Rates up to far above what was fitted come back to 1e-6 of themselves, and the ends are
// met exactly.
func TestLearntInverseIsExact(t *testing.T) {
	for name, step := range learntSteps() {
		l := built(t, Spec{Steps: []Step{step}})
		last := math.Inf(-1)
		for _, x := range append([]float64{0, rainMax, math.Nextafter(rainMax, 0)}, logarithmic(1e-4, 1000, 2000)...) {
			if got := l.Inverse(l.Forward(x)); !(math.Abs(got-x) <= 1e-6*x) {
				t.Fatalf("%s: %v comes back as %v", name, x, got)
			}
		}
		for _, x := range logarithmic(1e-4, 1000, 2000) {
			y := l.Forward(x)
			if !(y > last) {
				t.Fatalf("%s: not increasing at %v", name, x)
			}
			last = y
			if d := l.LogDerivative(x); math.IsNaN(d) || math.IsInf(d, 0) {
				t.Fatalf("%s: ln dy/dx is %v at %v", name, d, x)
			}
		}
		if l.Forward(0) != -1 || l.Forward(rainMax) != 1 || l.Inverse(-1) != 0 || l.Inverse(1) != rainMax {
			t.Errorf("%s: the ends go to %v and %v and come back as %v and %v", name, l.Forward(0), l.Forward(rainMax), l.Inverse(-1), l.Inverse(1))
		}
	}
}

func logarithmic(from, to float64, n int) (x []float64) {
	for i := range n {
		x = append(x, from*math.Pow(to/from, float64(i)/float64(n-1)))
	}
	return x
}

// The derivative by finite differences, also across the end of the range, where it
// continues.
func TestLearntDerivative(t *testing.T) {
	for name, step := range learntSteps() {
		l := built(t, Spec{Steps: []Step{step}})
		for _, x := range []float64{0.01, 0.1, 1, 5, 20, 60, rainMax, 200} {
			h := 1e-5 * x
			slope := (l.Forward(x+h) - l.Forward(x-h)) / (2 * h)
			if got := math.Exp(l.LogDerivative(x)); !(math.Abs(got-slope) <= 1e-4*slope+1e-15/h) {
				t.Errorf("%s at %v: dy/dx is %v, finite differences give %v", name, x, got, slope)
			}
		}
	}
}

// One hidden unit by hand.
func TestLearntByHand(t *testing.T) {
	s, err := Parse("learnt:10:0.5:1:-0.5:2:0.25:3:-1")
	if err != nil {
		t.Fatal(err)
	}
	g := func(u float64) float64 {
		return math.Tanh(3*math.Tanh(2*math.Tanh(u-0.5)+0.25)-1) + 0.5*u
	}
	if got, want := built(t, s).Forward(4), 2*(g(0.8)-g(0))/(g(2)-g(0))-1; !(math.Abs(got-want) <= 1e-15) {
		t.Errorf("4 goes to %v, want %v", got, want)
	}
}

// What no rain has, and what a generator may produce.
func TestLearntBeyondItsRange(t *testing.T) {
	l := built(t, Spec{Steps: []Step{learntSteps()["usual"]}})
	for _, x := range []float64{-0.1, math.NaN(), math.Inf(-1)} {
		if y, d := l.Forward(x), l.LogDerivative(x); !math.IsNaN(y) || !math.IsNaN(d) {
			t.Errorf("%v goes to %v with the slope %v", x, y, d)
		}
	}
	for _, y := range []float64{-1.001, -50, math.Inf(-1)} {
		if got := l.Inverse(y); got != 0 {
			t.Errorf("%v comes from %v, want 0", y, got)
		}
	}
	slope := math.Exp(l.LogDerivative(rainMax))
	if got := l.Forward(500); !(math.Abs(got-(1+(500-rainMax)*slope)) <= 1e-12) {
		t.Errorf("500 mm/h goes to %v: not the line from the end", got)
	}
	if got := l.Inverse(3.4e38); math.IsInf(got, 0) || math.IsNaN(got) {
		t.Errorf("the largest float32 comes from %v", got)
	}
	if !math.IsNaN(l.Inverse(math.NaN())) {
		t.Error("a missing value is not missing any more")
	}
}

// The text, JSON and YAML have every digit; a file is loaded as it was written; and a
// step that follows is fitted on the learnt values.
func TestLearntIsStored(t *testing.T) {
	s := Spec{Steps: []Step{learntSteps()["usual"], {Kind: KindStandardise}}}
	again, err := Parse(s.String())
	if err != nil || !cmp.Equal(again, s) {
		t.Errorf("read again as %v (%v)", again, err)
	}
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "learnt.json")
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	loaded, err := Load("@" + path)
	if err != nil || !cmp.Equal(loaded, s) {
		t.Errorf("loaded as %v (%v)", loaded, err)
	}
	if named, err := Load("sqrt+affine"); err != nil || named.String() != "sqrt+affine" {
		t.Errorf("a name is loaded as %v (%v)", named, err)
	}
	for _, bad := range []string{"@" + path + ".none", "learnt", "learnt:1:2"} {
		if _, err := Load(bad); err == nil {
			t.Errorf("%s is loaded", bad)
		}
	}
	if s.Fitted() || !(Spec{Steps: s.Steps[:1]}).Bounded() {
		t.Error("a chain that waits for its scale is fitted, or a learnt one is not bounded")
	}
	fit, err := s.Fit(slices.Values([][]float32{{0, 0, 1, 5, 300}})) // beyond what the function was fitted on
	if err != nil {
		t.Fatal(err)
	}
	if tr := built(t, fit); math.IsNaN(tr.Forward(300)) || !(math.Abs(tr.Inverse(tr.Forward(300))-300) <= 1e-9) {
		t.Errorf("300 goes to %v", tr.Forward(300))
	}
	if bare := fit.Unfitted(); !cmp.Equal(bare, s) {
		t.Errorf("without what was fitted it is %v", bare)
	}
}

// A function whose inverse is not finite, or that does not increase, is refused.
func TestLearntIsRefused(t *testing.T) {
	change := func(f func(s *Step)) Step {
		s := learntStep(16, 0.1, 0.3)
		f(&s)
		return s
	}
	number := func(x float64) *float64 { return &x }
	for want, s := range map[string]Step{
		"are missing":                change(func(s *Step) { s.Weights = nil }),
		"max is 0":                   change(func(s *Step) { s.Max = number(0) }),
		"slope -0.1":                 change(func(s *Step) { s.Slope = number(-0.1) }),
		"slope is +Inf":              change(func(s *Step) { s.Slope = number(math.Inf(1)) }),
		"320 weights":                change(func(s *Step) { s.Weights = s.Weights[1:] }),
		"weights[3] is NaN":          change(func(s *Step) { s.Weights[3] = math.NaN() }),
		"weights[40] is -1":          change(func(s *Step) { s.Weights[40] = -1 }),
		"the slope dy/dx":            change(func(s *Step) { s.Max, s.Slope = number(1e305), number(1e-10); s.Weights[320] = 800 }),
		"want one that increases":    learntStep(16, 1e-30, 30),
		"no parameter epsilon":       change(func(s *Step) { s.Epsilon = number(1) }),
		"sqrt has no weights":        {Kind: KindSqrt, Weights: []float64{1}},
		"has no parameters x and y":  change(func(s *Step) { s.X, s.Y = []float64{1}, []float64{1} }),
		"affine has no parameter sl": {Kind: KindAffine, Slope: number(1)},
	} {
		if err := s.validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q in the error", err, want)
		}
	}
}

func BenchmarkLearnt(b *testing.B) {
	step := learntSteps()["usual"]
	l := step.build()
	x := make([]float32, 1<<12)
	for i := range x {
		x[i] = float32(i%1000) / 20
	}
	y := make([]float32, len(x))
	for name, do := range map[string]func(){"Apply": func() { Apply(l, y, x) }, "Undo": func() { Undo(l, x, y) }} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				do()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(x)), "ns/value")
		})
	}
}
