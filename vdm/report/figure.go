package report

import (
	"bytes"
	"fmt"
	"image/png"
	"path/filepath"
	"strings"

	"github.com/climate-vdm/climate-vdm/plotting"
	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
)

// Figure is a picture of a run, a file in its folder of figures.
type Figure struct {
	File    string `json:"file"`          // name of the file in the folder of figures
	PDF     string `json:"pdf,omitempty"` // name of the same as a PDF file; "" for an animation
	Title   string `json:"title"`
	Caption string `json:"caption"`
	Width   int    `json:"width"` // width in pixels of a page
	Height  int    `json:"height"`
}

// Drawing is a figure that is not saved yet.
type Drawing struct {
	File, Title, Caption string
	Picture              *plotting.Picture // nil for an animation
	Animation            []byte            // an animated PNG
}

// Save writes drawings to a folder, which is made if it does not exist, and returns the
// figures: each as a PNG file for a page and, if it does not move, as a PDF file for print.
func Save(dir string, drawings ...Drawing) ([]Figure, error) {
	if err := checkpoint.MakeFolder(dir); err != nil {
		return nil, fmt.Errorf("folder of figures: %w", err)
	}
	var figures []Figure
	for _, d := range drawings {
		text, printed := d.Animation, ""
		dpi := 100.0 // of plotting.Animation
		if d.Picture != nil {
			var err error
			if text, err = d.Picture.PNG(); err != nil {
				return nil, fmt.Errorf("figure %s: %w", d.File, err)
			}
			dpi = 150
			page, err := d.Picture.PDF()
			if err != nil {
				return nil, fmt.Errorf("figure %s: %w", d.File, err)
			}
			printed = strings.TrimSuffix(d.File, filepath.Ext(d.File)) + ".pdf"
			if err := checkpoint.WriteBytes(filepath.Join(dir, printed), page); err != nil {
				return nil, err
			}
		}
		size, err := png.DecodeConfig(bytes.NewReader(text))
		if err != nil {
			return nil, fmt.Errorf("figure %s: %w", d.File, err)
		}
		if err := checkpoint.WriteBytes(filepath.Join(dir, d.File), text); err != nil {
			return nil, err
		}
		scale := 96 / dpi // a page has 96 pixels an inch
		figures = append(figures, Figure{
			File: d.File, PDF: printed, Title: d.Title, Caption: d.Caption,
			Width: int(float64(size.Width) * scale), Height: int(float64(size.Height) * scale),
		})
	}
	return figures, nil
}

// scaleOf returns the scale of colours for values in the given units (rain rates have
// one of their own), and the units as a picture writes them.
func scaleOf(units string) (plotting.Scale, string) {
	if units == "mm/h" {
		return plotting.RainScale(), "mm h^{-1}"
	}
	return plotting.Scale{}, units
}
