//go:build !nonetcdf

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/pretrained"
	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// A newcomer's first command: clips, their picture and the model's card.
func TestSamplePretrained(t *testing.T) {
	if !enginetest.Has("onnx") {
		t.Skip("the pure Go engine takes minutes for it")
	}
	t.Setenv("GOMLX_BACKEND", "onnx")
	// The project's own library is found from its folder, which the test leaves.
	if own, err := filepath.Glob(filepath.Join(report.Root(), "build", "engines", "onnxruntime", "libonnxruntime.so*")); err == nil && len(own) > 0 {
		t.Setenv("ONNXRUNTIME_SHARED_LIBRARY_PATH", own[0])
	}
	t.Chdir(t.TempDir())
	lines := strings.Fields(succeed(t, "sample", "--pretrained", "--count", "1", "--steps", "2", "--picture", "clips.png"))
	if len(lines) != 2 || lines[1] != "clips.png" {
		t.Fatalf("it prints %q, want the clips' file and clips.png", lines)
	}
	rain, err := cf.OpenSamples(lines[0])
	if err != nil {
		t.Fatal(err)
	}
	defer rain.Close()
	if info, err := os.Stat("clips.png"); err != nil || info.Size() < 5000 {
		t.Errorf("picture: %v, %v", info, err)
	}
	// A larger field, in tiles.
	wide, err := cf.HeadSamples(strings.TrimSpace(succeed(t, "sample", "--pretrained", "--count", "1", "--evaluations", "2", "--size", "40", "--out", "wide.nc")))
	if err != nil {
		t.Fatal(err)
	}
	if wide.Grid.Height != 40 || wide.Grid.Width != 40 {
		t.Errorf("--size 40 makes clips of %d × %d cells", wide.Grid.Height, wide.Grid.Width)
	}
	card, err := os.ReadFile(filepath.Join("runs", "pretrained", pretrained.CardName))
	if want, _ := pretrained.Card(pretrained.Synthetic); err != nil || string(card) != want {
		t.Errorf("card: %v", err)
	}
}

func TestSampleWantsARun(t *testing.T) {
	refuse(t, exitUsage, []string{"RUN is missing"}, "sample")
	refuse(t, exitUsage, []string{`unexpected argument "two"`}, "sample", "--pretrained", "one", "two")
	refuse(t, exitUsage, []string{"--size is 0: want at least 1 cell"}, "sample", "--pretrained", filepath.Join(t.TempDir(), "run"), "--size", "0")
	refuse(t, exitFailed, []string{"--picture: there is no folder"}, "sample", "--pretrained", "--picture", filepath.Join(t.TempDir(), "no", "x.png"))
}
