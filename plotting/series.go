package plotting

import (
	"image/color"
)

// Series is one curve: Y over X, of equal length. Where a value is not finite
// (or not positive on a logarithmic axis) the curve has a gap.
type Series struct {
	Name string // in the legend; empty means not listed
	X, Y []float64

	// Points draws marks instead of a line. Dashed draws a dashed line, in a pattern that
	// depends on its place among the series; with
	// both, marks are joined by a dashed line.
	Points, Dashed bool

	// Color is the colour of the series; nil means the next of the package's colours.
	Color color.Color
}
