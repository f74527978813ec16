package plotting

import (
	"image/color"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// richText sets text with scripts and accents (see the package comment), in a PDF file as
// text in an embedded font, elsewhere as filled outlines: the raster canvas blurs rotated
// strings, and whoever shows an SVG file may not have the font. It implements text.Handler,
// so gonum's axes use it.
type richText struct{ fonts *font.Cache }

var _ text.Handler = richText{}

const (
	scriptSize = 0.70  // of the size of the text around a script
	superRise  = 0.36  // em
	subDrop    = 0.16  // em
	capHeight  = 0.69  // em, height of a digit in Liberation Sans
	xHeight    = 0.528 // em, height of a lower-case x in Liberation Sans
)

func newRichText() richText { return richText{fonts: font.DefaultCache} }

// sans returns the typeface of every picture.
func sans(size vg.Length) font.Font {
	return font.Font{Typeface: plot.DefaultFont.Typeface, Variant: "Sans", Size: size}
}

// span is a piece of text at one level: 0 the line, +1 above, -1 below.
type span struct {
	text  string
	level int
}

// scripts maps Unicode's script letters to plain letters and their level: the font lacks
// several of them, and one text should not mix two designs.
var scripts = map[rune]span{
	'⁰': {"0", 1}, '¹': {"1", 1}, '²': {"2", 1}, '³': {"3", 1}, '⁴': {"4", 1},
	'⁵': {"5", 1}, '⁶': {"6", 1}, '⁷': {"7", 1}, '⁸': {"8", 1}, '⁹': {"9", 1},
	'⁻': {"−", 1}, '⁺': {"+", 1}, 'ⁿ': {"n", 1},
	'₀': {"0", -1}, '₁': {"1", -1}, '₂': {"2", -1}, '₃': {"3", -1}, '₄': {"4", -1},
	'₅': {"5", -1}, '₆': {"6", -1}, '₇': {"7", -1}, '₈': {"8", -1}, '₉': {"9", -1},
	'₋': {"−", -1}, '₊': {"+", -1}, 'ₜ': {"t", -1}, 'ₛ': {"s", -1}, 'ₙ': {"n", -1},
}

// spans returns one line split at its script marks.
func spans(line string) []span {
	var out []span
	add := func(s string, level int) {
		if s == "" {
			return
		}
		if n := len(out); n > 0 && out[n-1].level == level {
			out[n-1].text += s
			return
		}
		out = append(out, span{s, level})
	}
	for len(line) > 0 {
		if level := markLevel(line); level != 0 {
			if end := strings.IndexByte(line, '}'); end > 0 {
				// A hyphen in an exponent is a minus sign.
				add(strings.ReplaceAll(line[2:end], "-", "−"), level)
				line = line[end+1:]
				continue
			}
		}
		r, size := utf8.DecodeRuneInString(line)
		if s, ok := scripts[r]; ok {
			add(s.text, s.level)
		} else {
			add(string(r), 0)
		}
		line = line[size:]
	}
	return out
}

func markLevel(s string) int {
	switch {
	case strings.HasPrefix(s, "^{"):
		return 1
	case strings.HasPrefix(s, "_{"):
		return -1
	}
	return 0
}

// glyph is a letter with its outline in font units and its place on the line.
type glyph struct {
	letter   rune
	segments sfnt.Segments // none for a blank
	x, y     vg.Length     // origin relative to the start of the line's baseline
	scale    vg.Length     // lengths on paper of one font unit
	size     vg.Length     // of the font
	advance  vg.Length     // to where the next letter starts, before kerning
}

// set returns the glyphs and the width of one line. Without outlines only the width is
// computed.
func (h richText) set(line string, fnt font.Font, outlines bool) (glyphs []glyph, width vg.Length) {
	face := h.fonts.Lookup(fnt, fnt.Size).Face
	units := fixed.Int26_6(face.UnitsPerEm())
	var buf sfnt.Buffer
	for _, s := range spans(line) {
		size, rise := fnt.Size, vg.Length(0)
		switch {
		case s.level > 0:
			rise, size = fnt.Size*superRise, fnt.Size*scriptSize
		case s.level < 0:
			rise, size = -fnt.Size*subDrop, fnt.Size*scriptSize
		}
		scale := size / vg.Length(units)
		var prev sfnt.GlyphIndex
		var prevX, prevAdvance, prevTop vg.Length
		hasPrev := false
		for _, r := range s.text {
			index, err := face.GlyphIndex(&buf, r)
			if err != nil {
				continue
			}
			bounds, advance, err := face.GlyphBounds(&buf, index, units, 0)
			if err != nil {
				continue
			}
			x, y := width, rise
			if unicode.Is(unicode.Mn, r) && hasPrev {
				// An accent sits over the middle of the letter before it, higher
				// over a tall letter, and takes no room of its own.
				middle := vg.Length(bounds.Min.X+bounds.Max.X) / 2 * scale
				x = prevX + prevAdvance/2 - middle
				y += max(0, prevTop-xHeight*size)
			} else {
				if hasPrev {
					if kern, err := face.Kern(&buf, prev, index, units, 0); err == nil {
						width += vg.Length(kern) * scale
						x = width
					}
				}
				prev, hasPrev = index, true
				prevX, prevAdvance, prevTop = x, vg.Length(advance)*scale, -vg.Length(bounds.Min.Y)*scale
				width += prevAdvance
			}
			if !outlines {
				continue
			}
			segments, err := face.LoadGlyph(&buf, index, units, nil)
			if err != nil {
				continue
			}
			// The buffer is reused by the next glyph.
			glyphs = append(glyphs, glyph{r, append(sfnt.Segments(nil), segments...), x, y, scale, size, vg.Length(advance) * scale})
		}
	}
	return glyphs, width
}

// fill draws one line with its baseline starting at pt, rotated by angle (radians,
// anticlockwise).
func (h richText) fill(c vg.Canvas, line string, fnt font.Font, clr color.Color, pt vg.Point, angle float64) {
	glyphs, _ := h.set(line, fnt, true)
	if len(glyphs) == 0 {
		return
	}
	sin, cos := math.Sincos(angle)
	c.SetColor(clr)
	if page, ok := bare(c).(textCanvas); ok {
		page.letters(h, glyphs, fnt, pt, angle)
		return
	}
	for _, g := range glyphs {
		if len(g.segments) == 0 {
			continue
		}
		at := func(p fixed.Point26_6) vg.Point {
			x := g.x + vg.Length(p.X)*g.scale
			y := g.y - vg.Length(p.Y)*g.scale // fonts measure downwards
			return vg.Point{
				X: pt.X + x*vg.Length(cos) - y*vg.Length(sin),
				Y: pt.Y + x*vg.Length(sin) + y*vg.Length(cos),
			}
		}
		var path vg.Path
		var cur vg.Point
		for _, s := range g.segments {
			switch s.Op {
			case sfnt.SegmentOpMoveTo:
				if len(path) > 0 {
					path.Close()
				}
				cur = at(s.Args[0])
				path.Move(cur)
			case sfnt.SegmentOpLineTo:
				cur = at(s.Args[0])
				path.Line(cur)
			case sfnt.SegmentOpQuadTo:
				// The curve is drawn as a cubic, which is exact.
				q, end := at(s.Args[0]), at(s.Args[1])
				path.CubeTo(toward(cur, q), toward(end, q), end)
				cur = end
			case sfnt.SegmentOpCubeTo:
				end := at(s.Args[2])
				path.CubeTo(at(s.Args[0]), at(s.Args[1]), end)
				cur = end
			}
		}
		path.Close()
		c.Fill(path)
	}
}

// textCanvas is a canvas that keeps letters as text, in fonts that it has.
type textCanvas interface {
	letters(h richText, line []glyph, fnt font.Font, pt vg.Point, angle float64)
}

// bare returns the canvas below those that only cut out a rectangle of it.
func bare(c vg.Canvas) vg.Canvas {
	switch part := c.(type) {
	case draw.Canvas:
		return bare(part.Canvas)
	case *draw.Canvas:
		return bare(part.Canvas)
	}
	return c
}

// toward returns the point two thirds of the way from p to q.
func toward(p, q vg.Point) vg.Point { return p.Add(q.Sub(p).Scale(2.0 / 3)) }

// Cache returns the fonts; it implements text.Handler.
func (h richText) Cache() *font.Cache { return h.fonts }

// Extents returns the metrics of a typeface; it implements text.Handler.
func (h richText) Extents(fnt font.Font) font.Extents {
	face := h.fonts.Lookup(fnt, fnt.Size)
	return face.Extents()
}

// Lines returns the lines of a text; it implements text.Handler.
func (h richText) Lines(txt string) []string {
	return strings.Split(strings.TrimRight(txt, "\n"), "\n")
}

// Box returns the size of a text and the depth below its baseline; it implements
// text.Handler.
func (h richText) Box(txt string, fnt font.Font) (width, height, depth vg.Length) {
	_, width = h.set(txt, fnt, false)
	ext := h.Extents(fnt)
	return width, ext.Ascent, ext.Descent
}

// Draw implements text.Handler. gonum's axes assume the baselines of gonum's own
// text.Plain; they are kept, except that vertically centred text (tick labels) is
// centred on its digits.
func (h richText) Draw(c vg.Canvas, txt string, sty text.Style, pt vg.Point) {
	lines := h.Lines(txt)
	ext := h.Extents(sty.Font)
	top := sty.Height(txt)*vg.Length(sty.YAlign) - ext.Ascent
	if sty.YAlign == text.YCenter {
		middle := -(ext.Ascent+ext.Descent)/2 - ext.Ascent + sty.Font.Size + ext.Descent
		top -= middle + capHeight/2*sty.Font.Size
	}
	sin, cos := math.Sincos(sty.Rotation)
	for i, line := range lines {
		_, w := h.set(line, sty.Font, false)
		dx := vg.Length(sty.XAlign) * w
		dy := top + vg.Length(len(lines)-i)*sty.Font.Size
		h.fill(c, line, sty.Font, sty.Color, vg.Point{
			X: pt.X + dx*vg.Length(cos) - dy*vg.Length(sin),
			Y: pt.Y + dx*vg.Length(sin) + dy*vg.Length(cos),
		}, sty.Rotation)
	}
}
