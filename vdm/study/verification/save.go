package verification

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// Report is a set of results: tables, values one a line, drawings, and all of its
// numbers as JSON.
type Report interface {
	Tables() []report.Table
	Lines() []Line
	Draw() ([]report.Drawing, error)
}

// Formats are the endings of the files that Save writes.
var Formats = []string{".txt", ".json", ".csv", ".nc"}

// Save writes results to a file by its ending: tables as text (.txt), everything as JSON
// (.json), one value a line (.csv), or arrays of scores by group and forecaster (.nc).
func Save(path string, r Report) error {
	var text []byte
	var err error
	switch strings.ToLower(filepath.Ext(path)) {
	case ".json":
		if text, err = json.MarshalIndent(r, "", " "); err == nil {
			text = append(text, '\n')
		}
	case ".csv":
		text, err = csvText(r.Lines())
	case ".txt":
		var b strings.Builder
		for i, t := range r.Tables() {
			if i > 0 {
				b.WriteString("\n")
			}
			b.WriteString(t.Text())
		}
		text = []byte(b.String())
	case ".nc":
		return saveNetCDF(path, r.Lines())
	default:
		return fmt.Errorf("%s: results are written as %s, by the ending of the file's name", path, strings.Join(Formats, ", "))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return checkpoint.WriteBytes(path, text)
}
