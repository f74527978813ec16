//go:build !nonetcdf

package main

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

func weightsOf(t testing.TB, dir string) map[string][]float32 {
	t.Helper()
	m, err := run.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return m.Weights(false)
}

// A run of three steps that goes on to six is the run of six steps, to the bit,
// and nothing need be said twice.
func TestTrainGoesOn(t *testing.T) {
	data, parts := trained(t)
	r := vdmRun(t, "train", "--data", data, "--out", parts, "--steps", "6")
	if r.status != 0 || r.stdout != "" {
		t.Fatalf("status %d, output %q\n%s", r.status, r.stdout, r.stderr)
	}
	for _, want := range []string{"engine: ", "estimate: ", "resuming at step 3", "step 6 of 6, loss ", "held out ", " steps/s", "trained to step 6", "left out: "} {
		if !strings.Contains(r.stderr, want) {
			t.Errorf("%q is not said in\n%s", want, r.stderr)
		}
	}
	whole := filepath.Join(t.TempDir(), "whole")
	succeed(t, tiny(data, whole, "--steps", "6", "--held-out", "4")...)
	if !reflect.DeepEqual(weightsOf(t, whole), weightsOf(t, parts)) {
		t.Error("the weights of three steps and three more are not those of six")
	}
	for _, name := range []string{"config.yaml", "data.yaml", "metrics.jsonl", "figures/loss.png"} {
		if info, err := os.Stat(filepath.Join(parts, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if r := vdmRun(t, tiny(data, parts, "--steps", "6", "--held-out", "4")...); r.status != 0 || !strings.Contains(r.stderr, "nothing to do") {
		t.Errorf("trained again: status %d\n%s", r.status, r.stderr)
	}
}

// What may not change on a resume is refused by its name, and nothing is lost.
func TestTrainChangedSettings(t *testing.T) {
	data, dir := trained(t)
	before := weightsOf(t, dir)
	other := writeRecord(t, filepath.Join(t.TempDir(), "other.nc"), func(f *cf.SampleFile) { f.Channels[0].Data[3] += 1 })
	slow := writeRecord(t, filepath.Join(t.TempDir(), "slow.nc"), func(f *cf.SampleFile) {
		for i := range f.Times {
			f.Times[i] = 1000 + 3*float64(i)
		}
	})
	for _, test := range []struct {
		say  []string
		args []string
	}{
		{[]string{"network.dim is 16, was 8", "training.rate is 0.002, was 0.001"}, []string{"--dim", "16", "--rate", "0.002"}},
		{[]string{"clip.height is 5, was 4"}, []string{"--height", "5"}},
		{[]string{"training.optimiser is muon, was not set"}, []string{"--optimiser", "muon"}},
		{[]string{`optimiser "sgd": want one of adam, adamw, muon, schedule-free, soap`}, []string{"--optimiser", "sgd"}},
		{[]string{"training.seed is 4, was 3"}, []string{"--seed", "4"}},
		{[]string{"transform"}, []string{"--transform", "affine"}},
		{[]string{"training.missing_cells is mask, was refuse"}, []string{"--missing", "mask"}},
		{[]string{"--held-out is 3 h, was 4 h"}, []string{"--held-out", "3"}},
		{[]string{"--flips is true, was false"}, []string{"--flips"}},
		{[]string{"was trained on other data (rain.nc", "--other-data"}, []string{"--data", other}},
		{[]string{"clip.step_hours is 1", "3 h apart"}, []string{"--data", slow}},
	} {
		args := append([]string{"train", "--out", dir, "--steps", "9"}, test.args...)
		if !strings.Contains(strings.Join(test.args, " "), "--data") {
			args = append(args, "--data", data)
		}
		refuse(t, exitFailed, test.say, args...)
	}
	if !reflect.DeepEqual(before, weightsOf(t, dir)) {
		t.Error("a refused resume changed the weights")
	}
	succeed(t, "train", "--out", dir, "--data", data, "--steps", "4", "--snapshot-every", "2")
	// Other data with the same extremes; those of the transform may not change.
	succeed(t, "train", "--out", dir, "--data", other, "--steps", "5", "--other-data")
}

func TestTrainConfiguration(t *testing.T) {
	data, dir := rainRecord(t), t.TempDir()
	write := func(text string) string {
		path := filepath.Join(dir, "settings.yaml")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	print := func(args ...string) string {
		return succeed(t, tiny(data, filepath.Join(dir, "none"), append(args, "--print-config")...)...)
	}
	// Flags win over the file, the file over defaults.
	text := print("--config", write("training: {steps: 70, clip_norm: 0.5, batch: 7}\nweighting: {name: sigmoid}\n"))
	c, err := run.ParseConfig([]byte(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if c.Training.Steps != 70 || c.Training.Clip != 0.5 || c.Training.Batch != 2 || c.Weighting.Name != "sigmoid" || c.Clip.Channels[0].Units != "mm/h" {
		t.Errorf("flags, file and data were put together as\n%s", text)
	}
	// What is printed can be used.
	if again := print("--config", write(text)); again != text {
		t.Errorf("printed and read again:\n%s", again)
	}
	if _, err := os.Stat(filepath.Join(dir, "none")); err == nil {
		t.Error("--print-config made a run")
	}
	print("--config", write("")) // an empty file sets nothing

	run := func(text string) []string { return tiny(data, filepath.Join(dir, "none"), "--config", write(text)) }
	refuse(t, exitFailed, []string{"settings.yaml", `unknown field "bach"`}, run("training:\n  bach: 3\n")...)
	refuse(t, exitFailed, []string{"settings.yaml"}, run("training: [1, 2\n")...)
	refuse(t, exitFailed, []string{"training.cosine_decay ends at step 5, before training.warmup (10)", "training.ema is 2"},
		run("training: {steps: 3, warmup: 10, cosine_decay: 5, ema: 2}\n")...)
	refuse(t, exitFailed, []string{"clip.channels[0] is tas in K, the data give pr in mm/h"},
		append(run("training: {steps: 3}\nclip: {channels: [{name: tas, units: K}]}\n"), "--variable", "pr")...)
	refuse(t, exitFailed, []string{"no such file"}, tiny(data, filepath.Join(dir, "none"), "--config", filepath.Join(dir, "absent.yaml"))...)
	refuse(t, exitUsage, []string{"--steps is missing"}, tiny(data, filepath.Join(dir, "none"))...)
	refuse(t, exitUsage, []string{"--batch is 0"}, tiny(data, filepath.Join(dir, "none"), "--steps", "3", "--batch", "0")...)
	refuse(t, exitUsage, []string{"--clips-on", `"moon"`}, tiny(data, filepath.Join(dir, "none"), "--steps", "3", "--clips-on", "moon")...)
	refuse(t, exitFailed, []string{"dim is 12, want a positive multiple of 8"}, tiny(data, filepath.Join(dir, "none"), "--steps", "3", "--dim", "12")...)
	refuse(t, exitUsage, []string{`unknown kind "cube"`}, tiny(data, filepath.Join(dir, "none"), "--steps", "3", "--transform", "cube")...)
	if _, err := os.Stat(filepath.Join(dir, "none")); err == nil {
		t.Error("a refused command line left a run behind")
	}
}

// Data that cannot be trained on are refused in a sentence, before a run is made.
func TestTrainBadData(t *testing.T) {
	dir := t.TempDir()
	nan := float32(math.NaN())
	whole, err := os.ReadFile(rainRecord(t))
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	made := func(name string, change func(*cf.SampleFile)) string {
		return writeRecord(t, filepath.Join(dir, name), change)
	}
	for _, test := range []struct {
		path string
		say  []string
		more []string
	}{
		{write("truncated.nc", whole[:len(whole)/2]), []string{"truncated.nc"}, nil},
		{write("empty.nc", nil), []string{"empty.nc"}, nil},
		{write("text.nc", []byte("this is no data at all, whatever it is called\n")), []string{"text.nc"}, nil},
		{filepath.Join(dir, "absent.nc"), []string{"absent.nc", "no such file"}, nil},
		{"../../climate/netcdf/testdata/crash.nc", []string{"crash.nc"}, nil},
		{t.TempDir(), []string{"no prepared data", "manifest.json"}, nil},
		{made("units.nc", func(f *cf.SampleFile) { f.Channels[0].Units = "furlong" }), []string{`"furlong"`, "accepted: rates in mm/h"}, nil},
		{made("unitless.nc", func(f *cf.SampleFile) { f.Channels[0].Units = "" }), []string{"accepted: rates in mm/h"}, nil},
		{made("negative.nc", func(f *cf.SampleFile) { f.Channels[0].Data[7] = -99.9 }), []string{"pr", "-99.9"}, nil},
		{made("missing.nc", func(f *cf.SampleFile) {
			for i := range f.Channels[0].Data {
				f.Channels[0].Data[i] = nan
			}
		}), []string{"pr", "missing"}, nil},
		// A missing cell in the middle of every second frame.
		{made("holes.nc", func(f *cf.SampleFile) {
			for n := 0; n < recordFrames; n += 2 {
				for x := range recordWidth {
					f.Channels[0].Data[(n*recordHeight+2)*recordWidth+x] = nan
				}
			}
		}), []string{"no window of 2×4×4 is left", "hold missing cells"}, nil},
		{made("gaps.nc", func(f *cf.SampleFile) {
			for i := range f.Times {
				f.Times[i] = 1000 + float64(i) + 20*float64(i/3)
			}
		}), []string{"no window of 4×4×4 is left", "span a time gap"}, []string{"--frames", "4"}},
		{made("short.nc", nil), []string{"a clip of 20 frames is longer than the record of 12"}, []string{"--frames", "20"}},
		{made("narrow.nc", nil), []string{"a clip of 8 columns is longer than the record of 7"}, []string{"--width", "8"}},
		{made("all.nc", nil), []string{"cannot hold out 12 of 12 frames"}, []string{"--held-out", "12"}},
		{made("few.nc", nil), []string{"a clip of 2 frames is longer than the record of 1"}, []string{"--held-out", "1"}},
		{made("name.nc", nil), []string{`no variable "tas"`, "pr"}, []string{"--variable", "tas"}},
	} {
		out := filepath.Join(t.TempDir(), "run")
		refuse(t, exitFailed, test.say, tiny(test.path, out, append([]string{"--steps", "2"}, test.more...)...)...)
		if _, err := os.Stat(filepath.Join(out, "config.yaml")); err == nil {
			t.Errorf("%s: a run was made", test.path)
		}
	}
}

// Windows with missing cells are left out, and said to be; or masked.
func TestTrainMissingCells(t *testing.T) {
	dir := t.TempDir()
	path := writeRecord(t, filepath.Join(dir, "holes.nc"), func(f *cf.SampleFile) {
		f.Channels[0].Data[(5*recordHeight+2)*recordWidth+3] = float32(math.NaN())
	})
	r := vdmRun(t, tiny(path, filepath.Join(dir, "skip"), "--steps", "2")...)
	if r.status != 0 || !strings.Contains(r.stderr, "left out: 24 with missing cells, 0 across a time gap") {
		t.Errorf("status %d\n%s", r.status, r.stderr)
	}
	r = vdmRun(t, tiny(path, filepath.Join(dir, "mask"), "--steps", "2", "--missing", "mask")...)
	if r.status != 0 || !strings.Contains(r.stderr, "windows with missing cells are kept") {
		t.Errorf("status %d\n%s", r.status, r.stderr)
	}
	for name, values := range weightsOf(t, filepath.Join(dir, "mask")) {
		for _, v := range values {
			if v != v {
				t.Fatalf("a missing cell reached the weights: %s", name)
			}
		}
	}
}

// A folder that cannot be a run is an error that names it, and stays as it is.
func TestTrainUnwritableFolder(t *testing.T) {
	data, dir := rainRecord(t), t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	refuse(t, exitFailed, []string{"file", "not a directory"}, tiny(data, file, "--steps", "2")...)
	refuse(t, exitFailed, []string{"file", "not a directory"}, tiny(data, filepath.Join(file, "run"), "--steps", "2")...)
	if text, err := os.ReadFile(file); err != nil || string(text) != "mine" {
		t.Errorf("the file in the way is now %q (%v)", text, err)
	}
	locked := filepath.Join(dir, "locked")
	if err := os.Mkdir(locked, 0o555); err != nil {
		t.Fatal(err)
	}
	if os.WriteFile(filepath.Join(locked, "probe"), nil, 0o644) == nil {
		// The administrator may write everywhere but in a file system that the
		// kernel keeps.
		locked = "/proc/self"
	}
	refuse(t, exitFailed, []string{locked}, tiny(data, filepath.Join(locked, "run"), "--steps", "2")...)
}

// A torn newest snapshot is passed over with a warning.
func TestTrainWarnsOfTornSnapshot(t *testing.T) {
	data, dir := trained(t)
	files, err := filepath.Glob(filepath.Join(dir, "snapshots", "*", "weights.safetensors"))
	if err != nil || len(files) < 2 {
		t.Fatalf("snapshots: %v, %v", files, err)
	}
	if err := os.Truncate(files[len(files)-1], 100); err != nil {
		t.Fatal(err)
	}
	r := vdmRun(t, "train", "--data", data, "--out", dir)
	if r.status != 0 || !strings.Contains(r.stderr, "warning: snapshot ") || !strings.Contains(r.stderr, "trained to step 3") {
		t.Errorf("status %d\n%s", r.status, r.stderr)
	}
}

// Several files are joined in time, whatever their order; prepared data train
// to the same weights.
func TestTrainJoinedAndPrepared(t *testing.T) {
	dir := t.TempDir()
	part := func(name string, from, to int) string {
		return writeRecord(t, filepath.Join(dir, name), func(f *cf.SampleFile) {
			cells := recordHeight * recordWidth
			f.Times, f.Channels[0].Data = f.Times[from:to], f.Channels[0].Data[from*cells:to*cells]
		})
	}
	first, second := part("a.nc", 0, 5), part("b.nc", 5, recordFrames)
	weights := func(name string, args ...string) map[string][]float32 {
		out := filepath.Join(dir, name)
		succeed(t, append(tiny(args[0], out, "--steps", "2"), args[1:]...)...)
		return weightsOf(t, out)
	}
	want := weights("whole", rainRecord(t))
	if got := weights("joined", second, "--data", first); !reflect.DeepEqual(got, want) {
		t.Error("joined files train to other weights")
	}
	prepared := filepath.Join(dir, "prepared")
	if got := succeed(t, "prepare", second, first, "--out", prepared); got != prepared+"\n" {
		t.Errorf("prepare prints %q", got)
	}
	if got := weights("flat", prepared); !reflect.DeepEqual(got, want) {
		t.Error("prepared data train to other weights")
	}
	out := filepath.Join(dir, "never")
	refuse(t, exitFailed, []string{"overlap in time"}, tiny(first, out, "--data", part("c.nc", 4, 8), "--steps", "1")...)
	refuse(t, exitFailed, []string{"stands alone"}, tiny(first, out, "--data", prepared, "--steps", "1")...)
	refuse(t, exitFailed, []string{`no variable "tas"; there are: pr`}, tiny(prepared, out, "--variable", "tas", "--steps", "1")...)
	other := writeRecord(t, filepath.Join(dir, "grid.nc"), func(f *cf.SampleFile) {
		f.Grid.Y[0] -= 0.01
		for i := range f.Times {
			f.Times[i] += 100
		}
	})
	refuse(t, exitFailed, []string{"grid.nc", "another grid"}, tiny(first, out, "--data", other, "--steps", "1")...)
	refuse(t, exitFailed, []string{"prepar"}, "prepare", first, "--out", filepath.Join(first, "inside"))
}
