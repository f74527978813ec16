package plotting

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

var (
	update  = flag.Bool("update", false, "write the golden images anew")
	gallery = flag.String("gallery", "", "also write every golden case at full size, PNG and PDF, to this folder, to be looked at")
)

// goldenCase makes one picture in the given style, whose size and resolution
// the tests lower to keep the golden files small.
type goldenCase struct {
	name string
	make func(Style) (*Picture, error)
}

const goldenDPI = 60

func TestGolden(t *testing.T) {
	for _, g := range goldenCases {
		t.Run(g.name, func(t *testing.T) {
			if *gallery != "" {
				full, err := g.make(Style{})
				if err != nil {
					t.Fatal(err)
				}
				if err := full.SavePNG(filepath.Join(*gallery, g.name+".png")); err != nil {
					t.Fatal(err)
				}
				if err := full.SavePDF(filepath.Join(*gallery, g.name+".pdf")); err != nil {
					t.Fatal(err)
				}
			}
			p, err := g.make(Style{DPI: goldenDPI})
			if err != nil {
				t.Fatal(err)
			}
			b, err := p.PNG()
			if err != nil {
				t.Fatal(err)
			}
			compareGolden(t, filepath.Join("testdata", g.name+".png"), b)
		})
	}
}

// compareGolden compares a PNG with a golden file, or writes that with -update.
func compareGolden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (go test -update writes it)", err)
	}
	a, err := png.Decode(bytes.NewReader(got))
	if err != nil {
		t.Fatal(err)
	}
	b, err := png.Decode(bytes.NewReader(want))
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if a.Bounds() != b.Bounds() {
		t.Fatalf("%s: picture has bounds %v, golden file %v", path, a.Bounds(), b.Bounds())
	}
	if share := differing(a, b); share > goldenShare {
		fail := filepath.Join(t.TempDir(), filepath.Base(path))
		_ = os.WriteFile(fail, got, 0o644)
		t.Errorf("%s: %.3f %% of the pixels differ, want at most %.3f %%", path, 100*share, 100*goldenShare)
	}
}

// Golden images may differ in the rounding of anti-aliased edges from one
// processor to another (fused multiply-add), not in anything that is seen.
const (
	goldenLevels = 24    // of 255, in any channel
	goldenShare  = 0.001 // of all pixels
)

// differing is the share of pixels that differ by more than goldenLevels.
func differing(a, b image.Image) float64 {
	n, bounds := 0, a.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			p := color.RGBAModel.Convert(a.At(x, y)).(color.RGBA)
			q := color.RGBAModel.Convert(b.At(x, y)).(color.RGBA)
			if apart(p.R, q.R) || apart(p.G, q.G) || apart(p.B, q.B) {
				n++
			}
		}
	}
	return float64(n) / float64(bounds.Dx()*bounds.Dy())
}

func apart(a, b uint8) bool { return max(a, b)-min(a, b) > goldenLevels }

// The comparison itself must see a small change: a missing tick label.
func TestGoldenToleranceSeesSmallChanges(t *testing.T) {
	make := func(style Style, unit string) image.Image {
		p, err := Curves([]Series{{X: []float64{0, 1}, Y: []float64{0, 1}}}, CurveOptions{Style: style, X: Axis{Label: "Time", Unit: unit}})
		if err != nil {
			t.Fatal(err)
		}
		return p.Image()
	}
	style := Style{DPI: goldenDPI}
	if share := differing(make(style, "h"), make(style, "h")); share != 0 {
		t.Errorf("the same picture twice differs in %g of its pixels", share)
	}
	if share := differing(make(style, "h"), make(style, "s")); share <= goldenShare/10 {
		t.Errorf("another unit changes %g of the pixels: the comparison cannot see it", share)
	}
}
