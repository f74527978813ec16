package plotting

import (
	"bytes"
	"compress/zlib"
	"image/color"
	"io"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"gonum.org/v1/plot/vg"
)

// streams returns the compressed parts of a PDF file, unpacked.
func streams(t *testing.T, file []byte) (all []string) {
	t.Helper()
	for _, found := range regexp.MustCompile(`(?s)stream\r?\n(.*?)\r?\nendstream`).FindAllSubmatch(file, -1) {
		r, err := zlib.NewReader(bytes.NewReader(found[1]))
		if err != nil {
			continue // one that is not compressed
		}
		unpacked, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(unpacked))
	}
	return all
}

// written returns the pieces of text that a page shows.
func written(t *testing.T, file []byte) (pieces []string) {
	t.Helper()
	unescape := strings.NewReplacer(`\\`, `\`, `\(`, `(`, `\)`, `)`, `\r`, "\r")
	for _, s := range streams(t, file) {
		for _, m := range regexp.MustCompile(`(?s)Td \(((?:[^\\)]|\\.)*)\) Tj`).FindAllStringSubmatch(s, -1) {
			b := []byte(unescape.Replace(m[1]))
			var units []uint16
			for i := 0; i+1 < len(b); i += 2 {
				units = append(units, uint16(b[i])<<8|uint16(b[i+1]))
			}
			pieces = append(pieces, string(utf16.Decode(units)))
		}
	}
	return pieces
}

// Letters are text in fonts that the file contains: also Greek ones, bold ones, scripts and
// accents, and those of the axes, which gonum draws.
func TestPDFEmbedsItsFonts(t *testing.T) {
	p, err := Curves([]Series{{Name: "σ_{t} of x̂", X: []float64{0, 1}, Y: []float64{0, 1}}}, CurveOptions{Style: Style{Title: "Gaps (100 %)"}, X: Axis{Label: "λ", Unit: "mm h⁻¹"}})
	if err != nil {
		t.Fatal(err)
	}
	grid, err := Grid([][]*Picture{{p, p}}, GridOptions{Letters: true})
	if err != nil {
		t.Fatal(err)
	}
	file, err := grid.pdf(0.5)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(file, []byte("/FontFile2 ")); n != 2 {
		t.Errorf("%d fonts in the file, want the regular and the bold one", n)
	}
	if n := bytes.Count(file, []byte("/ToUnicode ")); n != 2 {
		t.Errorf("%d fonts say what their letters are, want 2", n)
	}
	pieces := written(t, file)
	all := strings.Join(pieces, "|")
	for _, want := range []string{"Gaps (100 %)", "λ [mm h", "−1", "σ", "|t|", "̂", "0.6", "a|"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not text of the page: %q", want, pieces)
		}
	}
	// Names of variables in graphical models are serif and slanted.
	graph, err := GraphicalModel([]GraphNode{{Name: "z"}, {Name: "x", X: 1}}, []GraphEdge{{From: "z", To: "x", Label: "p"}}, GraphOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if file, err = graph.pdf(1); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(file, []byte("serif-bold")) || !bytes.Contains(file, []byte("serif-italic")) {
		t.Errorf("the fonts of a graphical model are %q", regexp.MustCompile(`/FontName /\S+`).FindAll(file, -1))
	}
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Log("pdftotext (Debian's poppler-utils) is not installed: no other reader was asked")
		return
	}
	path := filepath.Join(t.TempDir(), "grid.pdf")
	if err := grid.SavePDF(path); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tool, path, "-").CombinedOutput()
	if err != nil {
		t.Fatalf("pdftotext: %v\n%s", err, out)
	}
	for _, want := range []string{"Gaps (100 %)", "λ [mm h", "σ"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("pdftotext does not find %q:\n%s", want, out)
		}
	}
}

// The same drawing at the same time gives the same file, and a transparent colour is as
// light as it was asked for.
func TestPDFOfTheSameDrawing(t *testing.T) {
	draw := func() []byte {
		c := newPDF(100, 50)
		c.SetColor(color.NRGBA{0xff, 0xff, 0xff, 0x80})
		c.Fill(vg.Path{{Type: vg.MoveComp}, {Type: vg.LineComp, Pos: vg.Point{X: 50}}, {Type: vg.LineComp, Pos: vg.Point{X: 50, Y: 50}}, {Type: vg.CloseComp}})
		newRichText().fill(c, "every letter: αβγ x̂_{t}", sans(10), color.Black, vg.Point{X: 10, Y: 20}, 0.5)
		b, err := c.file(time.Date(2023, 4, 12, 0, 0, 0, 0, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	one, two := draw(), draw()
	if !bytes.Equal(one, two) {
		t.Error("the same drawing gives two files")
	}
	if !bytes.Contains(one, []byte("/ca 0.50")) || !strings.Contains(strings.Join(streams(t, one), ""), "1.0000 1.0000 1.0000 rg") {
		t.Error("half-transparent white is not white at half the opacity")
	}
}
