//go:build !nonetcdf

package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/convnet"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// A network of another kind comes from the file: it trains, resumes without it and is
// sampled; what is the U-Net's alone is refused.
func TestTrainAnotherNetwork(t *testing.T) {
	data, dir := rainRecord(t), t.TempDir()
	file, out := filepath.Join(dir, "settings.yaml"), filepath.Join(dir, "run")
	if err := os.WriteFile(file, []byte("network: {kind: convnet, width: 8, depth: 1}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	train := func(more ...string) []string {
		return append([]string{"train", "--data", data, "--out", out, "--frames", "2", "--height", "4", "--width", "4", "--batch", "2"}, more...)
	}
	refuse(t, exitUsage, []string{"--heads is a setting of the U-Net", "the kind convnet"}, train("--config", file, "--steps", "1", "--heads", "2")...)
	succeed(t, train("--config", file, "--steps", "1")...)
	succeed(t, train("--steps", "2")...)
	m, err := run.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	if want := (convnet.Config{Width: 8, Depth: 1}).ForClips(1, 0); m.Config.Network != want || m.Step() != 2 {
		t.Errorf("at step %d with %+v, want step 2 with %+v", m.Step(), m.Config.Network, want)
	}
	succeed(t, "sample", out, "--count", "1", "--steps", "2")
	weights := filepath.Join(dir, "w.safetensors")
	refuse(t, exitFailed, []string{"the kind convnet"}, "weights", "export", out, weights)
	if _, err := os.Stat(weights); err == nil {
		t.Error("a refused export wrote a file")
	}
}
