package notebooks

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The figures that the first page of the site quotes of a chapter stand in that chapter.
func TestResultsStandInTheirChapters(t *testing.T) {
	raw, err := os.ReadFile("tools/web/book.json")
	if err != nil {
		t.Fatal(err)
	}
	var book struct {
		Parts []struct {
			Chapters map[string]struct {
				Result  string
				Picture json.RawMessage // the number of a code cell, or a file
			}
		}
	}
	if err := json.Unmarshal(raw, &book); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, part := range book.Parts {
		for stem, chapter := range part.Chapters {
			path := stem + ".ipynb"
			if lab, ok := strings.CutPrefix(stem, "lab-"); ok {
				path = filepath.Join("labs", lab+".ipynb")
				if solved, ok := strings.CutSuffix(lab, "-solved"); ok {
					path = filepath.Join("labs", "solutions", solved+".ipynb")
				}
			}
			if cell := 0; json.Unmarshal(chapter.Picture, &cell) == nil && cell > 0 && !draws(t, path, cell) {
				t.Errorf("%s: cell %d, whose picture the first page shows, draws none", stem, cell)
			}
			text, err := os.ReadFile(path)
			if err != nil {
				t.Errorf("a chapter of book.json: %v", err)
				continue
			}
			for _, figure := range regexp.MustCompile(`\d+\.\d+`).FindAllString(chapter.Result, -1) {
				if seen++; !strings.Contains(string(text), figure) {
					t.Errorf("the result of %s says %s, which the chapter does not", stem, figure)
				}
			}
		}
	}
	if seen == 0 {
		t.Error("no figures")
	}
}

// draws says whether a code cell of a notebook, counted from 1, drew a picture.
func draws(t *testing.T, path string, number int) bool {
	t.Helper()
	code := readNotebooks(t, path)[0].code()
	return number <= len(code) && code[number-1].pictures() > 0
}
