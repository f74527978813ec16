package dissertation

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"

	"github.com/climate-vdm/climate-vdm/vdm"
)

func TestLinearBeta(t *testing.T) {
	var s vdm.Schedule = LinearBeta{}
	low, high := s.Bounds()
	if s.LogSNR(1) != low || s.LogSNR(0) != high || !math.IsNaN(s.LogSNR(1.1)) {
		t.Errorf("λ runs from %v to %v, bounds %v and %v", s.LogSNR(0), s.LogSNR(1), low, high)
	}
	for i := range 99 {
		time := float64(i+1) / 100
		l := s.LogSNR(time)
		if back := s.Time(l); math.Abs(back-time) > 1e-13 {
			t.Errorf("t = %v → λ = %v → %v", time, l, back)
		}
		const h = 1e-5
		if fd := -(s.Time(l+h) - s.Time(l-h)) / (2 * h); math.Abs(fd-s.Density(l)) > 1e-9 {
			t.Errorf("p(%v) = %v, finite difference %v", l, s.Density(l), fd)
		}
		if fd := (s.Density(l+h) - s.Density(l-h)) / (2 * h); math.Abs(fd-s.DensitySlope(l)) > 1e-9 {
			t.Errorf("p′(%v) = %v, finite difference %v", l, s.DensitySlope(l), fd)
		}
		// β is the rate of the forward process (2.39).
		if fd := vdm.Alpha(s.LogSNR(time)); math.Abs(math.Log(fd)+(0.1*u(time)+9.95*u(time)*u(time))/2) > 1e-12 {
			t.Errorf("log α(%v) = %v", time, math.Log(fd))
		}
	}
	if mass := quad.Fixed(s.Density, low, high, 200, nil, 0); math.Abs(mass-1) > 1e-10 {
		t.Errorf("∫p = %v", mass)
	}
	if s.Density(high+1) != 0 || s.DensitySlope(low-1) != 0 {
		t.Error("there is density beyond the bounds")
	}
}

func u(t float64) float64 { return (1-t)*1e-4 + t }
