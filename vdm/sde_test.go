package vdm

import (
	"math"
	"testing"
)

func TestForwardRate(t *testing.T) {
	const h = 1e-6
	for _, s := range []Schedule{Cosine{Min: -8, Max: 8}, Cosine{Min: -10, Max: 6, Shift: -2}, LinearLogSNR{Min: -8, Max: 8}} {
		for _, at := range []float64{0.1, 0.4, 0.7, 0.95} {
			// d/dt of −2 log α by central differences.
			want := -2 * (math.Log(Alpha(s.LogSNR(at+h))) - math.Log(Alpha(s.LogSNR(at-h)))) / (2 * h)
			if got := ForwardRate(s, at); !(math.Abs(got/want-1) <= 1e-6) {
				t.Errorf("%v: ForwardRate(%v) = %v, want %v", s, at, got, want)
			}
		}
	}
}

func TestForwardRateAtTheEnds(t *testing.T) {
	// 2·ψ′·tan ψ with tan ψ = exp(∓15) at the ends and ψ′ = π/2 to 6e-7.
	for at, tan := range map[float64]float64{0: math.Exp(-15), 1: math.Exp(15)} {
		if got, want := ForwardRate(Cosine{}, at), math.Pi*tan; !(math.Abs(got/want-1) <= 1e-6) {
			t.Errorf("ForwardRate(%v) = %v, want %v", at, got, want)
		}
	}
}
