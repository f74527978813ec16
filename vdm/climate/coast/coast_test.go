package coast

import (
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// The outlines are the earth's: closed, within its degrees, with known capes.
func TestOutlines(t *testing.T) {
	all := Outlines()
	if len(all) < 1000 {
		t.Fatalf("%d outlines, want those of more than a thousand coasts", len(all))
	}
	capes := map[string][2]float64{
		"Cape Agulhas": {20.00, -34.83}, "Lizard Point": {-5.21, 49.96}, "Nordkapp": {25.78, 71.17}, "Cape Byron": {153.64, -28.64},
	}
	nearest := map[string]float64{}
	for _, line := range all {
		if len(line.X) != len(line.Y) || len(line.X) < 2 {
			t.Fatalf("a line of %d longitudes and %d latitudes", len(line.X), len(line.Y))
		}
		for i := range line.X {
			if math.Abs(line.X[i]) > 180.01 || math.Abs(line.Y[i]) > 90.01 {
				t.Fatalf("a vertex at %g, %g", line.X[i], line.Y[i])
			}
			for name, at := range capes {
				d := math.Hypot((line.X[i]-at[0])*math.Cos(at[1]*math.Pi/180), line.Y[i]-at[1])
				if old, seen := nearest[name]; !seen || d < old {
					nearest[name] = d
				}
			}
		}
	}
	for name, d := range nearest {
		if !(d < 0.12) {
			t.Errorf("%s is %.2f degrees from the nearest coast", name, d)
		}
	}
}

// On a grid of latitudes and longitudes positions are known, and a grid of the same
// places that is turned by a quarter has the same coasts, turned.
func TestOver(t *testing.T) {
	const n = 40
	plain := &climate.Grid{Height: n, Width: n, YStandardName: "latitude", XStandardName: "longitude"}
	turned := &climate.Grid{Height: n, Width: n}
	for i := range n {
		plain.Y, plain.X = append(plain.Y, 50+float64(i)*0.1), append(plain.X, 357+float64(i)*0.1)
	}
	for r := range n {
		for c := range n {
			turned.Lat, turned.Lon = append(turned.Lat, plain.Y[c]), append(turned.Lon, plain.X[n-1-r])
		}
	}
	lines, other := Over(plain), Over(turned)
	if len(lines) == 0 || len(lines) != len(other) {
		t.Fatalf("%d lines and %d when turned, want the same number of coasts of the Channel", len(lines), len(other))
	}
	vertices := 0
	for k, line := range lines {
		for i := range line.X {
			lon, lat := 357+0.1*line.X[i]-360, 50+0.1*line.Y[i]
			if near := nearestVertex(lon, lat); near > 0.002 {
				t.Fatalf("line %d has a vertex at %.3f E, %.3f N, %.3f degrees from any", k, lon, lat, near)
			}
			if x, y := other[k].X[i], other[k].Y[i]; math.Abs(x-line.Y[i]) > 0.02 || math.Abs(y-(n-1-line.X[i])) > 0.02 {
				t.Fatalf("line %d: %.2f, %.2f of the turned grid, want %.2f, %.2f", k, x, y, line.Y[i], n-1-line.X[i])
			}
			vertices++
		}
	}
	if vertices < 50 {
		t.Errorf("%d vertices, want more", vertices)
	}
	if got := Over(&climate.Grid{Height: n, Width: n}); got != nil {
		t.Errorf("%d lines on a grid without places", len(got))
	}
}

func nearestVertex(lon, lat float64) float64 {
	best := math.Inf(1)
	for _, line := range Outlines() {
		for i := range line.X {
			best = min(best, math.Hypot(line.X[i]-lon, line.Y[i]-lat))
		}
	}
	return best
}
