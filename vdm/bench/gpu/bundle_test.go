// Package gpu holds no Go: bundle.sh makes the folder that goes to a GPU
// machine, run.sh is what runs there. Its test rehearses both on this machine.
package gpu

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The bundle is made, is small enough, and its stages run at small sizes on the
// engine at hand, one after the other; a second run has nothing to do. What
// compares with PyTorch runs where that is installed.
func TestBundle(t *testing.T) {
	if testing.Short() {
		t.Skip("links four programs: minutes")
	}
	for _, program := range []string{"bash", "git", "tar", "xz"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("no %s here", program)
		}
	}
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "bundle")
	if text, err := command(root, "vdm/bench/gpu/bundle.sh", dir); err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	stages := []string{"machine", "parity", "data", "train-1", "sample", "small-1", "small-ship"}
	const python = "/usr/bin/python3"
	if exec.Command(python, "-c", "import torch").Run() == nil {
		stages = append(stages, "bench-tf32")
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
	for _, name := range []string{"full/report/index.html", "full/generated.f32", "small.safetensors"} {
		if _, err := os.Stat(filepath.Join(dir, "results-small", name)); err != nil {
			t.Error(err)
		}
	}
	list, err := command(dir, run, "--small", "--list")
	if err != nil || strings.Count(list, ": done") != len(stages) {
		t.Errorf("the list does not say what is done (%v):\n%s", err, list)
	}
	if _, err := command(dir, run, "--small", "nonsense"); err == nil {
		t.Error("an unknown stage is not refused")
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
	cmd.Env = append(os.Environ(), "VDM_ENGINES="+filepath.Join(root, "build", "engines"), "PYTHON=/usr/bin/python3")
	text, err := cmd.CombinedOutput()
	return string(text), err
}
