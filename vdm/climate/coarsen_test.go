package climate

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// rotatedFrame is one frame of a small rotated grid with a value for each cell.
func rotatedFrame(height, width int) (Grid, []float32) {
	g := SyntheticRecord{Hours: 2, Coarse: 1, Height: height, Width: width}.Grid()
	frame := make([]float32, height*width)
	for i := range frame {
		frame[i] = float32(i%width) + 100*float32(i/width)
	}
	return g, frame
}

func TestCoarsen(t *testing.T) {
	g, frame := rotatedFrame(7, 10) // 1 row and 2 columns are left over
	frame[5*10+6] = nan
	r, err := Coarsening(g, 2)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]float32, r.Height*r.Width)
	r.Apply(out, frame)
	want := []float32{50.5, 52.5, 54.5, 56.5, 58.5, 250.5, 252.5, 254.5, 256.5, 258.5, 450.5, 452.5, 454.5, nan, 458.5}
	for i := range want {
		if out[i] != want[i] && !(math.IsNaN(float64(out[i])) && math.IsNaN(float64(want[i]))) {
			t.Fatalf("coarsened to %v, want %v", out, want)
		}
	}
	small := r.Grid()
	if err := small.Validate(); err != nil {
		t.Fatal(err)
	}
	if small.Height != 3 || small.Width != 5 || math.Abs(small.Y[2]-(g.Y[4]+g.Y[5])/2) > 1e-12 || math.Abs(small.X[0]-(g.X[0]+g.X[1])/2) > 1e-12 {
		t.Errorf("coordinates %v, %v of %v, %v", small.Y, small.X, g.Y, g.X)
	}
	pole, _ := g.RotatedPole()
	if lat, lon := pole.FromRotated(small.Y[1], small.X[3]); small.Lat[8] != lat || math.Abs(small.Lon[8]-lon) > 1e-12 {
		t.Errorf("the centre of a block is at %v, %v; PROJ's formula has %v, %v", small.Lat[8], small.Lon[8], lat, lon)
	}
}

// Coarsening by 1 changes nothing; by 6, it is that by 2 and then by 3.
func TestCoarsenLaws(t *testing.T) {
	g, frame := rotatedFrame(12, 18)
	apply := func(g Grid, n int, frame []float32) (Grid, []float32) {
		r, err := Coarsening(g, n)
		if err != nil {
			t.Fatal(err)
		}
		out := make([]float32, r.Height*r.Width)
		r.Apply(out, frame)
		return r.Grid(), out
	}
	if same, out := apply(g, 1, frame); same.Difference(&g) != "" || !slices.Equal(out, frame) {
		t.Error("coarsening by 1 changes the grid or the values")
	}
	two, half := apply(g, 2, frame)
	twoThree, sixth := apply(two, 3, half)
	six, direct := apply(g, 6, frame)
	if why := twoThree.Difference(&six); why != "" {
		t.Errorf("by 2 and 3, or by 6: %s", why)
	}
	for i := range direct {
		if math.Abs(float64(direct[i]-sixth[i])) > 1e-3 {
			t.Errorf("by 2 and 3: %v, by 6: %v", sixth, direct)
			break
		}
	}
}

// Where the grid has no rotated pole, the place of a block is the mean of its
// cells', across the cut of the globe too.
func TestCoarsenAcrossTheCut(t *testing.T) {
	g := Grid{Height: 2, Width: 2, Lat: []float64{50, 50, 51, 51}, Lon: []float64{179.5, -179.5, 179.5, -179.5}}
	r, err := Coarsening(g, 2)
	if err != nil {
		t.Fatal(err)
	}
	if small := r.Grid(); small.Lat[0] != 50.5 || math.Abs(math.Remainder(small.Lon[0]-180, 360)) > 1e-12 {
		t.Errorf("the middle of four cells around the date line is at %v, %v", small.Lat, small.Lon)
	}
}

func TestAround(t *testing.T) {
	g := SyntheticRecord{Hours: 2, Coarse: 1}.Grid()
	whole, err := Coarsening(g, 4)
	if err != nil {
		t.Fatal(err)
	}
	if whole.Height != 151 || whole.Width != 121 { // of 606 and 484
		t.Errorf("%d × %d blocks", whole.Height, whole.Width)
	}
	r, err := whole.Around(BirminghamLat, BirminghamLon, 64, 64)
	if err != nil {
		t.Fatal(err)
	}
	small := r.Grid()
	row, column, err := small.Nearest(BirminghamLat, BirminghamLon)
	if err != nil || row != 31 || column != 31 || small.Height != 64 || small.Width != 64 {
		t.Errorf("Birmingham is in row %d, column %d of %d × %d (%v); want 31, 31 of 64 × 64", row, column, small.Height, small.Width, err)
	}
	frame, out := make([]float32, 606*484), make([]float32, 64*64)
	for i := range frame {
		frame[i] = float32(i % 484 / 4)
	}
	r.Apply(out, frame)
	if out[0] != float32(r.Column) || out[4095] != float32(r.Column+63) {
		t.Errorf("the window begins with column %v and ends with %v; want %d, %d", out[0], out[4095], r.Column, r.Column+63)
	}
	// Of an odd number, as many lie on either side.
	if r, err = whole.Around(BirminghamLat, BirminghamLon, 1, 3); err != nil {
		t.Fatal(err)
	}
	coarse := whole.Grid()
	if _, column, _ := coarse.Nearest(BirminghamLat, BirminghamLon); r.Column != column-1 {
		t.Errorf("three columns begin at %d, the place is in %d", r.Column, column)
	}
}

func TestReductionRefused(t *testing.T) {
	g := SyntheticRecord{Hours: 2, Coarse: 1, Height: 40, Width: 50}.Grid()
	for _, n := range []int{0, -1, 41} {
		if _, err := Coarsening(g, n); err == nil || !strings.Contains(err.Error(), "40×50 cells") {
			t.Errorf("coarsening by %d: %v", n, err)
		}
	}
	r, err := Coarsening(g, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		lat, lon      float64
		height, width int
		say           string
	}{
		{BirminghamLat, BirminghamLon, 21, 8, "would be rows -1 to 19"},
		{BirminghamLat, BirminghamLon, 8, 26, "the grid has 0 to 19 and 0 to 24"},
		{BirminghamLat, BirminghamLon, 0, 8, "empty"},
		{10, 10, 8, 8, "lies outside the grid"},
	} {
		if _, err := r.Around(c.lat, c.lon, c.height, c.width); err == nil || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%+v: error %v, want one with %q", c, err, c.say)
		}
	}
}
