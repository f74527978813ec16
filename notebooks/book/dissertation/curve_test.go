package dissertation

import (
	"testing"

	"github.com/climate-vdm/climate-vdm/plotting"
)

func TestCurve(t *testing.T) {
	s := Curve("squares", Steps(-1, 1, 0.1), func(x float64) float64 { return x * x })
	if s.Name != "squares" || len(s.X) != 21 || len(s.Y) != 21 {
		t.Fatalf("%q has %d and %d values", s.Name, len(s.X), len(s.Y))
	}
	near(t, "last x", s.X[20], 1, 1e-15)
	near(t, "a square", s.Y[3], 0.49, 1e-15)
}

func TestRow(t *testing.T) {
	one, err := plotting.Curves([]plotting.Series{{X: []float64{0, 1}, Y: []float64{0, 1}}}, plotting.CurveOptions{Style: plotting.Style{Width: 6, Height: 5}})
	if err != nil {
		t.Fatal(err)
	}
	row, err := Row(one, one, one)
	if err != nil {
		t.Fatal(err)
	}
	if w, h := row.Size(); w < 18 || h > 7 {
		t.Errorf("three pictures of 6 by 5 cm in a row are %.1f by %.1f", w, h)
	}
}
