package experiment

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/gomlx/compute/gobackend"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// prepared makes data of a few small seasons, of side·side cells.
func prepared(t *testing.T, side int, split bool) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	record := climate.SyntheticRecord{Seed: 2, Hours: 120, Height: side, Width: side, Coarse: 4}
	var parts *climate.Split
	if split {
		var err error
		if parts, err = (climate.SeasonSplit{Hours: 24}).Split(record.Field().Times); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := record.Prepare(t.Context(), dir, parts, false, func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	return dir
}

// tiny is the smallest experiment.
func tiny(t *testing.T) Options {
	return Options{
		Data: prepared(t, 8, true), Out: filepath.Join(t.TempDir(), "run"), Frames: 2,
		Network:  unet.Config{Dim: 8, Multiples: []int{1}, Heads: 1, HeadDim: 4},
		Training: run.TrainingConfig{Steps: 4, Batch: 2, HeldOutEvery: 2, HeldOutClips: 4, SnapshotEvery: 2},
		Clips:    5, Evaluations: 4, SamplerBatch: 2, ReferenceClips: 12,
	}
}

func TestMain(m *testing.M) {
	os.Setenv("GOMLX_BACKEND", "go")
	os.Exit(m.Run())
}

// From prepared data to a page; again, nothing is trained or drawn; with more
// clips, the first are kept.
func TestUnconditional(t *testing.T) {
	o := tiny(t)
	s, err := Unconditional(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if !s.Complete(o.Out, run.FiguresDir) {
		t.Error("figures of the summary are missing")
	}
	names := map[string]bool{}
	for _, f := range s.Figures {
		names[f.File] = true
	}
	for _, want := range []string{"clips.png", "clips-animated.png", "loss.png"} {
		if !names[want] {
			t.Errorf("no figure %s among %v", want, names)
		}
	}
	read := func() []byte {
		raw, err := os.ReadFile(filepath.Join(o.Out, clipsName))
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	first := read()
	if len(first) != 5*4*2*8*8 {
		t.Fatalf("%d bytes of clips, want 5 clips of 2×8×8", len(first))
	}
	o.Clips = 7
	if _, err := Unconditional(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if more := read(); len(more) != 7*4*2*8*8 || !slices.Equal(more[:len(first)], first) {
		t.Errorf("of %d bytes the first %d are not those of before", len(more), len(first))
	}
	// Cut off in the middle of a clip: the same clips come again.
	whole := read()
	if err := os.Truncate(filepath.Join(o.Out, clipsName), int64(len(whole)-700)); err != nil {
		t.Fatal(err)
	}
	if _, err := Unconditional(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(read(), whole) {
		t.Error("clips drawn after a stop differ")
	}
	// Drawn in another way, they begin anew.
	o.Sampler = "ddim"
	if _, err := Unconditional(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if again := read(); len(again) != len(whole) || slices.Equal(again, whole) {
		t.Error("another sampler left the clips as they were")
	}
}

// Training by the clock: what there is is a run that can go on.
func TestTrainFor(t *testing.T) {
	o := tiny(t)
	o.TrainOnly, o.Training.Steps = true, 100_000
	var step int64
	for o.TrainFor = time.Second; step == 0 && o.TrainFor < time.Minute; o.TrainFor *= 2 { // a busy machine
		s, err := Unconditional(t.Context(), o)
		if err != nil || s != nil {
			t.Fatalf("summary %v, error %v", s, err)
		}
		m, err := run.Open(o.Out)
		if err != nil {
			t.Fatal(err)
		}
		step = m.Step()
	}
	if step < 1 || step >= 100_000 {
		t.Fatalf("%v of training ended at step %d", o.TrainFor, step)
	}
	o.TrainFor = -1
	if _, err := Unconditional(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if m, err := run.Open(o.Out); err != nil || m.Step() != step {
		t.Errorf("without training the run is at step %d (%v), was at %d", m.Step(), err, step)
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	o.TrainFor = 0
	if _, err := Unconditional(stopped, o); !errors.Is(err, vdm.ErrInterrupted) {
		t.Errorf("a stopped call says %v", err)
	}
}

func TestRefusals(t *testing.T) {
	good := tiny(t)
	for says, change := range map[string]func(*Options){
		"no data":              func(o *Options) { o.Data = "" },
		"no folder":            func(o *Options) { o.Out = "" },
		"clips is -1":          func(o *Options) { o.Clips = -1 },
		`sampler "best"`:       func(o *Options) { o.Sampler = "best" },
		"cube":                 func(o *Options) { o.Transform = "cube" },
		"no split":             func(o *Options) { o.Data = prepared(t, 8, false) },
		"no such file":         func(o *Options) { o.Data = filepath.Join(t.TempDir(), "nothing") },
		"training seasons":     func(o *Options) { o.Frames = 1000 },
		"multiple of 8":        func(o *Options) { o.Network.Dim = 7 },
		"training.rate":        func(o *Options) { o.Training.Rate = -1 },
		"reference clips is -": func(o *Options) { o.ReferenceClips = -2 },
	} {
		o := good
		change(&o)
		if _, err := Unconditional(t.Context(), o); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v does not say %q", err, says)
		}
	}
}
