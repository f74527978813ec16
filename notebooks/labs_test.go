package notebooks

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// solution is what a student is to write: the lines between the two comments.
var solution = regexp.MustCompile(`(?s)\t// begin solution\n.*?\t// end solution\n`)

// forStudents returns the notebook of a lab without its solutions and outputs.
func forStudents(solved notebook) ([]byte, error) {
	var book struct { // everything, because it is written again
		Cells  []map[string]any `json:"cells"`
		Meta   any              `json:"metadata"`
		Format int              `json:"nbformat"`
		Minor  int              `json:"nbformat_minor"`
	}
	if err := json.Unmarshal(solved.raw, &book); err != nil {
		return nil, err
	}
	for i, cell := range book.Cells {
		if solved.Cells[i].Type != "code" {
			continue
		}
		cell["outputs"], cell["execution_count"] = []any{}, nil
		open := solution.ReplaceAllLiteralString(string(solved.Cells[i].Source), "\t// Write it here.\n\treturn\n")
		cell["source"] = strings.SplitAfter(open, "\n")
	}
	var out bytes.Buffer
	to := json.NewEncoder(&out)
	to.SetEscapeHTML(false)
	to.SetIndent("", " ")
	err := to.Encode(book)
	return out.Bytes(), err
}

// The labs are the notebooks in labs/solutions without what the students are to write:
//
//	go test ./notebooks -run Labs -update
func TestLabs(t *testing.T) {
	for _, solved := range readNotebooks(t, "labs/solutions/*.ipynb") {
		path := solved.path
		want, err := forStudents(solved)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if strings.Contains(string(want), "solution\\n") || !strings.Contains(string(want), "// Write it here.") {
			t.Errorf("%s: a solution is left, or there is nothing to write", path)
		}
		lab := filepath.Join("labs", filepath.Base(path))
		if *update {
			if err := os.WriteFile(lab, want, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(lab); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not %s without its solutions (%v): go test ./notebooks -run Labs -update", lab, path, err)
		}
	}
}
