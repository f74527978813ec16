package tools

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// openJupyterLab opens a notebook in today's JupyterLab as make lab does, and waits for
// its kernel.
func openJupyterLab(t *testing.T, book string) *browser {
	t.Helper()
	if _, err := os.Stat("../../build/lab/.installed"); err != nil {
		t.Skip("JupyterLab is not installed (setup.sh lab)")
	}
	t.Setenv("VDM_LAB", "1")
	address := serve(t, filepath.Dir(book), "--IdentityProvider.token=test")
	answer, err := http.Get(address + "/api/contents")
	if err != nil {
		t.Fatal(err)
	}
	if answer.Body.Close(); answer.StatusCode != http.StatusForbidden {
		t.Errorf("without its token Jupyter answers %s", answer.Status)
	}
	b := openBrowser(t)
	b.open(fmt.Sprintf("%s/lab/tree/%s?token=test", address, filepath.Base(book)))
	b.until("the kernel", `let bar = document.querySelector("#jp-main-statusbar");
		return document.querySelectorAll(".jp-CodeCell").length > 0 && !!bar && /\(gonb\) \| Idle/.test(bar.textContent)`, 2*time.Minute)
	return b
}

// runAllInLab chooses Run, Run All Cells from the menu.
func runAllInLab(b *browser) {
	b.t.Helper()
	eval[any](b, `[...document.querySelectorAll(".lm-MenuBar-item")].find(e => e.textContent.trim() == "Run").id = "run-menu"`)
	b.click("#run-menu")
	b.until("the menu", `return !!document.querySelector(".lm-Menu-item[data-command='runmenu:run-all']")`, 10*time.Second)
	b.click(".lm-Menu-item[data-command='runmenu:run-all']")
}

// doneInLab is true when every cell has been run and the kernel rests.
const doneInLab = `return [...document.querySelectorAll(".jp-CodeCell .jp-InputPrompt")].every(e => /\[\d+\]/.test(e.textContent))
	&& document.querySelector(".jp-Notebook-ExecutionIndicator").dataset.status == "idle"`

// A reader runs a notebook in JupyterLab from the menu, and sees a formula, pictures, one
// line of progress that moves, and the names that complete what is typed.
func TestBrowserRunsANotebookInJupyterLab(t *testing.T) {
	b := openJupyterLab(t, write(t, curve, film, slow, "%%\nCheck(nil)\nfmt.Println(strings.ToUpper(\"done\"))"))
	runAllInLab(b)
	b.until("progress half way", `let p = document.querySelectorAll(".jp-OutputArea progress");
		return p.length == 1 && p[0].value > 0 && p[0].value < p[0].max`, 3*time.Minute)
	b.screenshot("half-way")
	b.until("the last cell", doneInLab, time.Minute)
	if !eval[bool](b, `let p = document.querySelectorAll(".jp-OutputArea progress"); return p.length == 1 && p[0].value == p[0].max`) {
		t.Error("the progress display did not end full, or is there more than once")
	}
	b.until("the formula", `return document.querySelectorAll(".jp-RenderedMarkdown mjx-container").length == 1`, 20*time.Second)
	if n := eval[int](b, `return [...document.querySelectorAll(".jp-OutputArea-output img")].filter(i => i.complete && i.naturalWidth > 50).length`); n != 2 {
		t.Errorf("%d pictures, want 2", n)
	}
	if text := eval[string](b, `return [...document.querySelectorAll("[data-mime-type='application/vnd.jupyter.stderr'], [data-mime-type='application/vnd.jupyter.error']")].map(e => e.textContent).join("; ")`); text != "" {
		t.Errorf("errors in cells: %.500s", text)
	}
	b.screenshot("done")

	eval[any](b, `[...document.querySelectorAll(".jp-CodeCell .cm-content")].pop().id = "last-cell"`)
	b.click("#last-cell")
	b.press("#last-cell", "\uE009\uE010\uE000\uE007strings.ToU\uE004") // Control-End, a new line, Tab
	b.until("names that complete it", `let c = document.querySelector(".jp-Completer:not(.lm-mod-hidden)");
		return document.querySelector("#last-cell").textContent.split("strings.ToUpper").length > 2 || !!c && c.textContent.includes("ToUpper")`, time.Minute)
	b.screenshot("completion")
}

// A reader stops a cell by the button: the cell learns of it and saves, and the next runs.
func TestBrowserStopsACellInJupyterLab(t *testing.T) {
	book := write(t, `import . "github.com/climate-vdm/climate-vdm/notebooks/lab"

%%
fmt.Println("begun")
<-Context().Done()
Check(os.WriteFile("saved", []byte("what there was"), 0o644))`, "%%\nCheck(nil)\nfmt.Println(\"the next cell\")")
	b := openJupyterLab(t, book)
	eval[any](b, `document.querySelector(".jp-CodeCell .cm-content").id = "first-cell"`)
	b.click("#first-cell")
	b.press("#first-cell", "\uE008\uE007\uE000") // Shift-Enter
	b.until("the cell's first words", `return [...document.querySelectorAll(".jp-OutputArea-output")].some(e => e.textContent.includes("begun"))`, 2*time.Minute)
	b.click(".jp-NotebookPanel-toolbar [data-command='notebook:interrupt-kernel']")
	b.until("the end of the cell", `return document.querySelector(".jp-Notebook-ExecutionIndicator").dataset.status == "idle"`, 20*time.Second)
	b.screenshot("stopped")
	if kept, err := os.ReadFile(filepath.Join(filepath.Dir(book), "saved")); err != nil || string(kept) != "what there was" {
		t.Errorf("the cell has saved %q (%v)", kept, err)
	}
	eval[any](b, `[...document.querySelectorAll(".jp-CodeCell .cm-content")].pop().id = "next-cell"`)
	b.click("#next-cell")
	b.press("#next-cell", "\uE008\uE007\uE000")
	b.until("the next cell", `return [...document.querySelectorAll(".jp-OutputArea-output")].some(e => e.textContent.includes("the next cell"))`, time.Minute)
}
