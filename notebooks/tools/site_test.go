package tools

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func needPages(t *testing.T) {
	t.Helper()
	needJupyter(t)
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("node is not installed (setup.sh site)")
	}
	for _, file := range []string{"/usr/bin/jupyter-nbconvert", "/usr/share/javascript/katex/katex.js"} {
		if _, err := os.Stat(file); err != nil {
			t.Skipf("%s is not installed (setup.sh site)", file)
		}
	}
}

const checked = `gonbui.DisplayHTML(x)`

// An output of notebooks/book/equation.
const check = `<div style="margin:.4em 0;padding:.3em .8em;border-left:4px solid #9a6700" data-equation="{&#34;numbers&#34;:[&#34;2.44&#34;],` +
	`&#34;says&#34;:&#34;q(z_t) is reached&#34;,&#34;how&#34;:&#34;two routes&#34;,&#34;discrepancy&#34;:0.026,&#34;verdict&#34;:&#34;holds&#34;}">` +
	`<b>(2.44)</b> q(z_t) is reached — <span style="color:#9a6700">holds</span><br><small>two routes: left 1, 2, 3 · right 1, 2, 3</small>` +
	`<br><small>difference 0.026 (tolerance 0.05: the steps are finite)</small></div>`

// site writes two chapters with what lies beside them, and exports them.
func site(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	first, second := filepath.Join(folder, "01-first.ipynb"), filepath.Join(folder, "02-second.ipynb")
	for path, text := range map[string]string{
		first: "# The *first* of $2$\n\nIt follows Ho et al. (2022), e.g. where $a.\\\\ B$ holds.\nNot this. See [the second](02-second.ipynb#End), or chapter 2 with (2.44).\n\n" +
			"$$\\begin{aligned} \\boldsymbol{\\epsilon} &\\sim \\mathcal{N}(0, \\mathbf{I}) \\end{aligned} \\tag{2.36}$$\n\n" +
			"$z_t − α_{t|s}z_s$ and $\\sigma_t^2$ have *underscores*.\n\n![a figure](figures/a.png)",
		second: "# Second\n\n- a list\n\nOne sentence only\n\n## The forecast's score\n\nThe CRPS, and the CRPS again, as `CRPS`.\n\n<details><summary>Answer</summary>\n\n$\\hat{x}_a$\n\n</details>",
	} {
		book := write(t, "import (\n\t\"fmt\"\n)", checked)
		edit(t, book, func(book map[string]any) {
			cells := book["cells"].([]any)
			cells[0].(map[string]any)["source"] = text
			cells[2].(map[string]any)["outputs"] = []any{map[string]any{"output_type": "display_data", "metadata": map[string]any{}, "data": map[string]any{"text/html": check}}}
		})
		if err := os.Rename(book, path); err != nil {
			t.Fatal(err)
		}
	}
	var picture bytes.Buffer
	if err := errors.Join(os.Mkdir(filepath.Join(folder, "figures"), 0o755), png.Encode(&picture, image.NewGray(image.Rect(0, 0, 8, 8)))); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"figures/a.png": picture.String(),
		"EQUATIONS.md": "# Equations\n\n## Draft of 12 April 2023\n\n| number | says | notebook, cell | how it was checked | discrepancy | verdict |\n|---|---|---|---|---|---|\n" +
			"| 2.44 | z\\_t moves, a\\|b | 02-second, 2 | two routes | 2.6e-02 | incomplete as printed: completed form dt < 0 |\n",
		"GLOSSARY.md":     "# Glossary\n\n- **CRPS** (continuous ranked probability score): a score, see $x_i$.\n",
		"BIBLIOGRAPHY.md": "# Bibliography\n\n- **Ho et al. 2022**: J. Ho. *Video diffusion models*.\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(folder, "site")
	if status, printed := run(t, "--no-run", "--html", out, first, second); status != 0 {
		t.Fatalf("status %d\n%s", status, printed)
	}
	return out
}

func read(t *testing.T, parts ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var source = regexp.MustCompile(`<(?:script|link|img)[^>]*(?:src|href)="([^"]*)"`)

// Whatever a page loads lies beside it, so that it works without a network.
func TestPagesLoadNothingFromElsewhere(t *testing.T) {
	needPages(t)
	folder := site(t)
	pages, err := filepath.Glob(filepath.Join(folder, "*.html"))
	if err != nil || len(pages) != 6 { // two chapters, the index, equations, glossary, bibliography
		t.Fatalf("%d pages: %v", len(pages), err)
	}
	for _, page := range pages {
		loads := source.FindAllStringSubmatch(read(t, page), -1)
		if len(loads) < 5 {
			t.Errorf("%s loads %d files: no style, no scripts", page, len(loads))
		}
		for _, match := range loads {
			file, _, _ := strings.Cut(match[1], "?")
			if strings.HasPrefix(file, "data:") {
				continue
			}
			if _, err := os.Stat(filepath.Join(folder, file)); err != nil {
				t.Errorf("%s loads %s: %v", page, match[1], err)
			}
		}
	}
	styles, err := filepath.Glob(filepath.Join(folder, "assets", "*.css"))
	if err != nil || len(styles) == 0 {
		t.Fatal("no styles", err)
	}
	for _, style := range styles {
		for _, match := range regexp.MustCompile(`url\("?([^")]{1,40})`).FindAllStringSubmatch(read(t, style), -1) {
			if !strings.HasPrefix(match[1], "data:") {
				t.Errorf("%s loads %s", style, match[1])
			}
		}
	}
}

// Every link within the site leads to a page and a place on it.
func TestLinksLeadSomewhere(t *testing.T) {
	needPages(t)
	folder := site(t)
	places, pages := map[string]bool{}, map[string]string{}
	paths, err := filepath.Glob(filepath.Join(folder, "*.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		name := filepath.Base(path)
		pages[name] = read(t, path)
		places[name] = true
		for _, id := range regexp.MustCompile(`\bid="([^"]+)"`).FindAllStringSubmatch(pages[name], -1) {
			places[name+"#"+id[1]] = true
		}
	}
	found := 0
	for name, page := range pages {
		for _, link := range regexp.MustCompile(`<a [^>]*href="([^":]*)"`).FindAllStringSubmatch(page, -1) {
			to, place, _ := strings.Cut(link[1], "#")
			to, _, _ = strings.Cut(to, "?")
			if to == "" {
				to = name
			}
			if place != "" {
				to += "#" + place
			}
			if found++; !places[to] && to != "02-second.html#End" { // which the chapter's author made up
				t.Errorf("%s: the link %s leads nowhere", name, link[1])
			}
		}
	}
	if found < 30 {
		t.Errorf("%d links, want many", found)
	}
}

// contains reports what a page lacks.
func contains(t *testing.T, page string, wanted ...string) {
	t.Helper()
	for _, want := range wanted {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
}

func TestIndexSaysWhatThereIs(t *testing.T) {
	needPages(t)
	folder := site(t)
	index := read(t, folder, "index.html")
	contains(t, index, `href="01-first.html"`, `1 · The <em>first</em> of <span class="katex">`, `2 · Second`, "It follows Ho et al. (2022), e.g. where ", "One sentence only",
		"<strong>1 equations checked</strong>", "1 incomplete as printed")
	if strings.Contains(index, "Not this.") {
		t.Error("the index shows more than the first sentence")
	}
	contains(t, read(t, folder, "01-first.html"), `href="02-second.html#End"`, `<a class="next" rel="next" href="02-second.html">`)
	contains(t, read(t, folder, "02-second.html"), `<a class="previous" rel="prev" href="01-first.html">`, `aria-current="page"`, `<a href="#The-forecast's-score">`)
}

// Formulas are drawn when the page is made, and Markdown takes no underscore of theirs
// for emphasis.
func TestFormulasAreDrawn(t *testing.T) {
	needPages(t)
	folder := site(t)
	for name, formulas := range map[string]int{"01-first.html": 5, "02-second.html": 1, "glossary.html": 1, "equations.html": 2} {
		page := read(t, folder, name)
		if n := strings.Count(page, `<span class="katex">`); n < formulas {
			t.Errorf("%s has %d formulas, want %d", name, n, formulas)
		}
		if strings.ContainsAny(page, "\ue000\ue001") || strings.Contains(page, "$") {
			t.Errorf("%s has formulas that are not drawn", name)
		}
	}
	contains(t, read(t, folder, "01-first.html"), `class="tag"`, "<em>underscores</em>", `z_t − α_{t|s}z_s</annotation>`)
}

// What a text mentions leads there, and has a note.
func TestMentionsAreLinked(t *testing.T) {
	needPages(t)
	folder := site(t)
	contains(t, read(t, folder, "01-first.html"),
		`<a class="eq" data-note="eq-2.44" href="02-second.html#eq-2.44">(2.44)</a>`, `<template id="note-eq-2.44">`,
		`href="02-second.html">chapter 2</a>`, `href="bibliography.html#ho-et-al-2022">Ho et al. (2022)</a>`, `<template id="note-paper-ho-et-al-2022">`)
	second := read(t, folder, "02-second.html")
	contains(t, second, `id="eq-2.44"`, `<template id="note-term-crps">`, "difference 0.026 (tolerance 0.05: the steps are finite)", `q(z<sub>t</sub>) is reached`)
	if n := strings.Count(second, `href="glossary.html#crps"`); n != 1 {
		t.Errorf("a term is linked %d times, want once", n)
	}
	contains(t, read(t, folder, "glossary.html"), `id="crps"`)
	contains(t, read(t, folder, "equations.html"), `id="eq-2.44"`, `href="02-second.html#cell-2"`, "z<sub>t</sub> moves, a|b", `href="02-second.html#eq-2.44">(2.44)</a>`)
}

func TestPlumbingIsFolded(t *testing.T) {
	needPages(t)
	page := read(t, site(t), "01-first.html")
	contains(t, page, `<details class="plumbing"><summary>Imports <span>3 lines of Go</span></summary>`)
	if n := strings.Count(page, `<details class="plumbing">`); n != 1 {
		t.Errorf("%d folded cells, want 1", n)
	}
	contains(t, read(t, site(t), "assets", "index.js"), "The forecast's score", "and the CRPS again")
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
