package notebooks

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Each picture that a cell drew has a caption, which is its alternative text, too: they
// are in the metadata of the cell, and a changed cell may draw more or fewer.
func TestCaptionsBelongToPictures(t *testing.T) {
	paths, err := filepath.Glob("*.ipynb")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no notebooks: %v", err)
	}
	labs, err := filepath.Glob("labs/solutions/*.ipynb")
	if err != nil || len(labs) == 0 {
		t.Fatalf("no labs: %v", err)
	}
	paths = append(paths, labs...)
	seen := 0
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var book struct {
			Cells []struct {
				cell
				Metadata struct{ Caption json.RawMessage }
			}
		}
		if err := json.Unmarshal(raw, &book); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		n := 0
		for _, c := range book.Cells {
			if c.Type != "code" {
				continue
			}
			n++
			var captions []string
			if one := ""; json.Unmarshal(c.Metadata.Caption, &one) == nil {
				captions = []string{one}
			} else if c.Metadata.Caption != nil && json.Unmarshal(c.Metadata.Caption, &captions) != nil {
				t.Errorf("%s, cell %d: a caption that is neither a text nor a list of texts", path, n)
			}
			pictures := 0
			for _, out := range c.Outputs {
				if out.Data["image/png"] != nil {
					pictures++
				}
			}
			if pictures != len(captions) {
				t.Errorf("%s, cell %d: %d captions of %d pictures", path, n, len(captions), pictures)
			}
			for _, text := range captions {
				seen++
				if !strings.HasSuffix(text, ".") {
					t.Errorf("%s, cell %d: the caption %q is no sentence", path, n, text)
				}
			}
		}
	}
	if seen == 0 {
		t.Error("no captions")
	}
}
