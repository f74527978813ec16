package tools

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// resize sets the size of the browser's window.
func (b *browser) resize(width, height int) {
	b.t.Helper()
	b.call("POST", "/window/rect", map[string]int{"width": width, "height": height}, nil)
}

// hover moves the mouse over the first element of a CSS selector.
func (b *browser) hover(selector string) {
	b.t.Helper()
	const web = "element-6066-11e4-a52e-4f735466cecf" // the protocol's name for a reference
	b.call("POST", "/actions", map[string]any{"actions": []any{map[string]any{
		"type": "pointer", "id": "mouse", "parameters": map[string]string{"pointerType": "mouse"},
		"actions": []any{map[string]any{"type": "pointerMove", "duration": 50, "x": 0, "y": 0, "origin": map[string]string{web: b.element(selector)}}},
	}}}, nil)
}

// checkPage fails where a page has formulas that are not drawn or that are torn, pictures
// that are not there, or more width than the window.
func checkPage(b *browser) {
	b.t.Helper()
	if text := eval[string](b, `let copy = document.querySelector("main").cloneNode(true);
		copy.querySelectorAll("script, code, pre, annotation, .katex").forEach(c => c.remove());
		return (copy.textContent.match(/[\ue000\ue001]|\$[^$ ]+\$|\\(frac|sigma|alpha|mathbb)/) || [""])[0]`); text != "" {
		b.t.Errorf("a formula that is not drawn: %.100s", text)
	}
	if text := eval[string](b, `return [...document.querySelectorAll(".katex-error")].map(e => e.textContent).join("; ")`); text != "" {
		b.t.Errorf("formulas with errors: %.300s", text)
	}
	if broken := eval[string](b, `return [...document.images].filter(i => i.complete && i.naturalWidth == 0 && i.src).map(i => i.src.slice(0, 80)).join("; ")`); broken != "" {
		b.t.Errorf("pictures that are not there: %s", broken)
	}
	if wide := eval[string](b, `let room = document.documentElement.clientWidth;
		if (document.documentElement.scrollWidth <= room + 1) return "";
		return room + " < " + document.documentElement.scrollWidth + ": " + [...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > room + 1
			&& !e.closest(".wide, pre, .katex-display, .formula, [hidden]")).slice(0, 3).map(e => e.tagName + "." + e.className).join(", ")`); wide != "" {
		b.t.Errorf("the page is wider than the window: %s", wide)
	}
}

// A reader finds something without a server, points at what a text mentions, and opens
// the contents on a narrow screen, by day and by night.
func TestBrowserReadsTheSite(t *testing.T) {
	needPages(t)
	folder := site(t)
	b := openBrowser(t)
	b.open("file://" + filepath.Join(folder, "01-first.html"))
	checkPage(b)
	if font := eval[bool](b, `return document.fonts.load("20px KaTeX_Main").then(f => f.length > 0)`); !font {
		t.Error("the fonts of formulas are not loaded from a disk")
	}

	b.press("#search", "score crps")
	b.until("results", `return document.querySelectorAll("#results a").length > 0`, 10*time.Second)
	if first := eval[string](b, `return document.querySelector("#results a").getAttribute("href")`); first != "glossary.html#crps" && first != "02-second.html#The-forecast's-score" {
		t.Errorf("the first result is %s", first)
	}
	b.press("#search", "\uE00C") // escape

	b.hover("a.eq")
	b.until("the note of an equation", `let n = document.querySelector("#note"); return !n.hidden && n.querySelector(".katex") != null && n.getBoundingClientRect().bottom <= innerHeight`, 5*time.Second)
	b.screenshot("note")
	b.hover("h1")
	b.until("the note to go", `return document.querySelector("#note").hidden`, 5*time.Second)
	b.click("a.eq")
	b.until("the cell of the equation", `return location.href.endsWith("02-second.html#eq-2.44") && document.querySelector(":target") != null`, 5*time.Second)

	b.resize(500, 900) // Chromium's narrowest window
	if eval[bool](b, `return getComputedStyle(document.querySelector("#side")).visibility == "visible"`) {
		t.Error("the contents lie over a narrow page")
	}
	b.click("#menu")
	b.until("the contents", `return document.querySelector("#side a[href='01-first.html']").getBoundingClientRect().left >= 0`, 5*time.Second)
	checkPage(b)
	b.screenshot("narrow")
	b.click("#side a[href='01-first.html']")
	b.until("the other chapter", `return location.href.endsWith("01-first.html")`, 5*time.Second)

	eval[any](b, `document.querySelector(".copied button").click()`)
	b.until("the code of a cell to be copied or selected", `return document.querySelector(".copied button").textContent != "copy"`, 5*time.Second)

	light := eval[string](b, `return getComputedStyle(document.body).backgroundColor`)
	b.click("#theme")
	dark := eval[string](b, `return getComputedStyle(document.body).backgroundColor`)
	if light == dark {
		t.Errorf("by night as by day: %s", dark)
	}
	b.open("file://" + filepath.Join(folder, "equations.html"))
	if next := eval[string](b, `return getComputedStyle(document.body).backgroundColor`); next != dark {
		t.Errorf("the next page is %s, want %s as chosen", next, dark)
	}
	b.click(".filter button")
	if n := eval[int](b, `return document.querySelectorAll(".equation:not([hidden])").length`); n != 1 {
		t.Errorf("%d equations of that verdict, want 1", n)
	}
	b.screenshot("dark")
}

// All pages of make site, of the notebooks as they are, on a desk and at a phone's width.
func TestBrowserShowsTheSite(t *testing.T) {
	if os.Getenv("VDM_BROWSER") != "full" {
		t.Skip("run make browser for this")
	}
	needPages(t)
	var books []string
	for _, pattern := range []string{"../*.ipynb", "../labs/*.ipynb", "../labs/solutions/*.ipynb"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("no notebooks %s: %v", pattern, err)
		}
		books = append(books, found...)
	}
	folder := t.TempDir()
	if status, printed := run(t, append([]string{"--no-run", "--html", folder}, books...)...); status != 0 {
		t.Fatalf("status %d\n%s", status, printed)
	}
	pages, err := filepath.Glob(filepath.Join(folder, "*.html"))
	if err != nil || len(pages) != len(books)+6 { // the index, and five to look things up
		t.Fatalf("%d pages of %d notebooks: %v", len(pages), len(books), err)
	}
	b := openBrowser(t)
	b.resize(1280, 1400)
	moveSliders(b, "file://"+filepath.Join(folder, "interactive.html"))
	stopFilm(b, "file://"+filepath.Join(folder, "10-first-model.html"))
	for _, page := range pages {
		b.resize(1280, 1400)
		b.open("file://" + page)
		checkPage(b)
		if lost := eval[string](b, `return [...document.querySelectorAll("a[href^='#']")].filter(a => a.hash.length > 1 && !document.getElementById(decodeURIComponent(a.hash.slice(1)))).map(a => a.hash).join(" ")`); lost != "" {
			t.Errorf("%s: links to nowhere: %s", filepath.Base(page), lost)
		}
		b.screenshot(filepath.Base(page))
		b.resize(500, 900)
		checkPage(b)
		b.screenshot("narrow-" + filepath.Base(page))
	}
}

// moveSliders moves a slider of each widget of the exported page and sees its pictures follow.
func moveSliders(b *browser, page string) {
	b.t.Helper()
	b.open(page)
	for _, name := range []string{"schedule", "steps", "moving"} {
		box := `.widget[data-widget="` + name + `"]`
		if n := eval[int](b, "return document.querySelectorAll('"+box+" svg').length"); n != 2 {
			b.t.Errorf("%s: %d pictures, want 2", name, n)
			continue
		}
		before := eval[string](b, "return document.querySelector('"+box+" .plots').innerHTML")
		b.press(box+" input", "\uE014\uE014\uE014") // right
		if eval[string](b, "return document.querySelector('"+box+" .plots').innerHTML") == before {
			b.t.Errorf("%s: the pictures do not follow the slider", name)
		}
	}
	b.screenshot("sliders")
}

// stopFilm sees a film play, stops it, and chooses a frame.
func stopFilm(b *browser, page string) {
	b.t.Helper()
	b.open(page)
	b.until("a film", `return document.querySelector("figure canvas + .player") != null`, 20*time.Second)
	const frame = `return document.querySelector(".player input").value`
	b.until("the next frame", frame+` != "0"`, 10*time.Second)
	b.click(".player button")
	stopped := eval[string](b, frame)
	time.Sleep(2 * time.Second)
	if now := eval[string](b, frame); now != stopped {
		b.t.Errorf("a film that was stopped goes on from frame %s to %s", stopped, now)
	}
	first := b.look("figure canvas")
	b.press(".player input", "\uE011") // home
	if eval[string](b, frame) != "0" || bytes.Equal(b.look("figure canvas"), first) {
		b.t.Error("the slider of a film does not choose a frame")
	}
	b.screenshot("film")
}
