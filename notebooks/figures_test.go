package notebooks

import (
	"bytes"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var mediaBox = regexp.MustCompile(`/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]`)

// The figures for print contain their fonts, and are one or two columns of a journal wide, or
// keep their size where that is less. Their text, which has 10 and 11 points on the page and 8 and 9 in those
// that keep their size, then has 7 to 9 points.
func TestFiguresFitAJournal(t *testing.T) {
	const pixels, points, column, page = 150 / 2.54, 72 / 2.54, 8.9, 18.0 // a centimetre's, a centimetre's, centimetres
	paths, err := filepath.Glob("figures/figure-*.pdf")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no figures: %v", err)
	}
	for _, path := range paths {
		pdf, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		found := mediaBox.FindSubmatch(pdf)
		if found == nil {
			t.Fatalf("%s has no size", path)
		}
		if !bytes.Contains(pdf, []byte("/FontFile")) {
			t.Errorf("%s has no font in it: its letters cannot be searched", path)
		}
		width, err := strconv.ParseFloat(string(found[1]), 64)
		if err != nil {
			t.Fatal(err)
		}
		width /= points
		raster, err := os.ReadFile(strings.TrimSuffix(path, ".pdf") + ".png")
		if err != nil {
			t.Fatal(err)
		}
		config, err := png.DecodeConfig(bytes.NewReader(raster))
		if err != nil {
			t.Fatal(err)
		}
		shrunk := width / (float64(config.Width) / pixels)
		switch {
		case width > page+0.01:
			t.Errorf("%s is %.1f cm wide, want at most %v", path, width, page)
		case math.Abs(shrunk-1) < 0.01: // its own size
		case math.Abs(width-column) > 0.01 && math.Abs(width-page) > 0.01:
			t.Errorf("%s is %.1f cm wide, want %v or %v", path, width, column, page)
		case 10*shrunk < 6.95 || 11*shrunk > 9.05:
			t.Errorf("%s: text of 10 and 11 points has %.1f and %.1f in print, want 7 to 9", path, 10*shrunk, 11*shrunk)
		}
	}
}
