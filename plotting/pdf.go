package plotting

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// pdfCanvas is a page of a PDF file, whose letters are text in embedded fonts: a reader
// can select and search them, and a journal can check them. gonum's own PDF canvas knows
// only the letters of Windows-1252 (no α, no σ), turns images over and makes transparent
// colours dark.
//
// Everything but fonts and images is written in the operators of PDF, whose coordinates
// are those of [vg.Canvas]: points from the lower left corner.
type pdfCanvas struct {
	doc    *fpdf.Fpdf
	height float64
	width  []vg.Length     // of lines, for each Push
	fonts  map[string]bool // those in the file, by name
	images int
}

var _ vg.Canvas = (*pdfCanvas)(nil)

// newPDF returns an empty page.
func newPDF(w, h vg.Length) *pdfCanvas {
	doc := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: w.Points(), Ht: h.Points()}})
	doc.SetCatalogSort(true) // the same picture gives the same file
	doc.SetMargins(0, 0, 0)
	doc.SetAutoPageBreak(false, 0)
	doc.AddPage()
	c := &pdfCanvas{doc: doc, height: h.Points(), width: make([]vg.Length, 1), fonts: map[string]bool{}}
	vg.Initialize(c)
	return c
}

// file returns the whole file; the canvas cannot be used after it.
func (c *pdfCanvas) file(made time.Time) ([]byte, error) {
	c.doc.SetCreationDate(made)
	c.doc.SetModificationDate(made)
	var out bytes.Buffer
	if err := c.doc.Output(&out); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func (c *pdfCanvas) write(format string, values ...any) {
	c.doc.RawWriteStr(fmt.Sprintf(format, values...))
}

func (c *pdfCanvas) lineWidth() *vg.Length { return &c.width[len(c.width)-1] }

// SetLineWidth implements vg.Canvas with the operator w.
func (c *pdfCanvas) SetLineWidth(w vg.Length) {
	*c.lineWidth() = w
	c.write("%.3f w", w.Points())
}

// SetLineDash implements vg.Canvas with the operator d.
func (c *pdfCanvas) SetLineDash(pattern []vg.Length, offset vg.Length) {
	lengths := make([]string, len(pattern))
	for i, l := range pattern {
		lengths[i] = fmt.Sprintf("%.3f", l.Points())
	}
	c.write("[%s] %.3f d", strings.Join(lengths, " "), offset.Points())
}

// SetColor implements vg.Canvas for lines and areas alike.
func (c *pdfCanvas) SetColor(clr color.Color) {
	if clr == nil {
		clr = color.Black
	}
	n := color.NRGBAModel.Convert(clr).(color.NRGBA)
	r, g, b := float64(n.R)/255, float64(n.G)/255, float64(n.B)/255
	c.write("%.4f %.4f %.4f RG %.4f %.4f %.4f rg", r, g, b, r, g, b)
	c.doc.SetAlpha(float64(n.A)/255, "Normal")
}

// Rotate implements vg.Canvas with the operator cm.
func (c *pdfCanvas) Rotate(angle float64) {
	sin, cos := math.Sincos(angle)
	c.write("%.6f %.6f %.6f %.6f 0 0 cm", cos, sin, -sin, cos)
}

// Translate implements vg.Canvas with the operator cm.
func (c *pdfCanvas) Translate(pt vg.Point) {
	c.write("1 0 0 1 %.3f %.3f cm", pt.X.Points(), pt.Y.Points())
}

// Scale implements vg.Canvas with the operator cm.
func (c *pdfCanvas) Scale(x, y float64) { c.write("%.6f 0 0 %.6f 0 0 cm", x, y) }

// Push implements vg.Canvas with the operator q.
func (c *pdfCanvas) Push() {
	c.width = append(c.width, *c.lineWidth())
	c.write("q")
}

// Pop implements vg.Canvas with the operator Q.
func (c *pdfCanvas) Pop() {
	c.width = c.width[:len(c.width)-1]
	c.write("Q")
}

// Stroke implements vg.Canvas with the operator S.
func (c *pdfCanvas) Stroke(p vg.Path) {
	if *c.lineWidth() > 0 {
		c.path(p, "S")
	}
}

// Fill implements vg.Canvas with the operator f.
func (c *pdfCanvas) Fill(p vg.Path) { c.path(p, "f") }

// path writes a path and the operator that paints it.
func (c *pdfCanvas) path(p vg.Path, paint string) {
	var s strings.Builder
	point := func(pt vg.Point) { fmt.Fprintf(&s, "%.3f %.3f ", pt.X.Points(), pt.Y.Points()) }
	for _, part := range p {
		switch {
		case part.Type == vg.MoveComp:
			point(part.Pos)
			s.WriteString("m ")
		case part.Type == vg.LineComp:
			point(part.Pos)
			s.WriteString("l ")
		case part.Type == vg.CurveComp && len(part.Control) == 2:
			point(part.Control[0])
			point(part.Control[1])
			point(part.Pos)
			s.WriteString("c ")
		case part.Type == vg.CloseComp:
			s.WriteString("h ")
		default: // this package draws neither arcs nor quadratic curves
			panic(fmt.Sprintf("a path has a part of kind %d with %d control points", part.Type, len(part.Control)))
		}
	}
	c.write("%s%s", s.String(), paint)
}

// FillString implements vg.Canvas: text in a font that the file contains, as far as this
// text needs it.
func (c *pdfCanvas) FillString(face font.Face, pt vg.Point, text string) {
	name := face.Name()
	if !c.fonts[name] {
		var source bytes.Buffer
		if _, err := face.Face.WriteSourceTo(nil, &source); err != nil {
			panic(fmt.Sprintf("the font %s cannot be embedded: %v", name, err))
		}
		c.doc.AddUTF8FontFromBytes(name, "", source.Bytes())
		c.fonts[name] = true
	}
	c.Push()
	c.Translate(pt)
	c.doc.SetFont(name, "", face.Font.Size.Points())
	c.doc.Text(0, c.height, text) // at the origin, since fpdf counts from the top
	c.Pop()
}

// DrawImage implements vg.Canvas with a PNG image in the file.
func (c *pdfCanvas) DrawImage(r vg.Rectangle, img image.Image) {
	var file bytes.Buffer
	if err := png.Encode(&file, img); err != nil {
		panic(err)
	}
	c.images++
	name, opt := fmt.Sprint("image", c.images), fpdf.ImageOptions{ImageType: "png", AllowNegativePosition: true}
	c.doc.RegisterImageOptionsReader(name, opt, &file)
	c.doc.ImageOptions(name, r.Min.X.Points(), c.height-r.Max.Y.Points(), r.Size().X.Points(), r.Size().Y.Points(), false, opt, 0, "")
}

// letters writes a line as text, which starts at pt at an angle in radians. A piece of text
// ends where a letter stands elsewhere than after the one before it: at scripts, accents and
// kerned pairs.
func (c *pdfCanvas) letters(h richText, line []glyph, fnt font.Font, pt vg.Point, angle float64) {
	c.Push()
	defer c.Pop()
	c.Translate(pt)
	if angle != 0 {
		c.Rotate(angle)
	}
	for start := 0; start < len(line); {
		first, piece := line[start], ""
		end, next := start, first.x
		for ; end < len(line); end++ {
			g := line[end]
			if g.size != first.size || g.y != first.y || math.Abs(float64(g.x-next)) > 1e-3*float64(g.size) {
				break
			}
			piece += string(g.letter)
			next = g.x + g.advance
		}
		fnt.Size = first.size
		c.FillString(h.fonts.Lookup(fnt, fnt.Size), vg.Point{X: first.x, Y: first.y}, piece)
		start = end
	}
}
