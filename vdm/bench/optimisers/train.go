package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/study/firstmodel"
)

// clips are the clips with which all settings train and are measured.
type clips struct {
	first          run.Config // of the first model
	train, heldOut *climate.Windows
}

// readClips returns the data of `make run`, in clips of the requested size.
func readClips(o options) (d *clips, err error) {
	d = &clips{}
	d.first, d.train, d.heldOut, err = firstmodel.Defaults().Training(o.frames, o.side)
	return d, err
}

// point is a held-out loss during training.
type point struct {
	Clips float64 `json:"clips"` // number of training clips so far
	Loss  float64 `json:"loss"`  // of the averaged weights
}

// outcome is the result of a finished training: the file outcome.json of its folder.
type outcome struct {
	Setting string  `json:"setting"`
	Size    string  `json:"size"`  // of a clip: frames × rows × columns
	Clips   int     `json:"clips"` // number of training clips
	Batch   int     `json:"batch"`
	Curve   []point `json:"curve"`
	PerClip float64 `json:"processor_seconds_per_clip"` // of a step
	Commit  string  `json:"commit"`
}

// evaluations is the number of measurements of the held-out loss.
const evaluations = 6

// config returns the configuration of a setting, for a number of clips.
func (d *clips) config(s setting, total int) run.Config {
	c := d.first
	c.Conditions = run.ConditionsConfig{}
	t := &c.Training
	t.Optimiser, t.Rate, t.Batch = "adam", 5e-3, 2
	s.change(t)
	t.Steps = total / t.Batch
	t.HeldOutEvery = max(1, t.Steps/evaluations)
	t.SnapshotEvery = t.HeldOutEvery
	if t.Decay != 0 {
		t.Decay = t.Steps + 1
	}
	if t.Warmup != 0 {
		t.Warmup = max(1, t.Steps/15)
	}
	return c
}

// trained returns the outcome of a setting, which it trains unless it is finished.
func (d *clips) trained(ctx context.Context, o options, s setting) (*outcome, error) {
	size := d.first.Clip
	dir := filepath.Join(o.out, fmt.Sprintf("%s-%dx%dx%d-%d", s.name, size.Frames, size.Height, size.Width, o.clips))
	out := &outcome{}
	if done, err := readJSON(filepath.Join(dir, outcomeName), out); err != nil || done {
		return out, err
	}
	c := d.config(s, o.clips)
	m, err := run.Create(dir, c, d.train)
	if err != nil {
		return nil, err
	}
	var seconds []float64
	if _, err := readJSON(filepath.Join(dir, secondsName), &seconds); err != nil {
		return nil, err
	}
	last, begun := processor(), time.Now()
	err = m.Train(ctx, run.TrainOptions{Data: d.train, HeldOut: d.heldOut, Progress: func(p vdm.Progress) {
		now := processor()
		seconds = append(seconds, (now - last).Seconds())
		last = now
		if p.Step%50 == 0 {
			fmt.Fprintf(os.Stderr, "%s: step %d of %d, held-out loss %.4f, %.0f s\n", s.name, p.Step, p.Steps, p.HeldOut, time.Since(begun).Seconds())
		}
	}})
	if again := writeJSON(filepath.Join(dir, secondsName), seconds); err == nil {
		err = again
	}
	if err != nil {
		return nil, err
	}
	records, err := run.ReadMetrics(dir)
	if err != nil {
		return nil, err
	}
	// The median ignores the steps that compile, measure the held-out loss or save.
	slices.Sort(seconds)
	batch := c.Training.Batch
	*out = outcome{Setting: s.name, Size: fmt.Sprintf("%d × %d × %d", size.Frames, size.Height, size.Width), Clips: o.clips, Batch: batch, PerClip: seconds[len(seconds)/2] / float64(batch), Commit: commit()}
	for _, r := range records {
		if r.HeldOut != nil {
			out.Curve = append(out.Curve, point{float64(r.Step) * float64(batch), *r.HeldOut})
		}
	}
	return out, writeJSON(filepath.Join(dir, outcomeName), out)
}

// processor returns the time that the processors have worked for this program: unlike
// the clock's time it hardly depends on other programs.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // it fails on no machine
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// These files of a training's folder belong to this program.
const (
	secondsName = "step-seconds.json" // processor seconds of every step taken
	outcomeName = "outcome.json"      // of a finished training
)

// readJSON reads a file into x, and reports whether it exists.
func readJSON(path string, x any) (bool, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil {
		err = json.Unmarshal(text, x)
	}
	if err != nil {
		return false, fmt.Errorf("%s: %w", path, err)
	}
	return true, nil
}

func writeJSON(path string, x any) error {
	return checkpoint.WriteFile(path, func(w io.Writer) error { return json.NewEncoder(w).Encode(x) })
}

// commit returns the project's revision, with a plus where files differ from it, or "".
func commit() string {
	git := func(args ...string) string {
		text, _ := exec.Command("git", append([]string{"-C", report.Root()}, args...)...).Output()
		return strings.TrimSpace(string(text))
	}
	revision := git("rev-parse", "--short", "HEAD")
	if git("status", "--porcelain", "--untracked-files=no") != "" {
		revision += "+"
	}
	return revision
}
