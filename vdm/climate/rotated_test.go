package climate

import (
	"fmt"
	"math"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/internal/installed"
)

// rotatedGolden are rotated coordinates by PROJ 9.1.1, of the places in one file,
// "longitude latitude" a line:
//
//	cs2cs -f %.7f +proj=longlat +R=6371229 +to +proj=ob_tran +o_proj=longlat \
//	  +o_lat_p=37.5 +o_lon_p=0 +lon_0=357.5 +R=6371229
//
// lon_0 is the pole's longitude + 180, o_lon_p is north_pole_grid_longitude.
var rotatedGolden = []struct {
	pole             RotatedPole
	lat, lon         float64
	gridLat, gridLon float64
}{
	{RotatedPole{Lat: 37.5, Lon: 177.5}, 52.489471, -1.898575, -0.0090042, 0.3662078},
	{RotatedPole{Lat: 37.5, Lon: 177.5}, 60.8, -1.3, 8.3049151, 0.5916031},
	{RotatedPole{Lat: 37.5, Lon: 177.5}, 49.9, -6.4, -2.5321296, -2.5134021},
	{RotatedPole{Lat: 37.5, Lon: 177.5}, 51.5, 0, -0.9730636, 1.5562085},
	{RotatedPole{Lat: 37.5, Lon: 177.5}, 0, 0, -52.4289887, 4.1022830},
	{RotatedPole{Lat: 37.5, Lon: 177.5}, -33.9, 151.2, 14.5246409, 157.6727556},
	{RotatedPole{Lat: 37.5, Lon: 177.5}, 89.9, 20, 37.4076023, 0.0481766},
	{RotatedPole{Lat: 37.5, Lon: 177.5}, 37.5, -179, 87.2234233, -88.9344590},
	{RotatedPole{Lat: 39.25, Lon: 162, GridLon: 10}, 52.489471, -1.898575, 2.8001290, 19.7340602},
	{RotatedPole{Lat: 39.25, Lon: 162, GridLon: 10}, -33.9, 151.2, 16.1696350, -179.3192111},
	{RotatedPole{Lat: 39.25, Lon: 162, GridLon: 10}, 37.5, -179, 75.0301754, -80.7078307},
}

func TestRotatedAgainstPROJ(t *testing.T) {
	for _, c := range rotatedGolden {
		lat, lon := c.pole.ToRotated(c.lat, c.lon)
		if math.Abs(lat-c.gridLat) > 1e-6 || math.Abs(lon-c.gridLon) > 1e-6 {
			t.Errorf("%+v, %v, %v: rotated %.7f, %.7f; PROJ has %.7f, %.7f", c.pole, c.lat, c.lon, lat, lon, c.gridLat, c.gridLon)
		}
		lat, lon = c.pole.FromRotated(c.gridLat, c.gridLon)
		if math.Abs(lat-c.lat) > 1e-6 || math.Abs(lon-c.lon) > 1e-5 {
			t.Errorf("%+v: back from rotated %.7f, %.7f; want %.7f, %.7f", c.pole, lat, lon, c.lat, c.lon)
		}
	}
}

// Every latitude and longitude of the UKCP18 grid against PROJ, where there is one.
func TestRotatedGridAgainstLivePROJ(t *testing.T) {
	installed.Programs(t, "cs2cs") // of Debian's proj-bin
	g := SyntheticRecord{Hours: 2, Coarse: 1}.Grid()
	var in strings.Builder
	var cells []int
	for i := 0; i < len(g.Lat); i += 97 {
		fmt.Fprintf(&in, "%.9f %.9f\n", g.X[i%g.Width], g.Y[i/g.Width])
		cells = append(cells, i)
	}
	c := exec.Command("cs2cs", "-f", "%.9f", "+proj=ob_tran", "+o_proj=longlat", "+o_lat_p=37.5", "+o_lon_p=0", "+lon_0=357.5", "+R=6371229",
		"+to", "+proj=longlat", "+R=6371229")
	c.Stdin = strings.NewReader(in.String())
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != len(cells) {
		t.Fatalf("PROJ gives %d places for %d", len(lines), len(cells))
	}
	worst := 0.0
	for n, line := range lines {
		words := strings.Fields(line)
		lon, err1 := strconv.ParseFloat(words[0], 64)
		lat, err2 := strconv.ParseFloat(words[1], 64)
		if err1 != nil || err2 != nil {
			t.Fatalf("PROJ says %q", line)
		}
		worst = max(worst, math.Abs(lat-g.Lat[cells[n]]), math.Abs(lon-g.Lon[cells[n]]))
	}
	t.Logf("largest difference of %d places: %.2g degrees", len(cells), worst)
	if worst > 1e-7 {
		t.Errorf("2-D coordinates differ from PROJ's by up to %g degrees", worst)
	}
}

func TestRotatedLaws(t *testing.T) {
	for _, p := range []RotatedPole{{37.5, 177.5, 0}, {90, 0, 0}, {-12, -170, 33}, {5, 359, -90}} {
		for lat := -85.0; lat <= 85; lat += 17 {
			for lon := -175.0; lon < 180; lon += 35 {
				a, b := p.FromRotated(p.ToRotated(lat, lon))
				if math.Abs(a-lat) > 1e-9 || math.Abs(math.Remainder(b-lon, 360)) > 1e-9 {
					t.Errorf("%+v: %v, %v comes back as %v, %v", p, lat, lon, a, b)
				}
			}
		}
		if lat, _ := p.ToRotated(p.Lat, p.Lon); math.Abs(lat-90) > 1e-6 {
			t.Errorf("%+v: the pole has the rotated latitude %v", p, lat)
		}
	}
	if lat, lon := (RotatedPole{Lat: 90, Lon: 180}).ToRotated(12, 34); math.Abs(lat-12) > 1e-12 || math.Abs(lon-34) > 1e-12 {
		t.Errorf("a pole that is not moved moves 12, 34 to %v, %v", lat, lon)
	}
}

func TestNearest(t *testing.T) {
	fine := SyntheticRecord{Hours: 2, Coarse: 1}.Grid()
	row, column, err := fine.Nearest(BirminghamLat, BirminghamLon)
	if err != nil || row != 302 || column != 241 {
		t.Errorf("Birmingham is in row %d, column %d (%v)", row, column, err)
	}
	// The nearest by rotated coordinates is also the nearest on the sphere, since
	// the domain lies at the rotated equator.
	plain := fine
	plain.Mapping, plain.YStandardName = nil, ""
	for _, place := range [][2]float64{{BirminghamLat, BirminghamLon}, {57.1, -6.3}, {50.0, 1.2}} {
		r1, c1, err1 := fine.Nearest(place[0], place[1])
		r2, c2, err2 := plain.Nearest(place[0], place[1])
		if err1 != nil || err2 != nil || r1 != r2 || c1 != c2 {
			t.Errorf("%v: row %d, column %d by rotated coordinates, %d, %d on the sphere (%v, %v)", place, r1, c1, r2, c2, err1, err2)
		}
	}
	globe := Grid{Height: 3, Width: 4, Y: []float64{-60, 0, 60}, X: []float64{20, 110, 200, 290},
		YStandardName: "latitude", XStandardName: "longitude"}
	for _, c := range []struct {
		lat, lon    float64
		row, column int
	}{{5, -160, 1, 2}, {61, 379, 2, 0}, {-80, 340 - 15, 0, 3}, {29, -341, 1, 0}} {
		if r, col, err := globe.Nearest(c.lat, c.lon); err != nil || r != c.row || col != c.column {
			t.Errorf("%v, %v: row %d, column %d, %v; want %d, %d", c.lat, c.lon, r, col, err, c.row, c.column)
		}
	}
	for _, c := range []struct {
		g        Grid
		lat, lon float64
		say      string
	}{
		{fine, 40.4, -3.7, "latitude 40.4, longitude -3.7 (-12.0"},
		{plain, 40.4, -3.7, "lies outside the grid: its nearest cell"},
		{globe, 95, 0, "not a place on earth"},
		{globe, math.NaN(), 0, "not a place on earth"},
		{Grid{Height: 2, Width: 2}, 1, 1, "neither latitudes and longitudes"},
	} {
		if _, _, err := c.g.Nearest(c.lat, c.lon); err == nil || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%v, %v: error %v, want one with %q", c.lat, c.lon, err, c.say)
		}
	}
}
