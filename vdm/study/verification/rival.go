package verification

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/forecast"
)

// Rival is another forecaster of the cases. Make it with [ParseRival].
type Rival struct {
	Name       string   // name in tables
	Forecaster string   // name of a forecaster of package forecast, if there are no files
	Files      []string // of forecasts

	heads []head
}

// ParseRival returns the rival that a text names: a forecaster of package forecast, a
// file, a folder of files, or NAME=PATH, which gives the path's forecasts a name.
func ParseRival(text string) (Rival, error) {
	if slices.Contains(forecast.Names(), strings.ToLower(text)) {
		return Rival{Name: strings.ToLower(text), Forecaster: strings.ToLower(text)}, nil
	}
	name, path, called := strings.Cut(text, "=")
	if !called {
		path = text
		name = strings.TrimSuffix(filepath.Base(filepath.Clean(text)), filepath.Ext(text))
	}
	files, err := Files([]string{path})
	if err != nil {
		return Rival{}, fmt.Errorf("rival %q is neither a forecaster (%s) nor files: %w", text, strings.Join(forecast.Names(), ", "), err)
	}
	return Rival{Name: name, Files: files}, nil
}
