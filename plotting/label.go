package plotting

import (
	"image/color"
	"math"
	"strings"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// lineHeight is the distance between baselines, in em.
const lineHeight = 1.2

// anchor says which point of the text, horizontally and vertically, lies at the given
// place.
type anchor struct{ h, v float64 }

var (
	leftMiddle   = anchor{0, 0.5}
	rightMiddle  = anchor{1, 0.5}
	centerTop    = anchor{0.5, 1}
	centerBottom = anchor{0.5, 0}
	leftTop      = anchor{0, 1}
	rightTop     = anchor{1, 1}
)

// label is text in one size, drawn by its anchor. Heights count from the top of the
// capitals of the first line to the baseline of the last one, so that "middle" looks
// like the middle.
type label struct {
	text  string
	size  vg.Length
	color color.Color
	bold  bool
}

func (l label) font() font.Font {
	f := sans(l.size)
	if l.bold {
		f.Weight = xfont.WeightBold
	}
	return f
}

func (l label) lines() []string { return strings.Split(l.text, "\n") }

func (l label) width() vg.Length {
	h := newRichText()
	var w vg.Length
	for _, line := range l.lines() {
		_, lw := h.set(line, l.font(), false)
		w = max(w, lw)
	}
	return w
}

func (l label) height() vg.Length {
	if l.text == "" {
		return 0
	}
	return l.size * (capHeight + lineHeight*vg.Length(len(l.lines())-1))
}

// depth returns the room that letters such as g need below the last baseline.
func (l label) depth() vg.Length {
	if l.text == "" {
		return 0
	}
	return 0.22 * l.size
}

// draw draws the text with its anchor at pt, rotated by angle (radians).
func (l label) draw(c draw.Canvas, pt vg.Point, a anchor, angle float64) {
	if l.text == "" {
		return
	}
	h := newRichText()
	clr := l.color
	if clr == nil {
		clr = color.Black
	}
	sin, cos := math.Sincos(angle)
	height := l.height()
	for i, line := range l.lines() {
		_, w := h.set(line, l.font(), false)
		dx := -vg.Length(a.h) * w
		dy := height*vg.Length(1-a.v) - l.size*(capHeight+lineHeight*vg.Length(i))
		h.fill(c, line, l.font(), clr, vg.Point{
			X: pt.X + dx*vg.Length(cos) - dy*vg.Length(sin),
			Y: pt.Y + dx*vg.Length(sin) + dy*vg.Length(cos),
		}, angle)
	}
}

// minSize is the smallest letter that can be read in print.
const minSize = 6 * vg.Length(1)

// shrunk returns the label in the largest size, not above its own, whose width fits, but
// not below minSize.
func (l label) shrunk(width vg.Length) label {
	if w := l.width(); w > width && w > 0 {
		l.size = max(minSize, l.size*width/w)
	}
	return l
}

// wrapped returns the label broken at spaces so that it fits the width; a single word
// that is too long makes the whole label smaller.
func (l label) wrapped(width vg.Length) label {
	var out []string
	for _, para := range l.lines() {
		line := ""
		for _, word := range strings.Fields(para) {
			try := strings.TrimSpace(line + " " + word)
			if line != "" && (label{text: try, size: l.size}).width() > width {
				out = append(out, line)
				line = word
				continue
			}
			line = try
		}
		out = append(out, line)
	}
	l.text = strings.Join(out, "\n")
	return l.shrunk(width)
}
