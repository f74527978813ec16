package plotting

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"gonum.org/v1/plot/vg/draw"
)

// marked is a field of zeros with the value 1 at one cell.
func marked(height, width, row, col int) Field2D {
	f := NewField(make([]float32, height*width), height, width)
	f.Data[row*width+col] = 1
	return f
}

// twoColours makes the marked cell red and the others blue, which nothing else
// in a picture without a colour bar is.
func twoColours() Scale {
	return Scale{Kind: Classes, Levels: []float64{0, 1}, Colors: []color.Color{color.RGBA{0, 0, 255, 255}, color.RGBA{255, 0, 0, 255}}}
}

// whereRed is the centre of the red pixels as a fraction of the box of red and
// blue ones, from the left and from the bottom, and the red share of the box.
func whereRed(img image.Image) (u, v, share float64) {
	box, n := image.Rectangle{}, 0
	var sx, sy float64
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.RGBAModel.Convert(img.At(x, y)).(color.RGBA)
			red, blue := c.R > 240 && c.B < 15 && c.G < 15, c.B > 240 && c.R < 15 && c.G < 15
			if red || blue {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
			if red {
				n++
				sx += float64(x) + 0.5
				sy += float64(y) + 0.5
			}
		}
	}
	w, h := float64(box.Dx()), float64(box.Dy())
	return (sx/float64(n) - float64(box.Min.X)) / w, 1 - (sy/float64(n)-float64(box.Min.Y))/h, float64(n) / (w * h)
}

// A cell must be drawn where its coordinates say. Row 3 of 4 and column 0 of 5
// is the place that is tried.
func TestMapOrientation(t *testing.T) {
	up, down := []float64{10, 20, 30, 40}, []float64{40, 30, 20, 10}
	west, east := []float64{0, 10, 20, 30, 40}, []float64{40, 30, 20, 10, 0}
	const low, high, left, right = 0.125, 0.875, 0.1, 0.9
	for _, c := range []struct {
		name string
		x, y []float64
		u, v float64
	}{
		{"no coordinates", nil, nil, left, high},
		{"ascending", west, up, left, high},
		{"descending rows", west, down, left, low},
		{"descending columns", east, up, right, high},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := marked(4, 5, 3, 0)
			f.X, f.Y = c.x, c.y
			p, err := Map(f, MapOptions{Scale: twoColours(), NoBar: true})
			if err != nil {
				t.Fatal(err)
			}
			checkPlace(t, p.Image(), c.u, c.v, 1.0/20)
		})
	}
	t.Run("uneven", func(t *testing.T) {
		// Cells reach from -0.5, 0.5, 2, 4 to 6 and from 850 to 1150 (one row 150
		// high above one of 150).
		f := marked(2, 4, 1, 2)
		f.X, f.Y = []float64{0, 1, 3, 5}, []float64{925, 1075}
		p, err := Map(f, MapOptions{Scale: twoColours(), Stretch: true, NoBar: true})
		if err != nil {
			t.Fatal(err)
		}
		checkPlace(t, p.Image(), 3.5/6.5, 0.75, 2/6.5/2)
	})
}

func checkPlace(t *testing.T, img image.Image, u, v, share float64) {
	t.Helper()
	gu, gv, gs := whereRed(img)
	near := func(a, b float64) bool { return a-b < 0.012 && b-a < 0.012 }
	if !near(gu, u) || !near(gv, v) || !near(gs, share) {
		t.Errorf("the cell is at (%.3f, %.3f) with %.3f of the map, want (%.3f, %.3f) with %.3f", gu, gv, gs, u, v, share)
	}
}

func TestClipOrientation(t *testing.T) {
	data := make([]float32, 4*5)
	data[3*5+0] = 1
	c := Clip{Data: data, Frames: 1, Height: 4, Width: 5}
	p, err := FilmStrip([]Clip{c}, FilmStripOptions{Scale: twoColours()})
	if err != nil {
		t.Fatal(err)
	}
	// Only the frame, not the colour bar below it.
	f := p.fig.(*filmFigure)
	r := f.frameRect(f.layout(draw.NewCanvas(nil, p.w, p.h)), 0, 0)
	img := p.img.SubImage(image.Rect(0, 0, p.img.Rect.Dx(), p.img.Rect.Dy()-dots(r.Min.Y, float64(p.dpi))))
	checkPlace(t, img, 0.1, 0.875, 1.0/20)
}

// The PDF must show what the PNG shows.
func TestPDFLooksLikePNG(t *testing.T) {
	tool, err := exec.LookPath("pdftoppm")
	if err != nil {
		t.Skip("pdftoppm (Debian's poppler-utils) is not installed")
	}
	p, err := Map(marked(4, 5, 3, 0), MapOptions{Scale: twoColours(), NoBar: true, X: Axis{Label: "λ", Unit: "mm h⁻¹"}, Style: Style{DPI: 100, Title: "σ_{t} of x̂"}})
	if err != nil {
		t.Fatal(err)
	}
	base := filepath.Join(t.TempDir(), "map")
	if err := p.SavePDF(base + ".pdf"); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(tool, "-r", "100", "-png", "-singlefile", base+".pdf", base).CombinedOutput(); err != nil {
		t.Fatalf("pdftoppm: %v\n%s", err, out)
	}
	b, err := os.ReadFile(base + ".png")
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	checkPlace(t, img, 0.1, 0.875, 1.0/20)
	// Letters, too, stand at the same places: as much ink in each quarter.
	for i := range 4 {
		a, b := ink(p.Image(), i), ink(img, i)
		if a < 0.9*b || b < 0.9*a {
			t.Errorf("quarter %d has %.0f of ink in the PNG and %.0f in the PDF", i, a, b)
		}
	}
}

// ink is the darkness of a quarter of the picture.
func ink(img image.Image, quarter int) (sum float64) {
	b := img.Bounds()
	w, h := b.Dx()/2, b.Dy()/2
	x0, y0 := b.Min.X+(quarter%2)*w, b.Min.Y+(quarter/2)*h
	for y := y0; y < y0+h; y++ {
		for x := x0; x < x0+w; x++ {
			sum += 1 - float64(color.GrayModel.Convert(img.At(x, y)).(color.Gray).Y)/255
		}
	}
	return sum
}
