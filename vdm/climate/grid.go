package climate

import (
	"fmt"
	"maps"
	"slices"
)

// Grid is a horizontal grid of Height rows and Width columns. Row 0 is the
// southernmost and column 0 the westernmost wherever coordinates are known.
type Grid struct {
	Height int `json:"height"`
	Width  int `json:"width"`

	// Y and X are the coordinates of rows and columns, ascending, or nil where
	// the file has none. Longitudes lie in one unbroken range that starts within
	// [-180, 360).
	Y []float64 `json:"y,omitempty"`
	X []float64 `json:"x,omitempty"`

	YName         string `json:"y_name,omitempty"` // name of the dimension
	XName         string `json:"x_name,omitempty"`
	YUnits        string `json:"y_units,omitempty"`
	XUnits        string `json:"x_units,omitempty"`
	YStandardName string `json:"y_standard_name,omitempty"` // as "grid_latitude"
	XStandardName string `json:"x_standard_name,omitempty"`

	// Lat and Lon are the positions of the cells in degrees, Height*Width row by row, or
	// nil where Y and X are latitude and longitude themselves.
	Lat []float64 `json:"lat,omitempty"`
	Lon []float64 `json:"lon,omitempty"`

	// Mapping contains the attributes of the CF grid mapping variable (a string, a
	// float64 or a []float64 each), so that output can repeat them; nil if there is
	// none.
	Mapping     map[string]any `json:"mapping,omitempty"`
	MappingName string         `json:"mapping_name,omitempty"`
}

// Window returns the grid of the height×width cells whose first row and column are y and
// x. It panics where they lie outside the grid.
func (g *Grid) Window(y, x, height, width int) Grid {
	if y < 0 || x < 0 || height < 1 || width < 1 || y+height > g.Height || x+width > g.Width {
		panic(fmt.Sprintf("climate: window of %d×%d cells at (%d, %d) is outside the grid of %d×%d",
			height, width, y, x, g.Height, g.Width))
	}
	w := *g
	w.Height, w.Width = height, width
	if g.Y != nil {
		w.Y = slices.Clone(g.Y[y : y+height])
	}
	if g.X != nil {
		w.X = slices.Clone(g.X[x : x+width])
	}
	cut := func(all []float64) []float64 {
		if all == nil {
			return nil
		}
		part := make([]float64, 0, height*width)
		for row := y; row < y+height; row++ {
			part = append(part, all[row*g.Width+x:row*g.Width+x+width]...)
		}
		return part
	}
	w.Lat, w.Lon = cut(g.Lat), cut(g.Lon)
	w.Mapping = maps.Clone(g.Mapping)
	return w
}

// Validate returns an error where the lengths of the coordinates do not fit the grid.
func (g *Grid) Validate() error {
	if g.Height < 1 || g.Width < 1 {
		return fmt.Errorf("grid of %d×%d cells is empty", g.Height, g.Width)
	}
	for _, c := range []struct {
		name      string
		got, want int
	}{
		{"Y", len(g.Y), g.Height}, {"X", len(g.X), g.Width},
		{"Lat", len(g.Lat), g.Height * g.Width}, {"Lon", len(g.Lon), g.Height * g.Width},
	} {
		if c.got != 0 && c.got != c.want {
			return fmt.Errorf("grid coordinate %s has %d values, expected %d", c.name, c.got, c.want)
		}
	}
	return nil
}
