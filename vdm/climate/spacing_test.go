package climate

import (
	"math"
	"testing"
)

func TestKilometres(t *testing.T) {
	// A degree of latitude is 111.19 km; at 60° N one of longitude is half as long.
	places := Grid{Height: 3, Width: 3, Y: []float64{59, 60, 61}, X: []float64{4, 6, 8}, YStandardName: "latitude", XStandardName: "longitude"}
	if got := places.Kilometres(); math.Abs(got-111.19) > 0.1 {
		t.Errorf("cells of 1° × 2° at 60° N are %v km", got)
	}
	plane := Grid{Height: 2, Width: 3, Y: []float64{0, 2000}, X: []float64{0, 8000, 16000}, YUnits: "m", XUnits: "metres"}
	if got := plane.Kilometres(); math.Abs(got-4) > 1e-12 {
		t.Errorf("cells of 2 × 8 km have a side of %v km, want the geometric mean 4", got)
	}
	plane.XUnits = "km"
	for name, g := range map[string]Grid{"two units": plane, "no coordinates": {Height: 3, Width: 3}, "one row": places.Window(0, 0, 1, 3)} {
		if got := g.Kilometres(); got != 0 {
			t.Errorf("%s: %v km, want 0", name, got)
		}
	}
}
