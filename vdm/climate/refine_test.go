package climate

import (
	"math"
	"slices"
	"testing"
)

func TestRefine(t *testing.T) {
	p := Place{Grid: Grid{Height: 3, Width: 2, Y: []float64{0, 4, 12}, X: []float64{10, 8}}, Times: []float64{12, 36}, From: []float64{0, 24}, To: []float64{24, 48}}
	if err := p.Refine(2, 1, 24); err != nil {
		t.Fatal(err)
	}
	g := p.Grid
	if g.Height != 6 || g.Width != 4 || !slices.Equal(g.Y, []float64{-1, 1, 2.5, 5.5, 10, 14}) || !slices.Equal(g.X, []float64{10.5, 9.5, 8.5, 7.5}) || g.Lat != nil {
		t.Errorf("%+v", g)
	}
	if len(p.Times) != 2 || p.From == nil {
		t.Errorf("times that were not divided: %v, %v", p.Times, p.From)
	}
	fine := []float64{3, 9, 15, 21, 27, 33, 39, 45}
	if err := p.Refine(1, 4, 0); err != nil || !slices.Equal(p.Times, fine) || !slices.Equal(p.From, []float64{0, 6, 12, 18, 24, 30, 36, 42}) || p.To[7] != 48 {
		t.Errorf("%v: %v from %v to %v", err, p.Times, p.From, p.To)
	}
	p = Place{Grid: p.Grid, Times: []float64{12, 36}}
	if err := p.Refine(1, 4, 0); err == nil {
		t.Error("times without a step are divided")
	}
	if err := p.Refine(1, 4, 24); err != nil || !slices.Equal(p.Times, fine) || p.From != nil {
		t.Errorf("%v: %v", err, p.Times)
	}
}

// The latitudes and longitudes of refined cells are where the fine grid has them, on a
// polar stereographic map over the date line and on a rotated one, far within the part of
// the spacing by which cells are found again.
func TestRefinePlaces(t *testing.T) {
	stereographic := func(y, x float64) (lat, lon float64) { // metres from the north pole
		const earth, degree = 6371e3, math.Pi / 180
		return 90 - 2*math.Atan(math.Hypot(x, y)/(2*earth))/degree, math.Atan2(x, -y) / degree
	}
	pole := RotatedPole{Lat: 37.5, Lon: 177.5}
	for name, test := range map[string]struct {
		place          func(y, x float64) (lat, lon float64)
		y0, x0, length float64
		mapping        map[string]any
	}{
		"date line": {stereographic, 2e6, -20e3, 2000, nil},
		"pole":      {stereographic, -9e3, -7e3, 2000, nil},
		"rotated":   {pole.FromRotated, 1, -1, 0.02, map[string]any{"grid_mapping_name": "rotated_latitude_longitude", "grid_north_pole_latitude": 37.5, "grid_north_pole_longitude": 177.5}},
	} {
		const rows, columns, parts = 16, 24, 4
		make := func(rows, columns int, spacing, offset float64) (g Grid) {
			g = Grid{Height: rows, Width: columns, Mapping: test.mapping}
			for y := range rows {
				g.Y = append(g.Y, test.y0+offset+spacing*float64(y))
			}
			for x := range columns {
				g.X = append(g.X, test.x0+offset+spacing*float64(x))
			}
			for _, y := range g.Y {
				for _, x := range g.X {
					lat, lon := test.place(y, x)
					g.Lat, g.Lon = append(g.Lat, lat), append(g.Lon, lon)
				}
			}
			return g
		}
		fine := make(rows, columns, test.length, 0)
		coarse := make(rows/parts, columns/parts, parts*test.length, test.length*(parts-1)/2)
		got := coarse.refined(parts)
		if difference := fine.Difference(&got); difference != "" {
			t.Errorf("%s: %s", name, difference)
		}
		got.Y, got.X, fine.Y, fine.X = nil, nil, nil, nil
		if difference := fine.Difference(&got); difference != "" {
			t.Errorf("%s, by latitude and longitude alone: %s", name, difference)
		}
	}
	single := Grid{Height: 1, Width: 2, Lat: []float64{1, 1}, Lon: []float64{1, 2}}
	if g := single.refined(2); g.Lat != nil || g.Height != 2 {
		t.Errorf("a single row does not tell its neighbours: %+v", g)
	}
}

func TestReference(t *testing.T) {
	p := Place{Times: []float64{10.5, 11.5, 12.5}, Epoch: Epoch}
	if r := p.Reference(FirstFrames(3, 2)); r == nil || *r != 11.5 {
		t.Errorf("without intervals: %v", r)
	}
	p.From, p.To = []float64{10, 11, 12}, []float64{11, 12, 13}
	if r := p.Reference(FirstFrames(3, 2)); r == nil || *r != 12 {
		t.Errorf("with intervals: %v", r)
	}
	if r := p.Reference(EverySecondFrame(3)); r != nil {
		t.Errorf("an interpolation starts at %v", *r)
	}
	if p.Epoch = RelativeEpoch; p.Reference(FirstFrames(3, 2)) != nil {
		t.Error("a clip without dates has a time to start from")
	}
}
