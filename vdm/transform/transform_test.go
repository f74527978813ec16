package transform

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

func fitted() map[string]Transform {
	rain := Affine{Min: 0, Max: 76.96769714355469}
	return map[string]Transform{
		"identity":    Identity{},
		"affine":      rain,
		"affine<0":    Affine{Min: -3.5, Max: 0.1},
		"sqrt":        Sqrt{},
		"cbrt":        Cbrt{},
		"log":         Log{Epsilon: 0.1},
		"sqrt+affine": Chain{Sqrt{}, Affine{Min: 0, Max: math.Sqrt(76.96769714355469)}},
		"log+affine":  Chain{Log{Epsilon: 0.01}, Affine{Min: 0, Max: 8.95}},
		"affine+log":  Chain{Affine{Min: -80, Max: 0}, Log{Epsilon: 2}},
		"empty chain": Chain{},

		"nonnegative":        NonNegative{},
		"standardise":        Standardise{Mean: 0.7, Std: 1.9},
		"sqrt+standardise":   Chain{Sqrt{}, Standardise{Mean: 1.9, Std: 1.6}},
		"logplus":            LogPlus{Offset: 0.1},
		"db":                 DB{Floor: 1e-7},
		"db+standardise":     Chain{DB{Floor: 1e-7}, Standardise{Mean: -4, Std: 12}},
		"normal score":       NewNormalScore([]float64{0, 0.05, 3, 60}, []float64{-0.5, 0.4, 1, 3}),
		"normal score, tail": NewNormalScore([]float64{0.02, 0.5}, []float64{-1, 1}),
	}
}

// rates are points of the domain of all of fitted, from a trace to a deluge.
var rates = []float64{1e-6, 1e-3, 0.01, 0.1, 0.7, 1, 3.3, 20, 76.9, 120}

func TestInverseUndoesForward(t *testing.T) {
	for name, tr := range fitted() {
		for _, x := range append([]float64{0}, rates...) {
			if got := tr.Inverse(tr.Forward(x)); !(math.Abs(got-x) <= 4e-14*(1+math.Abs(x))) {
				t.Errorf("%s: Inverse(Forward(%v)) = %v, off by %g", name, x, got, got-x)
			}
		}
		for _, x := range rates {
			y := tr.Forward(x)
			if got := tr.Forward(tr.Inverse(y)); !(math.Abs(got-y) <= 4e-14*(1+math.Abs(y))) {
				t.Errorf("%s: Forward(Inverse(%v)) = %v", name, y, got)
			}
		}
	}
}

func TestForwardIncreases(t *testing.T) {
	for name, tr := range fitted() {
		for i := 1; i < len(rates); i++ {
			if !(tr.Forward(rates[i-1]) < tr.Forward(rates[i])) {
				t.Errorf("%s: not increasing from %v to %v", name, rates[i-1], rates[i])
			}
		}
	}
}

func TestLogDerivativeAgainstFiniteDifferences(t *testing.T) {
	for name, tr := range fitted() {
		for _, x := range rates {
			h := 1e-4 * x
			// Fourth order, so that the step can be large against rounding.
			slope := (8*(tr.Forward(x+h)-tr.Forward(x-h)) - (tr.Forward(x+2*h) - tr.Forward(x-2*h))) / (12 * h)
			// The forward values round at 1e-16 of themselves, over a width h.
			tol := 1e-9 + 1e-15*(1+math.Abs(tr.Forward(x)))/(h*slope)
			if got := tr.LogDerivative(x); !(math.Abs(got-math.Log(slope)) <= tol) {
				t.Errorf("%s at %v: ln dy/dx = %v, finite differences give %v", name, x, got, math.Log(slope))
			}
		}
	}
}

func TestMissingStaysMissing(t *testing.T) {
	nan := math.NaN()
	for name, tr := range fitted() {
		for what, v := range map[string]float64{
			"Forward": tr.Forward(nan), "Inverse": tr.Inverse(nan), "LogDerivative": tr.LogDerivative(nan),
		} {
			if !math.IsNaN(v) {
				t.Errorf("%s: %s(NaN) = %v", name, what, v)
			}
		}
	}
}

func TestAffineMeetsItsEnds(t *testing.T) {
	for _, a := range []Affine{{0, 76.96769714355469}, {-3.3, 0.1}, {0.1, 0.3}, {-1e30, 1e30}} {
		if a.Forward(a.Min) != -1 || a.Forward(a.Max) != 1 || a.Inverse(-1) != a.Min || a.Inverse(1) != a.Max {
			t.Errorf("%v: ends go to %v and %v and come back as %v and %v",
				a, a.Forward(a.Min), a.Forward(a.Max), a.Inverse(-1), a.Inverse(1))
		}
	}
}

// What a generator may produce that no rain has.
func TestInverseClampsToThePhysicalDomain(t *testing.T) {
	for name, tr := range map[string]Transform{
		"cbrt":        Cbrt{},
		"sqrt":        Sqrt{},
		"log":         Log{Epsilon: 0.1},
		"sqrt+affine": Chain{Sqrt{}, Affine{Min: 0, Max: 8}},

		"nonnegative":      NonNegative{},
		"sqrt+standardise": Chain{Sqrt{}, Standardise{Mean: 0.9, Std: 1}},
		"logplus":          Chain{LogPlus{Offset: 0.1}, Standardise{Mean: math.Log(0.1), Std: 2}},
		"db":               Chain{DB{Floor: 0.1}, Standardise{Mean: -9, Std: 4}},
		"normal score":     NewNormalScore([]float64{0, 1, 5}, []float64{-0.9, 0, 1}),
	} {
		for _, y := range []float64{-1.0001, -3, math.Inf(-1)} {
			if got := tr.Inverse(y); got != 0 {
				t.Errorf("%s: Inverse(%v) = %v, want 0", name, y, got)
			}
		}
	}
	if got := (Affine{Min: 0, Max: 10}).Inverse(-1.2); !(math.Abs(got+1) <= 1e-15) {
		t.Errorf("affine does not clamp: Inverse(-1.2) = %v, want -1", got)
	}
}

func TestOutsideTheDomainIsNaN(t *testing.T) {
	for _, tr := range []Transform{Sqrt{}, Cbrt{}, Log{Epsilon: 0.1}, NonNegative{}, LogPlus{Offset: 0.1}, DB{Floor: 0.1}, NewNormalScore([]float64{0, 1}, []float64{0, 1})} {
		if !math.IsNaN(tr.Forward(-0.05)) || !math.IsNaN(tr.LogDerivative(-0.05)) {
			t.Errorf("%v: a negative value is not refused", tr)
		}
	}
	for _, tr := range []Transform{Identity{}, Chain{}} {
		if got := tr.LogDerivative(0); got != 0 {
			t.Errorf("%v: ln dy/dx at 0 is %v", tr, got)
		}
	}
	if got, want := (DB{Floor: 0.1}).LogDerivative(0.1), math.Log(100/math.Ln10); !(math.Abs(got-want) < 1e-14) {
		t.Errorf("ln dy/dx of decibels at their floor is %v, want %v", got, want)
	}
	if !math.IsInf((Sqrt{}).LogDerivative(0), 1) {
		t.Error("the slope of sqrt at 0 is not infinite")
	}
}

// foreign is a transform that the bulk loops do not know.
type foreign struct{ Identity }

func (foreign) Forward(x float64) float64 { return x + 1 }
func (foreign) Inverse(y float64) float64 { return y - 1 }

func TestBulkEqualsOneByOne(t *testing.T) {
	all := fitted()
	all["foreign"] = foreign{}
	all["foreign in a chain"] = Chain{Sqrt{}, foreign{}, Affine{Min: 1, Max: 9}}
	src := make([]float32, 3*block+17) // whole blocks and a rest
	for i := range src {
		src[i] = float32(math.Pow(10, 4*float64(i)/float64(len(src))-2))
	}
	src[5], src[block] = float32(math.NaN()), 0
	for name, tr := range all {
		fwd, back, inPlace := make([]float32, len(src)), make([]float32, len(src)), slices.Clone(src)
		Apply(tr, fwd, src)
		Undo(tr, back, fwd)
		Apply(tr, inPlace, inPlace)
		for i := range src {
			wantF, wantB := float32(tr.Forward(float64(src[i]))), float32(tr.Inverse(float64(fwd[i])))
			if !same(fwd[i], wantF) || !same(back[i], wantB) || !same(inPlace[i], wantF) {
				t.Fatalf("%s: value %d (%v): Apply %v (in place %v), want %v; Undo %v, want %v",
					name, i, src[i], fwd[i], inPlace[i], wantF, back[i], wantB)
			}
		}
	}
}

func same(a, b float32) bool { return a == b || a != a && b != b }

func TestBulkRefusesDifferentLengths(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	Apply(Sqrt{}, make([]float32, 3), make([]float32, 4))
}

func BenchmarkApply(b *testing.B) {
	for _, name := range []string{"affine", "sqrt+affine", "log+affine"} {
		tr := fitted()[name]
		b.Run(name, func(b *testing.B) {
			x := make([]float32, 1<<16)
			for i := range x {
				x[i] = float32(i%1000) / 20
			}
			y := make([]float32, len(x))
			for b.Loop() {
				Apply(tr, y, x)
			}
			b.ReportMetric(float64(b.N)*float64(len(x))/1e6/b.Elapsed().Seconds(), "Mvalues/s")
		})
	}
}

func ExampleSpec_Fit() {
	train := [][]float32{{0, 0.2, 1.5}, {0, 64, 3}}
	spec, _ := Parse("sqrt+affine")
	spec, err := spec.Fit(slices.Values(train))
	if err != nil {
		fmt.Println(err)
		return
	}
	t, _ := spec.Build()
	fmt.Println(t)
	fmt.Println(t.Forward(0), t.Forward(16), t.Forward(64))
	fmt.Println(t.Inverse(0), t.Inverse(-1.3)) // below the range: dry
	// Output:
	// sqrt, then affine [0, 8] → [-1, 1]
	// -1 0 1
	// 16 0
}
