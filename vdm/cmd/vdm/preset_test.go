//go:build !nonetcdf

package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// The preset takes the place of the defaults, the flags that of the preset, and a
// run of other settings is not taken over.
func TestTrainPreset(t *testing.T) {
	data, none := rainRecord(t), filepath.Join(t.TempDir(), "none")
	config := func(args ...string) run.Config {
		t.Helper()
		text := succeed(t, append([]string{"train", "--data", data, "--out", none, "--frames", "2", "--height", "4", "--width", "4", "--print-config"}, args...)...)
		c, err := run.ParseConfig([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := config()
	if tr := c.Clip.Channels[0].Transform.String(); tr != "cbrt+standardise" || c.Training.Accumulate != 1 {
		t.Errorf("by default the transform is %s, with %d passes a step", tr, c.Training.Accumulate)
	}
	c = config("--preset", "dissertation")
	if tr := c.Clip.Channels[0].Transform.String(); tr != "sqrt+affine" || c.Schedule.Min != -30 || c.Schedule.Max != 30 ||
		c.Training.Batch != 32 || c.Training.Accumulate != 2 || c.Network.(unet.Config).Dim != 64 {
		t.Errorf("the preset makes %s of %+v", tr, c)
	}
	c = config("--preset", "dissertation", "--batch", "4", "--dim", "8", "--transform", "log:0.1+affine")
	if tr := c.Clip.Channels[0].Transform.String(); tr != "log:0.1+affine" || c.Training.Batch != 4 || c.Training.Accumulate != 2 || c.Network.(unet.Config).Dim != 8 {
		t.Errorf("flags on the preset make %s of %+v", tr, c)
	}
	refuse(t, exitUsage, []string{`"mine"`, "dissertation"}, "train", "--data", data, "--out", none, "--preset", "mine")
	refuse(t, exitUsage, []string{"--preset and --config"}, "train", "--data", data, "--out", none, "--preset", "dissertation", "--config", "c.yaml")
	refuse(t, exitUsage, []string{`"mine"`, "dissertation"}, "sample", none, "--preset", "mine")
	refuse(t, exitUsage, []string{`"mine"`, "dissertation"}, "experiment", "unconditional", "--data", data, "--out", none, "--preset", "mine")

	run := filepath.Join(t.TempDir(), "run")
	succeed(t, tiny(data, run, "--only-create")...)
	refuse(t, exitFailed, []string{"training.accumulate is 2, was 1", "transform"}, tiny(data, run, "--steps", "2", "--preset", "dissertation")...)
}

// What the help says is taken is what is taken.
func TestSamplerHelp(t *testing.T) {
	for _, command := range [][]string{{"sample"}, {"nowcast"}, {"experiment", "unconditional"}, {"experiment", "conditional"}} {
		help := succeed(t, append(command, "--help")...)
		for _, want := range []string{"default dpm++3m", "dpm++2m-sde where the guidance draws noise", `(default "trimmed")`, "(default 25)"} {
			if !strings.Contains(strings.Join(strings.Fields(help), " "), want) {
				t.Errorf("%s: %q is not in the help", strings.Join(command, " "), want)
			}
		}
	}
}
