package notebooks

import (
	"encoding/json"
	"strings"
	"testing"
)

// Each picture that a cell drew has a caption, which is its alternative text, too: they
// are in the metadata of the cell, and a changed cell may draw more or fewer.
func TestCaptionsBelongToPictures(t *testing.T) {
	seen := 0
	for _, book := range readNotebooks(t, "*.ipynb", "labs/solutions/*.ipynb") {
		for i, c := range book.code() {
			var captions []string
			if one := ""; json.Unmarshal(c.Metadata.Caption, &one) == nil {
				captions = []string{one}
			} else if c.Metadata.Caption != nil && json.Unmarshal(c.Metadata.Caption, &captions) != nil {
				t.Errorf("%s, cell %d: a caption that is neither a text nor a list of texts", book.path, i+1)
			}
			if n := c.pictures(); n != len(captions) {
				t.Errorf("%s, cell %d: %d captions of %d pictures", book.path, i+1, len(captions), n)
			}
			for _, text := range captions {
				seen++
				if !strings.HasSuffix(text, ".") {
					t.Errorf("%s, cell %d: the caption %q is no sentence", book.path, i+1, text)
				}
			}
		}
	}
	if seen == 0 {
		t.Error("no captions")
	}
}
