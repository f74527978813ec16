package plotting

import (
	"fmt"
	"math"
)

// Field2D is a field on a grid of Height rows and Width columns.
type Field2D struct {
	Data          []float64 // row-major; a value that is not finite is missing
	Height, Width int

	// X and Y are the coordinates of columns and rows, ascending or descending and not
	// necessarily even; nil means the index of the cell. Cells reach half way to their
	// neighbours.
	X, Y []float64
}

// NewField returns a field of float32 or float64 values without coordinates. The values
// are copied.
func NewField[T ~float32 | ~float64](data []T, height, width int) Field2D {
	f := Field2D{Data: make([]float64, len(data)), Height: height, Width: width}
	for i, v := range data {
		f.Data[i] = float64(v)
	}
	return f
}

// Validate reports a shape that does not fit the data, and coordinates that are
// not monotone.
func (f Field2D) Validate() error {
	if f.Height < 1 || f.Width < 1 || len(f.Data) != f.Height*f.Width {
		return fmt.Errorf("plotting: field has %d values and the shape %d×%d, want height·width values and at least one", len(f.Data), f.Height, f.Width)
	}
	for _, c := range []struct {
		name   string
		values []float64
		want   int
	}{{"X", f.X, f.Width}, {"Y", f.Y, f.Height}} {
		if c.values == nil {
			continue
		}
		if len(c.values) != c.want {
			return fmt.Errorf("plotting: field of the shape %d×%d has %d values of %s, want %d", f.Height, f.Width, len(c.values), c.name, c.want)
		}
		for i, v := range c.values {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("plotting: field has %s[%d] = %g, want finite coordinates", c.name, i, v)
			}
			if i > 0 && (v == c.values[i-1] || (v > c.values[i-1]) != (c.values[1] > c.values[0])) {
				return fmt.Errorf("plotting: field has %s[%d] = %g after %g, want ascending or descending coordinates", c.name, i, v, c.values[i-1])
			}
		}
	}
	return nil
}

// edges returns the ascending edges of n cells with the given coordinates, and whether
// the first cell is the last one on the axis.
func edges(coords []float64, n int) (out []float64, descending bool) {
	out = make([]float64, n+1)
	if coords == nil {
		for i := range out {
			out[i] = float64(i) - 0.5
		}
		return out, false
	}
	up := append([]float64(nil), coords...)
	if descending = n > 1 && coords[0] > coords[1]; descending {
		for i := range up {
			up[i] = coords[n-1-i]
		}
	}
	if n == 1 {
		return []float64{up[0] - 0.5, up[0] + 0.5}, false
	}
	for i := 1; i < n; i++ {
		out[i] = up[i-1] + (up[i]-up[i-1])/2
	}
	out[0] = up[0] - (up[1]-up[0])/2
	out[n] = up[n-1] + (up[n-1]-up[n-2])/2
	return out, descending
}

// fractions returns ascending edges scaled to [0, 1].
func fractions(edges []float64) []float64 {
	out := make([]float64, len(edges))
	lo, hi := edges[0], edges[len(edges)-1]
	for i, e := range edges {
		out[i] = (e - lo) / (hi - lo)
	}
	return out
}
