package plotting

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"time"

	"gonum.org/v1/plot/vg"
	vgdraw "gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// figure is the content of a Picture, which can be drawn on any canvas and in any
// rectangle.
type figure interface {
	draw(c vgdraw.Canvas)
	// insets returns the distances from the rectangle's left, right, bottom and top to
	// the data, so that a Grid can align neighbours; ok is false where there is nothing
	// to align.
	insets(c vgdraw.Canvas) (in insets, ok bool)
}

type insets struct{ left, right, bottom, top vg.Length }

// Picture is a drawn figure. It is immutable and safe for concurrent use.
type Picture struct {
	fig  figure
	w, h vg.Length
	dpi  int
	img  *image.RGBA
}

// newPicture returns the drawn figure. A panic inside the drawing libraries becomes an
// error here, at the edge.
func newPicture(fig figure, w, h vg.Length, dpi int) (*Picture, error) {
	img, err := rasterize(fig, w, h, dpi)
	if err != nil {
		return nil, err
	}
	return &Picture{fig: fig, w: w, h: h, dpi: dpi, img: img}, nil
}

func rasterize(fig figure, w, h vg.Length, dpi int) (img *image.RGBA, err error) {
	px, py := w.Dots(float64(dpi)), h.Dots(float64(dpi))
	if !(px >= 1 && py >= 1 && px*py <= maxPixels) {
		return nil, fmt.Errorf("plotting: a picture of %.1f×%.1f cm at %d dpi has %.3g×%.3g pixels, want at most %d in all",
			w/vg.Centimeter, h/vg.Centimeter, dpi, px, py, maxPixels)
	}
	defer func() {
		if r := recover(); r != nil {
			img, err = nil, fmt.Errorf("plotting: drawing failed: %v", r)
		}
	}()
	c := vgimg.NewWith(vgimg.UseWH(w, h), vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(color.White))
	fig.draw(vgdraw.New(c))
	if rgba, ok := c.Image().(*image.RGBA); ok {
		return rgba, nil
	}
	img = image.NewRGBA(c.Image().Bounds())
	draw.Draw(img, img.Bounds(), c.Image(), image.Point{}, draw.Src)
	return img, nil
}

// Image returns the picture as pixels. The caller must not change them.
func (p *Picture) Image() image.Image { return p.img }

// Size returns the width and height on paper in centimetres.
func (p *Picture) Size() (width, height float64) {
	return float64(p.w / vg.Centimeter), float64(p.h / vg.Centimeter)
}

// PNG returns the picture as a PNG file that contains its resolution, so that it has its
// size when placed on a page.
func (p *Picture) PNG() ([]byte, error) {
	var buf bytes.Buffer
	if err := png.Encode(&buf, p.img); err != nil {
		return nil, fmt.Errorf("plotting: encoding PNG: %w", err)
	}
	return withResolution(buf.Bytes(), p.dpi), nil
}

// withResolution returns a PNG file with a pHYs chunk after the header, which the
// standard library's encoder does not write.
func withResolution(file []byte, dpi int) []byte {
	const header = 8 + 4 + 4 + 13 + 4 // signature, and the IHDR chunk
	chunk := make([]byte, 4+4+9+4)
	binary.BigEndian.PutUint32(chunk, 9)
	copy(chunk[4:], "pHYs")
	perMetre := uint32(math.Round(float64(dpi) / 0.0254))
	binary.BigEndian.PutUint32(chunk[8:], perMetre)
	binary.BigEndian.PutUint32(chunk[12:], perMetre)
	chunk[16] = 1 // the unit is the metre
	binary.BigEndian.PutUint32(chunk[17:], crc32.ChecksumIEEE(chunk[4:17]))
	out := make([]byte, 0, len(file)+len(chunk))
	out = append(out, file[:header]...)
	out = append(out, chunk...)
	return append(out, file[header:]...)
}

// SavePNG writes the picture to a PNG file.
func (p *Picture) SavePNG(path string) error {
	b, err := p.PNG()
	if err != nil {
		return err
	}
	return save(path, b)
}

// SavePDF writes the picture to a PDF file of one page of the picture's size. Lines are
// vectors, letters are text in embedded fonts, which can be selected and searched, and the
// cells of maps are an image of 300 dots per inch.
func (p *Picture) SavePDF(path string) error {
	return p.SavePDFWidth(path, float64(p.w/vg.Centimeter))
}

// SavePDFWidth writes the picture as [Picture.SavePDF] does, with everything in it made
// smaller or larger so that the page has the given width in centimetres: the width at
// which a journal prints it.
func (p *Picture) SavePDFWidth(path string, width float64) error {
	if !(width >= minCentimetres && width <= maxCentimetres) {
		return fmt.Errorf("plotting: %s: a page %g cm wide, want %d to %d", path, width, minCentimetres, maxCentimetres)
	}
	b, err := p.pdf(width / float64(p.w/vg.Centimeter))
	if err != nil {
		return fmt.Errorf("plotting: %s: %w", path, err)
	}
	return save(path, b)
}

// PDF returns the picture as the PDF file that [Picture.SavePDF] writes.
func (p *Picture) PDF() ([]byte, error) {
	b, err := p.pdf(1)
	if err != nil {
		return nil, fmt.Errorf("plotting: %w", err)
	}
	return b, nil
}

// SaveSVG writes the picture to an SVG file of the picture's size, whose lines and letters
// are vectors: letters as outlines, so that every symbol is present wherever it is shown.
func (p *Picture) SaveSVG(path string) error {
	b, err := p.svg()
	if err != nil {
		return fmt.Errorf("plotting: %s: %w", path, err)
	}
	return save(path, b)
}

func (p *Picture) svg() (b []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			b, err = nil, fmt.Errorf("drawing SVG failed: %v", r)
		}
	}()
	c := vgsvg.New(p.w, p.h)
	p.fig.draw(vgdraw.New(c))
	var buf bytes.Buffer
	if _, err := c.WriteTo(&buf); err != nil {
		return nil, fmt.Errorf("encoding SVG: %w", err)
	}
	return buf.Bytes(), nil
}

func (p *Picture) pdf(scale float64) (b []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			b, err = nil, fmt.Errorf("drawing PDF failed: %v", r)
		}
	}()
	c := newPDF(p.w*vg.Length(scale), p.h*vg.Length(scale))
	c.Scale(scale, scale)
	p.fig.draw(vgdraw.NewCanvas(c, p.w, p.h))
	if b, err = c.file(time.Now()); err != nil {
		return nil, fmt.Errorf("encoding PDF: %w", err)
	}
	return b, nil
}

// save writes a file so that its name has either the old picture or all of the new one,
// also where the machine loses power.
func save(path string, b []byte) error {
	half := path + ".part"
	f, err := os.Create(half)
	if err == nil {
		_, err = f.Write(b)
		err = errors.Join(err, f.Sync(), f.Close())
	}
	if err == nil {
		err = os.Rename(half, path)
	}
	if err != nil {
		_ = os.Remove(half)
		return fmt.Errorf("plotting: saving a picture: %w", err)
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("plotting: saving a picture: %w", err)
	}
	defer folder.Close()
	_ = folder.Sync() // some file systems cannot
	return nil
}
