package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"path/filepath"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
)

// These are the places of a run's page in its folder.
const (
	PageDir  = "report"
	PageName = "index.html"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"duration": func(seconds float64) string {
		return time.Duration(seconds * float64(time.Second)).Round(100 * time.Millisecond).String()
	},
	"gib": func(bytes int64) string { return fmt.Sprintf("%.1f GiB", float64(bytes)/(1<<30)) },
}).Parse(pageText))

// WritePage writes the page of a run, report/index.html in its folder: one HTML file
// without scripts or external parts, whose pictures are the run's own, in the folder
// figures (a name below the run's folder).
func (s *Summary) WritePage(dir, figures string) error {
	for _, t := range s.Tables() {
		if err := t.Validate(); err != nil {
			return err
		}
	}
	total := 0.0
	for _, stage := range s.Stages {
		total += stage.Seconds
	}
	var page bytes.Buffer
	err := pageTemplate.Execute(&page, map[string]any{"S": s, "Figures": "../" + filepath.ToSlash(figures) + "/", "Total": total})
	if err != nil {
		return fmt.Errorf("page: %w", err)
	}
	if err := checkpoint.MakeFolder(filepath.Join(dir, PageDir)); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	return checkpoint.WriteBytes(filepath.Join(dir, PageDir, PageName), page.Bytes())
}
