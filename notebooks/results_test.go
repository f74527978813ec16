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
			Chapters map[string]struct{ Result string }
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
