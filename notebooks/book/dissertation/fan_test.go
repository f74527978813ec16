package dissertation

import "testing"

// The fan of a forgetful series after a known frame opens from that frame.
func TestFan(t *testing.T) {
	p := PartiallyObserved{Gaussian: ExponentialCovariance(3, 0.5), Known: []bool{true, false, false}, Values: []float64{2, 0, 0}}
	s, b := p.Given().IntervalBand("truth", 0, 2)
	if s.Name != "truth" || len(s.X) != 3 || s.X[2] != 2 || s.Y[0] != 2 || b.Low[0] != 2 || b.High[0] != 2 {
		t.Fatalf("%+v, %+v", s, b)
	}
	near(t, "mean of frame 2", s.Y[2], 2*0.25, 1e-12)
	near(t, "half width of frame 2, squared", (b.High[2]-s.Y[2])*(s.Y[2]-b.Low[2]), 1-1.0/16, 1e-12)
}
