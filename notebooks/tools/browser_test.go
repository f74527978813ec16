package tools

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// openLab starts Debian's notebook as make lab does where it has nothing newer, on the
// notebooks of a folder, and returns the address of a notebook's page.
func openLab(t *testing.T, folder string) func(notebook string) string {
	t.Helper()
	if _, err := os.Stat("/usr/bin/jupyter-notebook"); err != nil {
		t.Skip("jupyter-notebook is not installed (setup.sh run)")
	}
	t.Setenv("VDM_LAB", "0")
	address := serve(t, folder, "--NotebookApp.token=test")
	return func(notebook string) string { return fmt.Sprintf("%s/notebooks/%s?token=test", address, notebook) }
}

// serve starts lab.sh on the notebooks of a folder and returns Jupyter's address.
func serve(t *testing.T, folder, token string) string {
	t.Helper()
	needKernel(t)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := free.Addr().(*net.TCPAddr).Port
	free.Close()
	log := new(bytes.Buffer)
	lab := exec.Command("./lab.sh", folder, "--no-browser", "--ip=127.0.0.1", fmt.Sprintf("--port=%d", port), "--port-retries=0", token)
	lab.Stdout, lab.Stderr = log, log
	start(t, lab)
	address := fmt.Sprintf("http://127.0.0.1:%d", port)
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(200 * time.Millisecond) {
		if answer, err := http.Get(address + "/api?token=test"); err == nil {
			answer.Body.Close()
			return address
		}
		if time.Now().After(end) {
			t.Fatalf("Jupyter did not start:\n%s", log)
		}
	}
}

// openNotebook opens a notebook's page and waits for its kernel.
func openNotebook(b *browser, url string) {
	b.t.Helper()
	b.open(url)
	b.until("the kernel", `return !!(window.Jupyter && Jupyter.notebook && Jupyter.notebook.kernel
		&& Jupyter.notebook.kernel.is_connected() && Jupyter.notebook._fully_loaded)`, time.Minute)
}

// runAll chooses Cell, Run All from the menu.
func runAll(b *browser) {
	b.t.Helper()
	b.click("#celllink")
	b.click("#run_all_cells a")
}

// done is true when every cell has been run and the kernel rests.
const done = `let code = Jupyter.notebook.get_cells().filter(c => c.cell_type == "code");
	return code.every(c => c.input_prompt_number > 0) && !Jupyter.notebook.kernel_busy`

const curve = `import (
	. "github.com/climate-vdm/climate-vdm/notebooks/lab"
	"github.com/climate-vdm/climate-vdm/plotting"
	"github.com/climate-vdm/climate-vdm/vdm"
)

%%
Show(plotting.Curves([]plotting.Series{{X: []float64{0, 1}, Y: []float64{0, 1}}}, plotting.CurveOptions{}))`

const film = `%%
data := make([]float32, 4*8*8)
for f := range 4 {
	data[f*64+9*f] = 1
}
ShowPNG(plotting.Animation([]plotting.Clip{{Data: data, Frames: 4, Height: 8, Width: 8}}, plotting.AnimationOptions{}))`

const slow = `%%
show := Progress("counting")
for i := range int64(5) {
	time.Sleep(1100 * time.Millisecond)
	show(vdm.Progress{Step: i + 1, Steps: 5})
}`

// A reader opens a notebook, runs it from the menu, and sees formulas, a picture,
// an animation that moves, and progress that goes on in one line.
func TestBrowserRunsANotebook(t *testing.T) {
	book := write(t, curve, film, slow)
	page := openLab(t, filepath.Dir(book))
	b := openBrowser(t)
	openNotebook(b, page(filepath.Base(book)))
	runAll(b)

	b.until("progress half way", `let p = document.querySelectorAll(".output progress");
		return p.length == 1 && p[0].value > 0 && p[0].value < p[0].max`, 2*time.Minute)
	b.screenshot("half-way")
	b.until("the last cell", done, time.Minute)
	if !eval[bool](b, `let p = document.querySelectorAll(".output progress"); return p.length == 1 && p[0].value == p[0].max`) {
		t.Error("the progress display did not end full, or is there more than once")
	}
	checkFormulas(b)
	if n := eval[int](b, pictures); n != 2 {
		t.Errorf("%d pictures, want 2", n)
	}
	checkAnimation(b)
	b.screenshot("done")
}

// A reader who stops a cell is told what to do, once, and the next cell runs.
func TestBrowserStopsACell(t *testing.T) {
	book := write(t, "%%\nfmt.Println(\"begun\")\nfor {\n\ttime.Sleep(time.Second)\n}", "%%\nfmt.Println(\"the next cell\")")
	page := openLab(t, filepath.Dir(book))
	b := openBrowser(t)
	openNotebook(b, page(filepath.Base(book)))
	runCell(b, 0)
	b.until("the cell's first words", `return document.querySelector("#notebook").textContent.includes("begun\n")`, 2*time.Minute)
	b.click("button[data-jupyter-action='jupyter-notebook:interrupt-kernel']")
	b.until("the end of the cell", `return !Jupyter.notebook.kernel_busy && document.querySelectorAll(".output_error").length == 1`, 20*time.Second)
	b.screenshot("stopped")
	if n := eval[int](b, `return document.querySelector("#notebook").textContent.split("run it again to start it anew").length - 1`); n != 1 {
		t.Errorf("what to do is said %d times, want once", n)
	}
	runCell(b, 1)
	b.until("the next cell", `return [...document.querySelectorAll(".output_stdout")].some(e => e.textContent.includes("the next cell"))`, time.Minute)
}

// runCell selects a cell, counted among those of code, and presses the button that
// runs it.
func runCell(b *browser, code int) {
	b.t.Helper()
	eval[any](b, fmt.Sprintf(`let code = Jupyter.notebook.get_cells().map((c, i) => [c, i]).filter(p => p[0].cell_type == "code");
		Jupyter.notebook.select(code[%d][1]); Jupyter.notebook.scroll_to_cell(code[%[1]d][1])`, code))
	b.click("button[data-jupyter-action='jupyter-notebook:run-cell-and-select-next']")
}

// The whole story of make run, after make run, on a copy of its run folder. It
// takes minutes, so only make browser asks for it.
func TestBrowserRunsTheFirstModel(t *testing.T) {
	if os.Getenv("VDM_BROWSER") != "full" {
		t.Skip("run make browser for this")
	}
	const run = "../../runs/first-model"
	if _, err := os.Stat(run); err != nil {
		t.Skip("no model has been trained (make run)")
	}
	book, err := os.ReadFile("../10-first-model.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	folder, err := os.MkdirTemp("../../build/tmp", "browser") // its cells look for the project above them
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	if err := os.WriteFile(filepath.Join(folder, "first-model.ipynb"), book, 0o644); err != nil {
		t.Fatal(err)
	}
	copied, err := filepath.Abs(filepath.Join(folder, "run"))
	if err == nil {
		err = os.CopyFS(copied, os.DirFS(run))
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"clips.nc", "clips.json"} { // so that clips are drawn anew, with their progress
		if err := os.Remove(filepath.Join(copied, "samples", name)); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("VDM_RUN", copied)
	page := openLab(t, folder)
	b := openBrowser(t)
	openNotebook(b, page("first-model.ipynb"))
	if eval[int](b, `Jupyter.notebook.clear_all_output(); return document.querySelectorAll(".output img").length`) != 0 {
		t.Fatal("outputs of the last time are still there")
	}
	runAll(b)
	untilDone(b)
	checkFormulas(b)
	if n := eval[int](b, pictures); n < 5 {
		t.Errorf("%d pictures, want at least 5", n)
	}
	if n := eval[int](b, `return [...document.querySelectorAll(".output progress")].filter(p => p.value == p.max).length`); n == 0 {
		t.Error("no progress display that ended full")
	}
	if text := eval[string](b, complaints); text != "" {
		t.Errorf("errors in cells: %.500s", text)
	}
	checkAnimation(b)
	b.screenshot("done")
}

// untilDone waits until every cell has been run, as long as the page goes on
// changing: how long a cell takes depends on what else the machine does.
func untilDone(b *browser) {
	b.t.Helper()
	const patience = 4 * time.Minute
	last, seen := time.Now(), ""
	for !eval[bool](b, done) {
		if text := eval[string](b, complaints); text != "" {
			b.screenshot("failed")
			b.t.Fatalf("a cell failed: %.500s", text)
		}
		now := eval[string](b, `return [...document.querySelectorAll(".prompt_container, .output")].map(e => e.innerText).join()`)
		if now != seen {
			last, seen = time.Now(), now
		}
		if time.Since(last) > patience {
			b.screenshot("failed")
			b.t.Fatalf("nothing has changed on the page for %v", patience)
		}
		time.Sleep(time.Second)
	}
}

// complaints are what cells print as errors.
const complaints = `return [...document.querySelectorAll(".output_stderr, .output_error")].map(e => e.textContent).join("; ")`

// checkFormulas fails where MathJax has not drawn the formulas of the page.
func checkFormulas(b *browser) {
	b.t.Helper()
	b.until("formulas", `return window.MathJax && MathJax.Hub.queue.pending == 0 && document.querySelectorAll(".MathJax, .MathJax_SVG").length > 0`, time.Minute)
	if text := eval[string](b, `return [...document.querySelectorAll(".MathJax_Error, merror, .mjx-merror")].map(e => e.textContent).join("; ")`); text != "" {
		b.t.Errorf("formulas with errors: %s", text)
	}
	if text := eval[string](b, `return [...document.querySelectorAll(".text_cell_render, .jp-RenderedMarkdown")].map(e => {
		let copy = e.cloneNode(true);
		copy.querySelectorAll("script, code, pre").forEach(c => c.remove());
		return copy.textContent;
	}).filter(t => /\$|\\(frac|sigma|alpha|mathbb)/.test(t)).join("; ")`); text != "" {
		b.t.Errorf("formulas that are not drawn: %.300s", text)
	}
}

const pictures = `return [...document.querySelectorAll(".output img")].filter(i => i.complete && i.naturalWidth > 50).length`

// checkAnimation finds the animated PNG among the outputs and sees it move.
func checkAnimation(b *browser) {
	b.t.Helper()
	if n := eval[int](b, `let moving = [...document.querySelectorAll(".output img")].filter(i => atob(i.src.split(",")[1]).includes("acTL"));
		moving.forEach(i => { i.id = "moving"; i.scrollIntoView() });
		return moving.length`); n == 0 {
		b.t.Error("no animation")
		return
	}
	first := b.look("#moving")
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if !bytes.Equal(b.look("#moving"), first) {
			return
		}
	}
	b.t.Error("the animation stands still")
}

// The reader moves the sliders of notebooks/interactive.ipynb, and the pictures
// follow; the stop button leaves the last one.
func TestBrowserMovesSliders(t *testing.T) {
	book, err := os.ReadFile("../interactive.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "interactive.ipynb"), book, 0o644); err != nil {
		t.Fatal(err)
	}
	page := openLab(t, folder)
	b := openBrowser(t)
	openNotebook(b, page("interactive.ipynb"))
	for _, c := range []struct {
		cells   []int // among those of code; the last one is live
		sliders int
		move    int // this slider
		keys    string
		name    string
	}{
		{[]int{0, 1, 2}, 3, 3, "\uE014", "schedule"},                // right
		{[]int{3, 4, 5}, 4, 3, "\uE012\uE012\uE012\uE012", "steps"}, // left
		{[]int{6, 7}, 1, 1, "\uE010", "moving"},                     // end
	} {
		for _, cell := range c.cells {
			runCell(b, cell)
		}
		b.until(c.name+": sliders and a picture", fmt.Sprintf(`return document.querySelectorAll("input[type=range]").length == %d
			&& document.querySelectorAll("[id$=-picture] img").length == 1`, c.sliders), 2*time.Minute)
		before := eval[string](b, `return document.querySelector("[id$=-picture] img").src`)
		value := eval[string](b, fmt.Sprintf(`let s = document.querySelectorAll("input[type=range]")[%d - 1]; s.id = "moved"; return s.parentElement.textContent`, c.move))
		b.press("#moved", c.keys)
		b.until(c.name+": another value", fmt.Sprintf(`return document.querySelector("#moved").parentElement.textContent != %q`, value), 10*time.Second)
		b.until(c.name+": another picture", fmt.Sprintf(`let i = document.querySelector("[id$=-picture] img"); return i && i.src != %q`, before), 20*time.Second)
		b.screenshot(c.name)
		b.click("button[data-jupyter-action='jupyter-notebook:interrupt-kernel']")
		b.until(c.name+": the end of the cell", `return !Jupyter.notebook.kernel_busy && document.querySelectorAll("input[type=range]").length == 0`, 20*time.Second)
		if text := eval[string](b, complaints); text != "" {
			t.Errorf("%s: errors: %.500s", c.name, text)
		}
	}
	if n := eval[int](b, pictures); n != 3 {
		t.Errorf("%d pictures stay, want 3", n)
	}
}
