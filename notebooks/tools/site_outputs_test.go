package tools

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What cells print and the files beside the notebooks, as the pages show them: sentences may
// be broken over lines and columns may not, numbers of tables have a minus sign, titles of
// papers are no prose to be linked, and pictures of cells that are no more are gone.
func TestOutputsOnPages(t *testing.T) {
	needPages(t)
	folder := t.TempDir()
	path := filepath.Join(folder, "01-first.ipynb")
	book := write(t, "%%", "%%", "%%")
	printed := func(words string) []any {
		return []any{map[string]any{"output_type": "stream", "name": "stdout", "text": words}}
	}
	edit(t, book, func(book map[string]any) {
		cells := book["cells"].([]any)
		code := 0
		for _, c := range cells {
			cell := c.(map[string]any)
			if cell["cell_type"] != "code" {
				continue
			}
			switch code++; code {
			case 1:
				cell["outputs"] = printed("A sentence that says much.\n")
			case 2:
				cell["outputs"] = printed("left   1.0\nright  2.0\n")
			case 3:
				cell["outputs"] = []any{map[string]any{"output_type": "display_data", "metadata": map[string]any{}, "data": map[string]any{
					"text/html": "<table><tr><td>-0.27 (-0.41, -0.10)</td><td>2018-09-13, 1e-6, x-1</td></tr></table>"}}}
			}
		}
		if code != 3 {
			t.Fatalf("%d cells with code", code)
		}
	})
	out := filepath.Join(folder, "site")
	stale := filepath.Join(out, "img", "01-first-9-1.png")
	if err := errors.Join(os.Rename(book, path), os.MkdirAll(filepath.Dir(stale), 0o755), os.WriteFile(stale, []byte("old"), 0o644),
		os.WriteFile(filepath.Join(folder, "GLOSSARY.md"), []byte("# Glossary\n\n- **ensemble**: several forecasts.\n"), 0o644),
		os.WriteFile(filepath.Join(folder, "BIBLIOGRAPHY.md"), []byte("# Bibliography\n\n- **Ho et al. 2022**: J. Ho. *An ensemble*. [doi:10/1&lt;2](https://doi.org/10/1%3C2)\n"), 0o644),
		os.WriteFile(filepath.Join(folder, "SCORES.md"), []byte("# Scores\n\nOf an ensemble:\n\n    a = b, in words\n\nAn example:\n\n    1   2\n"), 0o644)); err != nil {
		t.Fatal(err)
	}
	if status, words := run(t, "--no-run", "--html", out, path); status != 0 {
		t.Fatalf("status %d\n%s", status, words)
	}
	for page, wants := range map[string][]string{
		"01-first.html": {`<pre class="printed flowing">A sentence`, `<pre class="printed">left   1.0`, "−0.27 (−0.41, −0.10)", "2018-09-13, 1e-6, x-1"},
		"scores.html":   {`<pre class="flowing"><code>a = b, in words</code>`, "<pre><code>1   2</code>", `href="glossary.html#ensemble"`},
	} {
		text := read(t, out, page)
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q", page, want)
			}
		}
	}
	list := read(t, out, "bibliography.html")
	if strings.Contains(list, "glossary.html#ensemble") || !strings.Contains(list, "10/1&lt;2</a>") {
		t.Error("a paper's title has a link, or its DOI is torn")
	}
	if _, err := os.Stat(stale); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a picture of a cell that is no more is still there (%v)", err)
	}
}
