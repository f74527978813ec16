package verify

import (
	"math"
	"math/rand/v2"
	"testing"
)

// An autoregressive process of order 1 has the correlation φᵏ at lag k, whatever its
// mean.
func TestLagCorrelationOfAR1(t *testing.T) {
	const frames, cells, φ = 12, 5000, 0.8
	l := must(NewLagCorrelation(frames, cells, 6))
	r := rand.New(rand.NewPCG(2, 1))
	for range 4 {
		clip := make([]float32, frames*cells)
		for c := range cells {
			z := r.NormFloat64()
			for f := range frames {
				clip[f*cells+c] = float32(1000 + z)
				z = φ*z + math.Sqrt(1-φ*φ)*r.NormFloat64()
			}
		}
		check(t, l.Add(clip))
	}
	got := l.Value()
	if len(got) != 6 {
		t.Fatalf("%d lags, want 6", len(got))
	}
	for k, v := range got {
		if want := math.Pow(φ, float64(k+1)); !(math.Abs(v-want) <= 0.02) {
			t.Errorf("lag %d: %v, want %v", k+1, v, want)
		}
	}
}

// A sinusoid over whole periods: cos of the phase between the frames; and by hand with a
// missing value.
func TestLagCorrelationByHand(t *testing.T) {
	const cells = 360 // phases
	clip := make([]float32, 3*cells)
	for f := range 3 {
		for c := range cells {
			clip[f*cells+c] = float32(math.Sin(2*math.Pi*float64(c)/cells + float64(f)))
		}
	}
	l := must(NewLagCorrelation(3, cells, 99))
	check(t, l.Add(clip))
	if got := l.Value(); !allNear(got, []float64{math.Cos(1), math.Cos(2)}, 1e-6) {
		t.Errorf("%v, want cos 1 and cos 2", got)
	}
	gap := must(NewLagCorrelation(4, 1, 1))
	check(t, gap.Add([]float32{1, 2, missing, 7}))
	check(t, gap.Add([]float32{3, 1, missing, 9}))
	check(t, gap.Add([]float32{2, 3, 4, missing})) // pairs (1,2) (3,1) (2,3) (3,4)
	if got, want := gap.Value()[0], 0.5/math.Sqrt(2.75*5); !near(got, want, 1e-12) || gap.Missing != 3 {
		t.Errorf("%v with %d missing, want %v with 3", got, gap.Missing, want)
	}
}

func TestLagCorrelationOfLittle(t *testing.T) {
	for name, value := range map[string]float32{"all dry": 0, "one value": 0.1, "missing": missing} {
		l := must(NewLagCorrelation(3, 2, 2))
		clip := []float32{value, value, value, value, value, value}
		check(t, l.Add(clip))
		check(t, l.Add(clip))
		for k, v := range l.Value() {
			if !math.IsNaN(v) {
				t.Errorf("%s, lag %d: %v, want no number", name, k+1, v)
			}
		}
	}
	one := must(NewLagCorrelation(1, 2, 5))
	check(t, one.Add([]float32{1, 2}))
	if got := one.Value(); len(got) != 0 {
		t.Errorf("a single frame: %v", got)
	}
	if one.Add([]float32{1}) == nil || one.Merge(must(NewLagCorrelation(1, 3, 5))) == nil {
		t.Error("another size is no error")
	}
	if _, err := NewLagCorrelation(2, 2, -1); err == nil {
		t.Error("a negative lag is no error")
	}
}

func TestMergeLagCorrelation(t *testing.T) {
	laws(t, 1e-12, func() *LagCorrelation { return must(NewLagCorrelation(5, 20, 3)) },
		func(l *LagCorrelation, part int) { check(t, l.Add(rain(uint32(part), 100))) },
		(*LagCorrelation).Merge, (*LagCorrelation).Value)
}
