// Package tools pins the programs that notebooks need (see go.mod) and tests
// the script that runs them.
package tools

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// write makes a notebook of the cells and returns its path.
func write(t *testing.T, cells ...string) string {
	t.Helper()
	book := map[string]any{
		"nbformat": 4, "nbformat_minor": 4,
		"metadata": map[string]any{"kernelspec": map[string]string{"name": "gonb", "display_name": "Go", "language": "go"}},
	}
	list := []map[string]any{{"cell_type": "markdown", "metadata": map[string]any{}, "source": `$\alpha^2 + \sigma^2 = 1$`}}
	for _, source := range cells {
		list = append(list, map[string]any{
			"cell_type": "code", "metadata": map[string]any{}, "source": source, "outputs": []any{}, "execution_count": nil,
		})
	}
	book["cells"] = list
	data, err := json.Marshal(book)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "book.ipynb")
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// edit changes a notebook on the disk.
func edit(t *testing.T, path string, change func(book map[string]any)) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var book map[string]any
	if err := json.Unmarshal(data, &book); err != nil {
		t.Fatal(err)
	}
	change(book)
	if data, err = json.Marshal(book); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// run runs the script and returns its exit status and all that it printed.
func run(t *testing.T, args ...string) (int, string) {
	t.Helper()
	out, err := exec.Command("./run_notebooks.py", args...).CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if exit != nil {
		return exit.ExitCode(), string(out)
	}
	return 0, string(out)
}

// importsJupyter tries out once what the scripts import: Debian's modules may be
// absent, or half removed.
var importsJupyter = sync.OnceValues(func() ([]byte, error) {
	return exec.Command("/usr/bin/python3", "-c", "import nbclient, nbformat, nbconvert.exporters, nbconvert.filters, ipykernel").CombinedOutput()
})

func needJupyter(t *testing.T) {
	t.Helper()
	if said, err := importsJupyter(); err != nil {
		lines := strings.Split(strings.TrimSpace(string(said)), "\n")
		t.Skipf("Debian's Jupyter is not installed (setup.sh run): %v: %s", err, lines[len(lines)-1])
	}
}

func needKernel(t *testing.T) {
	t.Helper()
	needJupyter(t)
	if _, err := os.Stat("../../build/jupyter/kernels/gonb/kernel.json"); err != nil {
		t.Skip("the notebook kernel is not installed (setup.sh run)")
	}
	if _, err := os.Stat("../../build/bin/gonb"); err != nil {
		t.Skip("the notebook kernel is not built (setup.sh run)")
	}
}

const number = `import "github.com/climate-vdm/climate-vdm/vdm/noise"

%%
fmt.Println("drawn", noise.Key{Seed: 1, Stream: noise.Latent}.Rand().NormFloat64())`

const picture = `%%
var buf bytes.Buffer
if err := png.Encode(&buf, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
	panic(err)
}
gonbui.DisplayPng(buf.Bytes())
gonbui.Sync() // otherwise the last output of a cell may be lost`

func TestNotebookRuns(t *testing.T) {
	needKernel(t)
	path, site := write(t, number, picture), t.TempDir()
	if status, out := run(t, "--html", site, path); status != 0 {
		t.Fatalf("status %d\n%s", status, out)
	}
	book, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(site, "book.html"))
	if err != nil {
		t.Fatal(err)
	}
	// The number is that of vdm/noise in this checkout, which Go guarantees.
	for _, want := range []string{"drawn 1.3829620567750447", "image/png"} {
		if !strings.Contains(string(book), want) {
			t.Errorf("the notebook has no %q", want)
		}
	}
	if want := "drawn 1.3829620567750447"; !strings.Contains(string(page), want) {
		t.Errorf("the page has no %q", want)
	}
	shown := regexp.MustCompile(`<img src="(img/[^"]+)"`).FindStringSubmatch(string(page))
	if shown == nil {
		t.Fatal("the page shows no picture")
	}
	if file, err := os.ReadFile(filepath.Join(site, shown[1])); err != nil || !bytes.HasPrefix(file, []byte("\x89PNG")) {
		t.Errorf("the picture of the page, %s, is no PNG file (%v)", shown[1], err)
	}
}

// A cell sees VDM_QUICK, and the notebook and its folder stay as they were; one that
// waits for a reader is not run; a notebook that fails does not keep the next
// from its turn.
func TestSeveralNotebooks(t *testing.T) {
	needKernel(t)
	t.Setenv("VDM_QUICK", "1")
	quick := write(t, "%%\nif os.Getenv(\"VDM_QUICK\") != \"1\" {\n\tpanic(\"VDM_QUICK is not set\")\n}\n"+
		"if err := os.WriteFile(\"quick-figure.png\", nil, 0o644); err != nil {\n\tpanic(err)\n}")
	waits := write(t, "%%\nselect {}")
	edit(t, waits, func(book map[string]any) { book["metadata"].(map[string]any)["interactive"] = true })
	fails := write(t, "%%\npanic(\"on purpose\")")
	before, err := os.ReadFile(quick)
	if err != nil {
		t.Fatal(err)
	}
	status, out := run(t, "--limit", "30", fails, waits, quick)
	for _, want := range []string{"cell 1 of 1 failed", "on purpose", waits + ": interactive, not run", quick + ": 1 cells in", "1 of 3 notebooks failed: book.ipynb"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in what it printed:\n%s", want, out)
		}
	}
	if status != 1 {
		t.Errorf("status %d, want 1", status)
	}
	if after, err := os.ReadFile(quick); err != nil || string(after) != string(before) {
		t.Errorf("a quick run changed the notebook: %v", err)
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(quick), "quick-figure.png")); err == nil {
		t.Error("a quick run wrote beside the notebook")
	}
}

func TestFailingCells(t *testing.T) {
	needKernel(t)
	for _, test := range []struct {
		name, cell string
		want       []string
	}{
		{"panic", "%%\nfmt.Println(\"before\")\npanic(\"on purpose\")", []string{"cell 2 of 3 failed", "before", "on purpose"}},
		{"does not compile", "%%\nvar x int = \"a\"", []string{"cell 2 of 3 failed", "cannot use \"a\""}},
		{"too slow", "%%\nfmt.Println(\"waiting\")\ntime.Sleep(time.Hour)", []string{"cell 2 of 3 took longer than 10 s", "waiting"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := write(t, number, test.cell, "%%\nfmt.Println(\"never\")")
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			args := []string{path}
			if test.name == "too slow" {
				args = []string{"--limit", "10", path}
			}
			status, out := run(t, args...)
			if status != 1 {
				t.Errorf("status %d, want 1", status)
			}
			for _, want := range test.want {
				if !strings.Contains(out, want) {
					t.Errorf("no %q in what it printed:\n%s", want, out)
				}
			}
			after, err := os.ReadFile(path)
			if err != nil || string(after) != string(before) {
				t.Errorf("the failed notebook was changed: %v", err)
			}
		})
	}
}

func TestNoSuchNotebook(t *testing.T) {
	needKernel(t)
	status, out := run(t, filepath.Join(t.TempDir(), "absent.ipynb"))
	if status != 1 || !strings.Contains(out, "absent.ipynb: no such notebook") {
		t.Errorf("status %d, %s", status, out)
	}
}

// Without a kernel the reader is told what installs it, headless and in Jupyter.
func TestMissingKernel(t *testing.T) {
	needPages(t) // the script imports Debian's nbconvert
	bare := filepath.Join(t.TempDir(), "notebooks", "tools")
	if err := os.MkdirAll(bare, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"run_notebooks.py", "lab.sh"} {
		file, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(bare, name), file, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.CopyFS(filepath.Join(bare, "web"), os.DirFS("web")); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ script, arg, want string }{
		{"run_notebooks.py", write(t), "the notebook kernel is not installed: run notebooks/tools/setup.sh run"},
		{"lab.sh", t.TempDir(), "the notebook kernel is not installed: run make lab"},
	} {
		out, err := exec.Command(filepath.Join(bare, test.script), test.arg).CombinedOutput()
		if err == nil || !strings.Contains(string(out), test.want) {
			t.Errorf("%s: %v\n%s", test.script, err, out)
		}
	}
}

// Control-C ends a run with what to do, and leaves the file as it was.
func TestStoppedRun(t *testing.T) {
	needKernel(t)
	path := write(t, "%%\nfmt.Println(1)", "%%\nfor {\n\ttime.Sleep(time.Second)\n}")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("./run_notebooks.py", path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan() && !strings.Contains(lines.Text(), "cell 1 of 2"); {
	}
	time.Sleep(time.Second) // into the second cell, or its compilation
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil || !strings.Contains(complaint.String(), "run the same command again") || strings.Contains(complaint.String(), "Traceback") {
		t.Errorf("%v:\n%s", err, complaint.String())
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, before) {
		t.Errorf("the notebook was changed (%v)", err)
	}
}
