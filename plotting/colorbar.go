package plotting

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// colorBar is the key of a colour scale, upright beside the data or horizontal below
// them, with pointed ends where values lie beyond, and a hatched swatch where data are
// missing.
type colorBar struct {
	colors   *coloring
	label    string
	style    Style
	vertical bool
}

const (
	barThickness = 11 * vg.Length(1)
	barPoint     = 10 * vg.Length(1) // length of a pointed end
	barGap       = 9 * vg.Length(1)  // between the data and the bar
	missingWord  = "missing"
)

// barTick is a labelled place on the bar, from 0 to 1.
type barTick struct {
	at   float64
	text string
}

// ticks returns the labelled places of a bar of the given length. Classes are labelled
// at their levels, every second or third where there is no room for all.
func (b colorBar) ticks(length vg.Length) []barTick {
	size := b.style.tickSize()
	if b.colors.classes != nil {
		levels := b.colors.scale.Levels
		n := float64(len(levels) - 1)
		for stride := 1; ; stride++ {
			var out []barTick
			var widest vg.Length
			for i := 0; i < len(levels); i += stride {
				t := barTick{float64(i) / n, shortNumber(levels[i])}
				widest = max(widest, label{text: t.text, size: size}.width())
				out = append(out, t)
			}
			need := 1.15 * size
			if !b.vertical {
				need = widest + 0.5*size
			}
			if need <= length*vg.Length(stride)/vg.Length(n) || stride >= len(levels) {
				return out
			}
		}
	}
	var out []barTick
	for n := 6; n >= 1; n-- {
		out = out[:0]
		var room vg.Length
		for _, t := range linearTicks(b.colors.lo, b.colors.hi, n) {
			if t.Label != "" {
				out = append(out, barTick{(t.Value - b.colors.lo) / (b.colors.hi - b.colors.lo), t.Label})
				if w := (label{text: t.Label, size: size}).width(); b.vertical {
					room += 1.6 * size
				} else {
					room += w + size
				}
			}
		}
		if room <= length {
			break
		}
	}
	return out
}

// breadth returns the room across the bar: its thickness, tick labels and label.
func (b colorBar) breadth(length vg.Length) vg.Length {
	size := b.style.tickSize()
	title := label{text: b.label, size: b.style.labelSize()}
	w := barThickness + 0.35*size
	if b.vertical {
		for _, t := range b.ticks(b.body(length)) {
			w = max(w, barThickness+0.35*size+label{text: t.text, size: size}.width())
		}
		if b.colors.missing {
			w = max(w, label{text: missingWord, size: size}.width())
		}
		if b.label != "" {
			w += 0.5*size + title.height() + title.depth()
		}
		return w
	}
	w += capHeight * size
	if b.label != "" {
		w += 0.7*size + title.height() + title.depth()
	}
	return w
}

// body returns the length of the bar without its ends and the swatch.
func (b colorBar) body(length vg.Length) vg.Length {
	if b.colors.over {
		length -= barPoint
	}
	if b.colors.under {
		length -= barPoint
	}
	if b.colors.missing {
		length -= b.swatch()
	}
	left, right := b.ends()
	return max(length-left-right, barPoint)
}

// ends returns the room that a horizontal bar leaves at its ends for half a label there.
func (b colorBar) ends() (left, right vg.Length) {
	if b.vertical {
		return 0, 0
	}
	size := b.style.tickSize()
	half := func(v float64) vg.Length { return label{text: shortNumber(v), size: size}.width() / 2 }
	levels := b.colors.scale.Levels
	left, right = 0.8*size, 0.8*size
	if b.colors.classes != nil {
		left, right = half(levels[0]), half(levels[len(levels)-1])
	}
	if b.colors.under {
		left -= barPoint
	}
	if b.colors.over {
		right -= barPoint
	}
	if b.colors.missing {
		right = 0 // the key of missing cells is further away
	}
	return max(0, left), max(0, right)
}

// swatch returns the room along the bar for the key of missing cells.
func (b colorBar) swatch() vg.Length {
	size := b.style.tickSize()
	if b.vertical {
		return 1.0*size + barThickness + 1.3*size
	}
	return 2.4*size + 1.8*barThickness + label{text: missingWord, size: size}.width()
}

// draw draws the bar into the rectangle: at its left and full height if it is upright,
// at its top and full width if it is horizontal.
func (b colorBar) draw(c draw.Canvas, r vg.Rectangle) {
	size := b.style.tickSize()
	if b.colors.missing {
		r = b.drawSwatch(c, r)
	}
	body := r
	if b.vertical {
		body.Max.X = body.Min.X + barThickness
		if b.colors.under {
			body.Min.Y += barPoint
		}
		if b.colors.over {
			body.Max.Y -= barPoint
		}
	} else {
		body.Min.Y = body.Max.Y - barThickness
		left, right := b.ends()
		body.Min.X += left
		body.Max.X -= right
		if b.colors.under {
			body.Min.X += barPoint
		}
		if b.colors.over {
			body.Max.X -= barPoint
		}
	}
	drawCells(c, body, b)
	b.drawEnds(c, body)
	edge := draw.LineStyle{Color: color.Black, Width: frameWidth}
	c.StrokeLines(edge, b.outline(body))
	ticks := b.ticks(b.length(body))
	var widest vg.Length
	for _, t := range ticks {
		l := label{text: t.text, size: size}
		widest = max(widest, l.width())
		if b.vertical {
			y := body.Min.Y + vg.Length(t.at)*body.Size().Y
			c.StrokeLine2(edge, body.Max.X-0.3*barThickness, y, body.Max.X, y)
			l.draw(c, vg.Point{X: body.Max.X + 0.35*size, Y: y}, leftMiddle, 0)
		} else {
			x := body.Min.X + vg.Length(t.at)*body.Size().X
			c.StrokeLine2(edge, x, body.Min.Y, x, body.Min.Y+0.3*barThickness)
			l.draw(c, vg.Point{X: x, Y: body.Min.Y - 0.35*size}, centerTop, 0)
		}
	}
	title := label{text: b.label, size: b.style.labelSize()}.shrunk(b.length(r))
	if b.vertical {
		x := body.Max.X + 0.35*size + widest + 0.5*size
		title.draw(c, vg.Point{X: x + title.height(), Y: middle(body).Y}, centerBottom, math.Pi/2)
	} else {
		y := body.Min.Y - 0.35*size - capHeight*size - 0.7*size
		title.draw(c, vg.Point{X: middle(body).X, Y: y}, centerTop, 0)
	}
}

func (b colorBar) length(r vg.Rectangle) vg.Length {
	if b.vertical {
		return r.Size().Y
	}
	return r.Size().X
}

// drawSwatch draws the key of missing cells at the bar's lower or right end and
// returns the room that is left.
func (b colorBar) drawSwatch(c draw.Canvas, r vg.Rectangle) vg.Rectangle {
	size := b.style.tickSize()
	word := label{text: missingWord, size: size}
	box := vg.Rectangle{}
	if b.vertical {
		word.draw(c, vg.Point{X: r.Min.X, Y: r.Min.Y + word.depth()}, anchor{0, 0}, 0)
		box.Min = vg.Point{X: r.Min.X, Y: r.Min.Y + 1.3*size}
		box.Max = vg.Point{X: box.Min.X + barThickness, Y: box.Min.Y + barThickness}
		r.Min.Y += b.swatch()
	} else {
		y := r.Max.Y - barThickness/2
		word.draw(c, vg.Point{X: r.Max.X, Y: y}, rightMiddle, 0)
		x := r.Max.X - word.width() - 0.4*size
		box.Min = vg.Point{X: x - 1.8*barThickness, Y: r.Max.Y - barThickness}
		box.Max = vg.Point{X: x, Y: r.Max.Y}
		r.Max.X -= b.swatch()
	}
	drawCells(c, box, missingPainter{})
	strokeRect(c, box, draw.LineStyle{Color: color.Black, Width: frameWidth})
	return r
}

// paint implements painter along the bar.
func (b colorBar) paint(u, v float64) (color.RGBA, bool) {
	t := u
	if b.vertical {
		t = v
	}
	if k := b.colors; k.classes != nil {
		n := len(k.classes) - 1 // the last colour is the pointed end
		return k.classes[min(int(t*float64(n)), n-1)], true
	}
	return b.colors.table[min(int(t*tableSize), tableSize-1)], true
}

// along returns the point at the given distances along and across the bar.
func (b colorBar) along(body vg.Rectangle, s, across vg.Length) vg.Point {
	if b.vertical {
		return vg.Point{X: body.Min.X + across, Y: body.Min.Y + s}
	}
	return vg.Point{X: body.Min.X + s, Y: body.Min.Y + across}
}

// outline returns the outline of the bar and its pointed ends.
func (b colorBar) outline(body vg.Rectangle) []vg.Point {
	length := b.length(body)
	out := []vg.Point{b.along(body, 0, 0)}
	if b.colors.under {
		out = append(out, b.along(body, -barPoint, barThickness/2))
	}
	out = append(out, b.along(body, 0, barThickness), b.along(body, length, barThickness))
	if b.colors.over {
		out = append(out, b.along(body, length+barPoint, barThickness/2))
	}
	return append(out, b.along(body, length, 0), b.along(body, 0, 0))
}

func (b colorBar) drawEnds(c draw.Canvas, body vg.Rectangle) {
	length := b.length(body)
	first, last := b.endColors()
	if b.colors.under {
		c.FillPolygon(first, []vg.Point{b.along(body, 0, 0), b.along(body, -barPoint, barThickness/2), b.along(body, 0, barThickness)})
	}
	if b.colors.over {
		c.FillPolygon(last, []vg.Point{b.along(body, length, 0), b.along(body, length+barPoint, barThickness/2), b.along(body, length, barThickness)})
	}
}

func (b colorBar) endColors() (first, last color.RGBA) {
	colors := b.colors.classes
	if colors == nil {
		colors = b.colors.table
	}
	return colors[0], colors[len(colors)-1]
}

func middle(r vg.Rectangle) vg.Point { return r.Min.Add(r.Max).Scale(0.5) }
