package vdm

import (
	"math"
	"testing"
)

// karras is equation 5 of that paper; large ρ is uniform in λ, and small ρ, with
// which exp(−λ/2ρ) spans more than float64 has digits, keeps its ends.
func TestKarras(t *testing.T) {
	s := LinearLogSNR{Min: -2 * math.Log(80), Max: -2 * math.Log(0.002)} // σ/α from 80 to 0.002
	grid := karras(s, 17, 7)
	for i, l := range grid {
		u := float64(i) / 17
		tau := math.Pow(math.Pow(80, 1/7.)+u*(math.Pow(0.002, 1/7.)-math.Pow(80, 1/7.)), 7)
		if got := math.Exp(-l / 2); !(math.Abs(got-tau) <= 1e-12*tau) {
			t.Errorf("point %d: %v, want %v", i, got, tau)
		}
	}
	for i, l := range karras(Cosine{}, 30, 1e7) {
		if want := -30 + 2*float64(i); !(math.Abs(l-want) <= 1e-4) {
			t.Errorf("ρ = 1e7: point %d is %v, want %v", i, l, want)
		}
	}
	if err := karras(Cosine{}, 30, 0.5).Validate(); err != nil {
		t.Errorf("ρ = ½: %v", err)
	}
}
