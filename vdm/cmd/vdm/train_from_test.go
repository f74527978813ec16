//go:build !nonetcdf

package main

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// train --from begins with the weights of a run or of a file, and takes the network and the
// transform that belong to them.
func TestTrainFrom(t *testing.T) {
	data, dir := trained(t)
	first, err := run.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "w.safetensors")
	succeed(t, "weights", "export", dir, file)
	for _, from := range []string{dir, file} {
		out := filepath.Join(t.TempDir(), "tuned")
		args := []string{"train", "--data", data, "--out", out, "--from", from, "--frames", "2", "--height", "4", "--width", "4", "--batch", "2"}
		if from == file { // which has no clips to know a size from
			args = append(args, "--dim", "8", "--multiples", "1", "--heads", "1", "--head-dim", "4")
		}
		succeed(t, append(args, "--only-create")...)
		m, err := run.Open(out)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(m.Weights(true), first.Weights(true)) || !strings.HasPrefix(m.Config.Training.From, from) {
			t.Errorf("--from %s: other weights, or %q", from, m.Config.Training.From)
		}
		succeed(t, append(args, "--steps", "1")...)
		sample := filepath.Join(t.TempDir(), "s.nc")
		succeed(t, "sample", out, "--count", "1", "--steps", "2", "--out", sample)
	}
	refuse(t, exitUsage, []string{"--from excludes"}, "train", "--data", data, "--out", t.TempDir(), "--from", dir, "--transform", "sqrt", "--steps", "1")
	refuse(t, exitFailed, []string{"want the same network"}, "train", "--data", data, "--out", t.TempDir(), "--from", dir, "--dim", "16", "--steps", "1")
}
