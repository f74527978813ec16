package tools

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func needPages(t *testing.T) {
	t.Helper()
	needJupyter(t)
	for _, file := range []string{"/usr/bin/jupyter-nbconvert", "/usr/share/javascript/mathjax/MathJax.js", "/usr/share/javascript/requirejs/require.min.js"} {
		if _, err := os.Stat(file); err != nil {
			t.Skipf("%s is not installed (setup.sh site)", file)
		}
	}
}

// site writes two chapters and exports them.
func site(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	first, second := filepath.Join(folder, "01-first.ipynb"), filepath.Join(folder, "02-second.ipynb")
	for path, text := range map[string]string{
		first: "# The *first* of $2$\n\nIt follows Ho et al. (2022), e.g. where $a.\\\\ B$ holds.\nNot this. See [the second](02-second.ipynb#End).\n\n" +
			"$$\\begin{aligned} \\boldsymbol{\\epsilon} &\\sim \\mathcal{N}(0, \\mathbf{I}) \\end{aligned} \\tag{2.36}$$\n\n![a figure](figures/a.png)",
		second: "# Second\n\n- a list\n\nOne sentence only\n\n<details><summary>Answer</summary>\n\n$\\hat{x}_a$\n\n</details>",
	} {
		book := write(t)
		edit(t, book, func(book map[string]any) {
			book["cells"].([]any)[0].(map[string]any)["source"] = text
		})
		if err := os.Rename(book, path); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(folder, "figures"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "figures", "a.png"), []byte("picture"), 0o644); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(folder, "site")
	if status, printed := run(t, "--no-run", "--html", out, first, second); status != 0 {
		t.Fatalf("status %d\n%s", status, printed)
	}
	return out
}

var source = regexp.MustCompile(`<(?:script|link|img)[^>]*(?:src|href)="([^"]*)"`)

// Whatever a page loads lies beside it, so that it works without a network.
func TestPagesLoadNothingFromElsewhere(t *testing.T) {
	needPages(t)
	folder := site(t)
	for _, name := range []string{"index.html", "01-first.html", "02-second.html"} {
		page, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		loads := source.FindAllStringSubmatch(string(page), -1)
		if len(loads) == 0 {
			t.Errorf("%s loads nothing, not even MathJax", name)
		}
		for _, match := range loads {
			file, _, _ := strings.Cut(match[1], "?")
			if _, err := os.Stat(filepath.Join(folder, file)); err != nil {
				t.Errorf("%s loads %s: %v", name, match[1], err)
			}
		}
	}
}

func TestIndexSaysWhatThereIs(t *testing.T) {
	needPages(t)
	folder := site(t)
	index, err := os.ReadFile(filepath.Join(folder, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<a href="01-first.html">1 · The <em>first</em> of $2$</a>`, `<a href="02-second.html">2 · Second</a>`,
		`<dd>It follows Ho et al. (2022), e.g. where $a.\\ B$ holds.</dd>`, `<dd>One sentence only</dd>`,
	} {
		if !strings.Contains(string(index), want) {
			t.Errorf("the index has no %s:\n%s", want, index)
		}
	}
	first, err := os.ReadFile(filepath.Join(folder, "01-first.html"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(first), `href="02-second.html#End"`) {
		t.Error("a link to another notebook does not lead to its page")
	}
}

func TestMissingPicture(t *testing.T) {
	needPages(t)
	book := write(t)
	edit(t, book, func(book map[string]any) {
		book["cells"].([]any)[0].(map[string]any)["source"] = "![a figure](figures/absent.png)"
	})
	status, out := run(t, "--no-run", "--html", t.TempDir(), book)
	if status != 1 || !strings.Contains(out, "the picture figures/absent.png is not beside the notebook") {
		t.Errorf("status %d, %s", status, out)
	}
}
