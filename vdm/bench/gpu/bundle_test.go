//go:build linux

// Package gpu holds no Go: bundle.sh makes the folder that goes to a GPU
// machine, run.sh is what runs there. Its test rehearses both on this machine.
package gpu

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/internal/installed"
)

// The bundle is made, is small enough, and its stages run at small sizes on the
// engine at hand, one after the other. What compares with PyTorch runs where that is
// installed. With a plugin that cannot be one no stage is begun.
func TestBundle(t *testing.T) {
	if testing.Short() {
		t.Skip("links three programs: minutes")
	}
	installed.Programs(t, "bash", "git", "tar", "xz", "go")
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "bundle")
	if text, err := command(root, "vdm/bench/gpu/bundle.sh", dir); err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	stages := []string{"machine", "tests-1", "tests-2", "parity", "data", "train-1", "sample", "conditional-1", "conditional-2", "small-1", "small-ship", "samplers"}
	if installed.HasPython("import torch; torch.ones(2, requires_grad=True).sum().backward()") {
		stages = append(stages, "bench-tf32")
	} else {
		t.Log("no PyTorch here: the stages that compare with it do not run")
	}
	run := filepath.Join(dir, "run.sh")
	text, err := command(dir, run, append([]string{"--small"}, stages...)...)
	t.Log(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(stages, "table.txt") {
		if name != "table.txt" {
			name += ".done"
		}
		if _, err := os.Stat(filepath.Join(dir, "results-small", name)); err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{"full/report/index.html", "full/generated.f32", "full/conditional/report/index.html", "small.safetensors", "tests/vdm.noise.passed"} {
		if _, err := os.Stat(filepath.Join(dir, "results-small", name)); err != nil {
			t.Error(err)
		}
	}
	table, err := os.ReadFile(filepath.Join(dir, "results-small", "table.txt"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"ok  \tvdm/noise", "output.v", "ancestral ", "Held-out loss", `conditional task=interpolation method="w_r = 3"`}
	for _, want := range want {
		if !strings.Contains(string(table), want) {
			t.Errorf("the table does not say %q", want)
		}
	}
	// Others may have committed since: any commit will do.
	if _, err := command(root, "git", "rev-parse", "HEAD"); err == nil {
		commit := regexp.MustCompile(`program +vdm ([0-9a-f]{12})`).FindStringSubmatch(string(table))
		if commit == nil {
			t.Error("the program does not know its commit")
		} else if _, err := command(root, "git", "merge-base", "--is-ancestor", commit[1], "HEAD"); err != nil {
			t.Errorf("the program's commit %s is none of this branch: %v", commit[1], err)
		}
	}
	list, err := command(dir, run, "--small", "--list")
	if err != nil || strings.Count(list, ": done") != len(stages) {
		t.Errorf("the list does not say what is done (%v):\n%s", err, list)
	}
	if _, err := command(dir, run, "--small", "nonsense"); err == nil {
		t.Error("an unknown stage is not refused")
	}

	r := rehearse(t)
	for _, name := range []string{"bin/vdm", "pjrt-version"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		r.file(name, string(text))
	}
	r.ends(1, []string{"not a shared library", "the engine does not run"}, "data")
	r.oldPlugin()
	r.ends(1, []string{"PJRT interface is 0.40", "this program speaks 0.1"}, "data")
	if r.done("data") {
		t.Error("a stage was begun with a plugin of another version")
	}
}

// command runs a program of the bundle with the engines of this checkout.
func command(dir, name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	root, err := filepath.Abs("../../..")
	if err != nil {
		return "", err
	}
	cmd.Env = append(os.Environ(), "VDM_ENGINES="+filepath.Join(root, "build", "engines"), "PYTHON="+installed.Interpreter)
	text, err := cmd.CombinedOutput()
	return string(text), err
}
