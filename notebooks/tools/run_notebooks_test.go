// Package tools pins the programs that notebooks need (see go.mod) and tests
// the script that runs them.
package tools

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
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

func needKernel(t *testing.T) {
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
gonbui.DisplayPng(buf.Bytes())`

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
	for _, want := range []string{"drawn 1.3829620567750447", "data:image/png;base64,", `src="https://`} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page has no %q", want)
		}
	}
	if strings.Contains(string(page), "file://") {
		t.Error("the page links files of this machine")
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
