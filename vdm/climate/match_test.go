package climate

import (
	"slices"
	"strings"
	"testing"
)

// axisGrid is a grid of latitudes and longitudes, or of distances.
func axisGrid(units, standard string, y0, dy float64, height int, x0, dx float64, width int) Grid {
	g := Grid{Height: height, Width: width, YUnits: units, XUnits: units}
	if standard == "" {
		g.YUnits, g.XUnits, g.YStandardName, g.XStandardName = "degrees_north", "degrees_east", "latitude", "longitude"
	} else {
		g.YStandardName, g.XStandardName = "projection_y_coordinate", "projection_x_coordinate"
	}
	for i := range height {
		g.Y = append(g.Y, y0+dy*float64(i))
	}
	for i := range width {
		g.X = append(g.X, x0+dx*float64(i))
	}
	return g
}

func single(g Grid) Grid {
	for _, axis := range []*[]float64{&g.Y, &g.X, &g.Lat, &g.Lon} {
		*axis = slices.Clone(*axis)
		for i := range *axis {
			(*axis)[i] = float64(float32((*axis)[i]))
		}
	}
	return g
}

// curved is the grid of the same places as 2-D coordinates.
func curved(g Grid) Grid {
	p, _ := g.places()
	return *p
}

func TestFindGrid(t *testing.T) {
	here := axisGrid("", "", 39.005, 0.01, 30, -104.995, 0.01, 40)
	utm := axisGrid("m", "p", 5.4e6, 500, 30, 3.2e5, 500, 40)
	globe := axisGrid("", "", -60, 40, 4, 0, 45, 8)
	turn := axisGrid("", "", 39.005+0.07, 0.01, 16, 360-104.995+0.12, 0.01, 16)
	reverse := here
	reverse.Y = slices.Clone(here.Y)
	slices.Reverse(reverse.Y)
	for _, c := range []struct {
		what        string
		part, whole Grid
		row, col    int    // of the first cell
		say         string // of the error, "" for none
	}{
		{"a window", here.Window(7, 12, 16, 16), here, 7, 12, ""},
		{"a window in single precision", single(here.Window(7, 12, 16, 16)), here, 7, 12, ""},
		{"longitudes by 360", turn, here, 7, 12, ""},
		{"rows from north", reverse, here, 29, 0, ""},
		{"metres", utm.Window(7, 12, 16, 16), utm, 7, 12, ""},
		{"metres in single precision", single(utm.Window(7, 12, 16, 16)), utm, 7, 12, ""},
		{"kilometres", axisGrid("km", "p", 5400+3.5, 0.5, 16, 320+6, 0.5, 16), utm, 7, 12, ""},
		{"across the seam", axisGrid("", "", -60, 40, 4, -90, 45, 5), globe, 0, 6, ""},
		{"2-D in 1-D", curved(here.Window(7, 12, 16, 16)), here, 7, 12, ""},
		{"1-D in 2-D", here.Window(7, 12, 16, 16), curved(here), 7, 12, ""},
		{"2-D in single precision", single(curved(here.Window(7, 12, 16, 16))), curved(here), 7, 12, ""},

		{"shifted by half a cell", axisGrid("", "", 39.01, 0.01, 16, -104.995, 0.01, 16), here, 0, 0, "rows are shifted"},
		{"shifted by a tenth", axisGrid("", "", 39.005, 0.01, 16, -104.994, 0.01, 16), here, 0, 0, "columns are shifted"},
		{"shifted to the south", axisGrid("", "", 39.002, 0.01, 16, -104.995, 0.01, 16), here, 0, 0, "rows are shifted: 39.002 lies 0.003"},
		{"a cell to the south", axisGrid("", "", 38.995, 0.01, 16, -104.995, 0.01, 16), here, 0, 0, "rows reach beyond"},
		{"coarser", axisGrid("", "", 39.005, 0.02, 10, -104.995, 0.02, 10), here, 0, 0, "coarser"},
		{"coarser in one direction", axisGrid("", "", 39.005, 0.01, 10, -104.995, 0.03, 10), here, 0, 0, "columns are coarser"},
		{"finer", axisGrid("", "", 39.005, 0.005, 10, -104.995, 0.005, 10), here, 0, 0, "finer"},
		{"a little coarser", axisGrid("m", "p", 5.4e6, 510, 10, 3.2e5, 510, 10), utm, 0, 0, "coarser"},
		{"longer", axisGrid("", "", 39.005, 0.01, 31, -104.995, 0.01, 40), here, 0, 0, "reach beyond"},
		{"elsewhere", axisGrid("", "", 45.005, 0.01, 10, 10, 0.01, 10), here, 0, 0, "reach beyond"},
		{"2-D, shifted", curved(axisGrid("", "", 39.008, 0.01, 10, -104.995, 0.01, 10)), here, 0, 0, "elsewhere"},
		{"2-D, coarser", curved(axisGrid("", "", 39.005, 0.02, 10, -104.995, 0.02, 10)), here, 0, 0, "rows"},
		{"2-D, longer", curved(axisGrid("", "", 39.205, 0.01, 16, -104.995, 0.01, 10)), here, 0, 0, "beyond"},
		{"no coordinates of another size", Grid{Height: 3, Width: 3}, here, 0, 0, "no coordinates"},
		{"no coordinates", Grid{Height: 30, Width: 40}, here, 0, 0, ""},
	} {
		rows, cols, err := c.whole.Find(&c.part)
		if c.say != "" {
			if err == nil || !strings.Contains(err.Error(), c.say) {
				t.Errorf("%s: error %v, want %q", c.what, err, c.say)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.what, err)
			continue
		}
		if rows[0] != c.row || cols[0] != c.col || len(rows) != c.part.Height || len(cols) != c.part.Width {
			t.Errorf("%s: rows %v, columns %v", c.what, rows, cols)
		}
	}
	polar, other := utm, utm
	polar.Mapping = map[string]any{"grid_mapping_name": "transverse_mercator", "longitude_of_central_meridian": 9.0}
	other.Mapping = map[string]any{"grid_mapping_name": "transverse_mercator", "longitude_of_central_meridian": 15.0}
	if why := polar.Difference(&other); !strings.Contains(why, "longitude_of_central_meridian is 9 against 15") && !strings.Contains(why, "15 against 9") {
		t.Errorf("two zones differ by %q", why)
	}
}

func TestRegular(t *testing.T) {
	for _, c := range []struct {
		step, start float64
		unit        float64 // hours in a unit of the file
	}{{1, 43353 * 24, 24}, {0.5, 30000 * 24, 24}, {1. / 6, 10000 * 24, 24}, {3, 43353*24 + 1.5, 24}, {24, 43353 * 24, 24}, {1, 1040496, 1}} {
		var stored, want []float64
		for k := range 50 {
			if k == 20 {
				continue // a gap
			}
			want = append(want, c.start+c.step*float64(k))
			stored = append(stored, float64(float32(want[len(want)-1]/c.unit))*c.unit)
		}
		const ulp = 1. / 256 // of 2¹⁵ to 2¹⁶ in single precision
		exact, step, ok := Regular(stored, c.unit*ulp/2*1.01)
		if c.unit == 1 {
			exact, step, ok = Regular(stored, 0.0626)
		}
		if !ok || step != c.step {
			t.Errorf("step %v: got %v, %v", c.step, step, ok)
			continue
		}
		for i := range want {
			if d := exact[i] - want[i]; d > 1e-6 || d < -1e-6 {
				t.Errorf("step %v: time %d is %v, want %v", c.step, i, exact[i], want[i])
				break
			}
		}
	}
	if _, _, ok := Regular([]float64{0, 1, 2.3, 3, 4}, 0.01); ok {
		t.Error("irregular times are taken as regular")
	}
}
