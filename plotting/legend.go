package plotting

import (
	"fmt"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// LegendPlace says where the names of the series are written.
type LegendPlace int

const (
	// LegendAuto puts the legend in a corner where it covers nothing, or below
	// the axes if there is none.
	LegendAuto LegendPlace = iota
	// LegendBelow puts it below the axes.
	LegendBelow
	// LegendRight puts it to the right of the axes.
	LegendRight
	// LegendNone leaves it out.
	LegendNone
)

// Validate reports an unknown place.
func (p LegendPlace) Validate() error {
	if p < LegendAuto || p > LegendNone {
		return fmt.Errorf("plotting: legend place is %d, want LegendAuto, LegendBelow, LegendRight or LegendNone", int(p))
	}
	return nil
}

// legend is a block of named traces in columns.
type legend struct {
	entries []trace
	size    vg.Length // of the letters
}

const (
	swatchWidth = 22 * vg.Length(1) // the piece of line before a name
	swatchGap   = 5 * vg.Length(1)
	columnGap   = 14 * vg.Length(1)
	legendPad   = 5 * vg.Length(1)
)

func newLegend(traces []trace, size vg.Length) legend {
	l := legend{size: size}
	for _, t := range traces {
		if t.name != "" {
			l.entries = append(l.entries, t)
		}
	}
	return l
}

// alike says whether two legends have the same names and the same looks.
func (l legend) alike(other legend) bool {
	return l.size == other.size && slices.EqualFunc(l.entries, other.entries, func(a, b trace) bool {
		return a.name == b.name && same(a.color, b.color) && a.mark == b.mark && a.line.Width == b.line.Width && slices.Equal(a.line.Dashes, b.line.Dashes)
	})
}

func (l legend) rowHeight() vg.Length { return l.size * 1.35 }

func (l legend) columnWidth() vg.Length {
	var w vg.Length
	for _, e := range l.entries {
		w = max(w, label{text: e.name, size: l.size}.width())
	}
	return swatchWidth + swatchGap + w
}

// columns returns how many columns fit the width.
func (l legend) columns(width vg.Length) int {
	n := int((width + columnGap) / (l.columnWidth() + columnGap))
	return min(max(n, 1), max(len(l.entries), 1))
}

// block returns the size of the legend in n columns.
func (l legend) block(n int) (w, h vg.Length) {
	if len(l.entries) == 0 {
		return 0, 0
	}
	rows := (len(l.entries) + n - 1) / n
	return vg.Length(n)*(l.columnWidth()+columnGap) - columnGap, vg.Length(rows) * l.rowHeight()
}

// draw fills the block with its upper left corner at pt, row by row.
func (l legend) draw(c draw.Canvas, pt vg.Point, n int, width vg.Length) {
	for i, e := range l.entries {
		x := pt.X + vg.Length(i%n)*(l.columnWidth()+columnGap)
		y := pt.Y - (vg.Length(i/n)+0.5)*l.rowHeight()
		if e.line.Width > 0 {
			c.StrokeLine2(e.line, x, y, x+swatchWidth, y)
		}
		if e.mark != noMark {
			drawMark(c, e.mark, markRadius, e.color, vg.Point{X: x + swatchWidth/2, Y: y})
		}
		room := pt.X + width - x - swatchWidth - swatchGap
		label{text: e.name, size: l.size}.shrunk(room).draw(c, vg.Point{X: x + swatchWidth + swatchGap, Y: y}, leftMiddle, 0)
	}
}

// corner returns the upper left point of a block of the given size in a corner of the
// data rectangle where it covers none of the runs.
func corner(data vg.Rectangle, w, h vg.Length, runs [][]vg.Point) (vg.Point, bool) {
	size := data.Size()
	if w+2*legendPad > 0.6*size.X || h+2*legendPad > 0.6*size.Y {
		return vg.Point{}, false
	}
	left, right := data.Min.X+legendPad, data.Max.X-legendPad-w
	top, bottom := data.Max.Y-legendPad, data.Min.Y+legendPad+h
	for _, at := range []vg.Point{{X: right, Y: top}, {X: left, Y: top}, {X: left, Y: bottom}, {X: right, Y: bottom}} {
		box := vg.Rectangle{
			Min: vg.Point{X: at.X - legendPad, Y: at.Y - h - legendPad},
			Max: vg.Point{X: at.X + w + legendPad, Y: at.Y + legendPad},
		}
		if !touched(box, runs) {
			return at, true
		}
	}
	return vg.Point{}, false
}

// touched reports whether any run passes through the box.
func touched(box vg.Rectangle, runs [][]vg.Point) bool {
	for _, run := range runs {
		for i, p := range run {
			q := p
			if i > 0 {
				q = run[i-1]
			}
			if crosses(box, q, p) {
				return true
			}
		}
	}
	return false
}

// crosses reports whether a part of the segment pq lies in the box, by clipping at its
// four sides (Liang and Barsky, 1984).
func crosses(box vg.Rectangle, p, q vg.Point) bool {
	t0, t1 := 0.0, 1.0
	d := q.Sub(p)
	for _, side := range []struct{ move, room vg.Length }{
		{-d.X, p.X - box.Min.X}, {d.X, box.Max.X - p.X},
		{-d.Y, p.Y - box.Min.Y}, {d.Y, box.Max.Y - p.Y},
	} {
		switch {
		case side.move == 0:
			if side.room < 0 {
				return false
			}
		case side.move < 0:
			t0 = max(t0, float64(side.room/side.move))
		default:
			t1 = min(t1, float64(side.room/side.move))
		}
	}
	return t0 <= t1
}
