package plotting

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	"gonum.org/v1/plot/vg"
	vgdraw "gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// Cells are drawn pixel by pixel rather than as small rectangles, which leave
// hairlines of background between neighbours.

// printDPI is the resolution of cells in vector files.
const printDPI = 300

var (
	missingGrey  = color.RGBA{0xb4, 0xb4, 0xb4, 0xff}
	missingHatch = color.RGBA{0x8c, 0x8c, 0x8c, 0xff}
)

// hatchPeriod is the distance between the diagonal lines over missing cells,
// measured along x.
const hatchPeriod = 5 * vg.Length(1)

// painter returns the colour at a place of a rectangle: u from 0 at the left to 1 at the
// right, v from 0 at the bottom to 1 at the top. ok is false where data are missing.
type painter interface {
	paint(u, v float64) (c color.RGBA, ok bool)
}

// drawCells fills the rectangle. On an image it covers whole pixels.
func drawCells(c vgdraw.Canvas, r vg.Rectangle, p painter) {
	if img, ok := c.Canvas.(*vgimg.Canvas); ok {
		dpi := img.DPI()
		dst := img.Image()
		height := dst.Bounds().Dy()
		px := image.Rect(
			dots(r.Min.X, dpi), height-dots(r.Max.Y, dpi),
			dots(r.Max.X, dpi), height-dots(r.Min.Y, dpi),
		)
		draw.Draw(dst, px, cellImage(px.Dx(), px.Dy(), dpi, p), image.Point{}, draw.Src)
		return
	}
	size := r.Size()
	c.DrawImage(r, cellImage(dots(size.X, printDPI), dots(size.Y, printDPI), printDPI, p))
}

func dots(l vg.Length, dpi float64) int { return int(math.Round(l.Dots(dpi))) }

// cellImage returns an image of w×h pixels with the painter's colours at their centres.
func cellImage(w, h int, dpi float64, p painter) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	period := max(3, dots(hatchPeriod, dpi))
	stroke := max(1, period/4)
	for y := range h {
		v := 1 - (float64(y)+0.5)/float64(h)
		for x := range w {
			c, ok := p.paint((float64(x)+0.5)/float64(w), v)
			if !ok {
				if c = missingGrey; (x+y)%period < stroke {
					c = missingHatch
				}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

// missingPainter is a swatch of missing cells.
type missingPainter struct{}

func (missingPainter) paint(u, v float64) (color.RGBA, bool) { return color.RGBA{}, false }

// gridPainter paints a row-major grid.
type gridPainter struct {
	at            func(row, col int) float64
	height, width int
	colors        *coloring

	// xedges and yedges are the edges of the cells as ascending fractions of the
	// rectangle; nil means evenly spaced.
	xedges, yedges []float64

	flipX, flipY bool // column 0 at the right, row 0 at the top
}

func (g gridPainter) paint(u, v float64) (color.RGBA, bool) {
	col, row := cellIndex(u, g.width, g.xedges), cellIndex(v, g.height, g.yedges)
	if g.flipX {
		col = g.width - 1 - col
	}
	if g.flipY {
		row = g.height - 1 - row
	}
	value := g.at(row, col)
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return color.RGBA{}, false
	}
	return g.colors.at(value), true
}

func cellIndex(u float64, n int, edges []float64) int {
	if edges == nil {
		return min(max(int(u*float64(n)), 0), n-1)
	}
	lo, hi := 0, n // edges[lo] ≤ u < edges[hi]
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; edges[mid] <= u {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}
