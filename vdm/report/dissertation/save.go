package dissertation

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/climate-vdm/climate-vdm/plotting"
)

// SaveFigure writes a numbered figure as PNG and PDF into a folder, which is made
// where it is missing: figure "2.3" in "figures" becomes figures/figure-2.3.png
// and figures/figure-2.3.pdf. It returns the picture, to be shown.
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
	return p, p.SavePDF(path + ".pdf")
}
