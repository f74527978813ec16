package notebooks

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// notebook is a notebook as the tests read it.
type notebook struct {
	path  string
	raw   []byte
	Cells []cell `json:"cells"`
}

// cell is a cell of a notebook with what it printed.
type cell struct {
	Type     string `json:"cell_type"`
	Source   lines  `json:"source"`
	Metadata struct {
		Caption json.RawMessage `json:"caption"` // a text or a list of texts
	} `json:"metadata"`
	Outputs []struct {
		Text lines            `json:"text"` // of a stream
		Data map[string]lines `json:"data"` // by media type
	} `json:"outputs"`
}

// lines is what nbformat stores as a string or as a list of lines. Data that are neither,
// which no test reads, are empty.
type lines string

func (l *lines) UnmarshalJSON(raw []byte) error {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		*l = lines(one)
		return nil
	}
	var all []string
	if json.Unmarshal(raw, &all) == nil {
		*l = lines(strings.Join(all, ""))
	}
	return nil
}

// readNotebooks returns the notebooks that patterns name; each pattern must name some.
func readNotebooks(t *testing.T, patterns ...string) (all []notebook) {
	t.Helper()
	for _, pattern := range patterns {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("no notebooks %s: %v", pattern, err)
		}
		for _, path := range paths {
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			book := notebook{path: path, raw: raw}
			if err := json.Unmarshal(raw, &book); err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			all = append(all, book)
		}
	}
	return all
}

// code returns the cells with code, which count from 1 where a test speaks of them.
func (b notebook) code() (all []cell) {
	for _, c := range b.Cells {
		if c.Type == "code" {
			all = append(all, c)
		}
	}
	return all
}

// pictures returns how many pictures a cell drew.
func (c cell) pictures() (n int) {
	for _, out := range c.Outputs {
		if out.Data["image/png"] != "" {
			n++
		}
	}
	return n
}

func TestLinesOfNotebooks(t *testing.T) {
	for text, want := range map[string]lines{`"one\ntwo"`: "one\ntwo", `["one\n", "two"]`: "one\ntwo", `[]`: "", `{"json": 1}`: ""} {
		var got lines
		if err := json.Unmarshal([]byte(text), &got); err != nil || got != want {
			t.Errorf("%s is read as %q (%v), want %q", text, got, err, want)
		}
	}
}
