package dissertation

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/climate-vdm/climate-vdm/plotting"
)

// SaveFigure writes a numbered figure as PNG and PDF into a folder, which is made where
// it is missing: figure "2.3" in "figures" becomes figures/figure-2.3.png and
// figures/figure-2.3.pdf. The PDF is as wide as a journal prints it: 8.9 cm for pictures of
// 10.9 to 12.75 cm, 18 cm for those of 22 cm and more, so that text of 10 and 11 points has
// 7 to 9 points there. Other pictures keep their size. The same picture gives the same files
// on any day. It returns the picture, so that a cell can show it.
func SaveFigure(p *plotting.Picture, folder, number string) (*plotting.Picture, error) {
	if number == "" || filepath.Base(number) != number {
		return nil, fmt.Errorf("saving a figure: number %q, want one such as 2.3", number)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, fmt.Errorf("saving figure %s: %w", number, err)
	}
	path := filepath.Join(folder, "figure-"+number)
	if err := p.SavePNG(path + ".png"); err != nil {
		return nil, err
	}
	if err := p.SavePDFWidth(path+".pdf", printed(p)); err != nil {
		return nil, err
	}
	return p, undate(path + ".pdf")
}

// printed returns the width in print in centimetres: of one column or of two.
func printed(p *plotting.Picture) float64 {
	switch width, _ := p.Size(); {
	case width >= 10.9 && width <= 12.75:
		return 8.9
	case width >= 22:
		return 18
	default:
		return width
	}
}

var pdfDate = regexp.MustCompile(`(/(?:Creation|Mod)Date \(D:)\d{14}`)

// undate sets the dates of a PDF to a fixed one of the same length, so that the
// offsets in the file stay right.
func undate(path string) error {
	file, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("saving a figure: %w", err)
	}
	if err := os.WriteFile(path, pdfDate.ReplaceAll(file, []byte("${1}20230412000000")), 0o644); err != nil {
		return fmt.Errorf("saving a figure: %w", err)
	}
	return nil
}
