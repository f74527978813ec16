package plotting

import (
	"image/color"
	"math"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// observedGrey fills the circles of observed variables.
var observedGrey = color.RGBA{0xd0, 0xd0, 0xd0, 0xff}

const (
	arrowHalf    = 3.2 * vg.Length(1) // half the width of an arrow's head
	serifXHeight = 0.459              // em, height of a lower-case x in Liberation Serif
)

// variable returns the typeface of a random vector, bold and upright; quantity returns
// the typeface of a function of one.
func variable(size vg.Length) font.Font {
	return font.Font{Typeface: plot.DefaultFont.Typeface, Variant: "Serif", Weight: xfont.WeightBold, Size: size}
}

func quantity(size vg.Length) font.Font {
	return font.Font{Typeface: plot.DefaultFont.Typeface, Variant: "Serif", Style: xfont.StyleItalic, Size: size}
}

// cubic is a Bézier curve.
type cubic [4]vg.Point

// bowed returns a curve whose middle lies bend times its chord to the left of it.
func bowed(from, to vg.Point, bend float64) cubic {
	d := to.Sub(from)
	side := vg.Point{X: -d.Y, Y: d.X}.Scale(vg.Length(2 * bend))
	corner := from.Add(d.Scale(0.5)).Add(side) // of the quadratic curve
	return cubic{from, toward(from, corner), toward(to, corner), to}
}

func (b cubic) at(t float64) vg.Point { return b.split(t)[0][3] }

func (b cubic) reversed() cubic { return cubic{b[3], b[2], b[1], b[0]} }

// split returns the curve up to t and the curve from there on (de Casteljau).
func (b cubic) split(t float64) [2]cubic {
	mix := func(p, q vg.Point) vg.Point { return p.Add(q.Sub(p).Scale(vg.Length(t))) }
	p01, p12, p23 := mix(b[0], b[1]), mix(b[1], b[2]), mix(b[2], b[3])
	p012, p123 := mix(p01, p12), mix(p12, p23)
	p := mix(p012, p123)
	return [2]cubic{{b[0], p01, p012, p}, {p, p123, p23, b[3]}}
}

// between returns the part of the curve from s to t.
func (b cubic) between(s, t float64) vg.Path {
	part := b.split(t)[0]
	if t > 0 {
		part = part.split(s / t)[1]
	}
	var path vg.Path
	path.Move(part[0])
	path.CubeTo(part[1], part[2], part[3])
	return path
}

// leaves returns the parameter, at most ½, at which the curve first is r away from its
// start.
func (b cubic) leaves(start vg.Point, r vg.Length) float64 {
	lo, hi := 0.0, 0.5
	for range 40 {
		t := (lo + hi) / 2
		d := b.at(t).Sub(start)
		if math.Hypot(float64(d.X), float64(d.Y)) < float64(r) {
			lo = t
		} else {
			hi = t
		}
	}
	return hi
}

// circlePath returns a circle of four cubic curves, which all canvases draw alike.
func circlePath(centre vg.Point, r vg.Length) vg.Path {
	const k = 0.5522847498 // control length of a quarter circle
	at := func(x, y vg.Length) vg.Point { return vg.Point{X: centre.X + r*x, Y: centre.Y + r*y} }
	var path vg.Path
	path.Move(at(1, 0))
	path.CubeTo(at(1, k), at(k, 1), at(0, 1))
	path.CubeTo(at(-k, 1), at(-1, k), at(-1, 0))
	path.CubeTo(at(-1, -k), at(-k, -1), at(0, -1))
	path.CubeTo(at(k, -1), at(1, -k), at(1, 0))
	path.Close()
	return path
}
