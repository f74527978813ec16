package run

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/powercut"
)

// With the power cut at any moment of making and training a run: the run is absent or can
// be opened, stands at the last snapshot that was promised or at a later one, has the
// metrics of all steps up to it, and ends with the weights and metrics of an undisturbed
// one. Configuration, manifest and snapshots are cut here, too.
func TestPowerCutTraining(t *testing.T) {
	c := tinyConfig(t)
	c.Training.Steps, c.Training.SnapshotEvery, c.Training.LogEvery, c.Training.Accumulate, c.Training.Keep = 4, 2, 1, 1, 1
	place := func(dir string) string { return filepath.Join(dir, "runs", "rain") }
	train := func(dir string, promise func()) error {
		m, err := Create(dir, c, tinyClips)
		if err != nil {
			return err
		}
		if m.Step() == 0 {
			promise()
		}
		return m.Train(context.Background(), TrainOptions{Data: tinyClips, Progress: func(p vdm.Progress) {
			if p.Step%int64(c.Training.SnapshotEvery) == 0 {
				promise()
			}
		}})
	}
	whole := filepath.Join(t.TempDir(), "rain")
	if os.Getenv("VDM_POWERCUT_DIR") == "" {
		if err := train(whole, func() {}); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string][]float32{}
	var metrics []MetricsLine
	powercut.Run(t, powercut.Case{
		Write: func(dir string, promise func()) error { return train(place(dir), promise) },
		Check: func(dir string, promises int) error {
			if len(want) == 0 {
				m, err := Open(whole)
				if err != nil {
					return err
				}
				if want, err = m.states(m.state); err != nil {
					return err
				}
				if metrics, err = ReadMetrics(whole); err != nil || len(metrics) != 4 {
					return fmt.Errorf("%d lines of metrics, want 4 (%v)", len(metrics), err)
				}
			}
			m, err := Open(place(dir))
			if errors.Is(err, ErrNoRun) && promises == 0 {
				return nil
			}
			if err != nil {
				return err
			}
			if len(m.Warnings) > 0 {
				return fmt.Errorf("warnings: %q", m.Warnings)
			}
			least := min(int64(max(promises-1, 0))*2, 4)
			if m.Step() < least {
				return fmt.Errorf("the run stands at step %d, promised was %d", m.Step(), least)
			}
			got, err := ReadMetrics(m.Dir)
			if err != nil {
				return err
			}
			for i := range int(m.Step()) {
				if i >= len(got) || got[i].Step != metrics[i].Step || *got[i].Loss != *metrics[i].Loss {
					return fmt.Errorf("at step %d the metrics have %d lines, want line %d to be of step %d with loss %v", m.Step(), len(got), i, metrics[i].Step, *metrics[i].Loss)
				}
			}
			if m.Step() < 4 {
				return nil
			}
			states, err := m.states(m.state)
			for name, values := range states {
				if !slices.Equal(values, want[name]) {
					return fmt.Errorf("%s are not those of an undisturbed run", name)
				}
			}
			return err
		},
		States: 8,
	})
}

// A run that begins with the weights of another, as `vdm weights choose --out` makes it, is
// absent or complete.
func TestPowerCutCreateFrom(t *testing.T) {
	first := create(t, tinyConfig(t), tinyClips)
	start := first.Start()
	start.Name = "another run"
	place := func(dir string) string { return filepath.Join(dir, "best") }
	powercut.Run(t, powercut.Case{
		Write: func(dir string, _ func()) error {
			_, err := CreateFrom(place(dir), first.Config, tinyClips, start)
			return err
		},
		Check: func(dir string, promises int) error {
			m, err := Open(place(dir))
			if errors.Is(err, ErrNoRun) && promises == 0 {
				return nil
			}
			if err != nil {
				return err
			}
			for name, values := range first.Weights(true) {
				if !slices.Equal(values, m.Weights(true)[name]) {
					return fmt.Errorf("%s differ from the weights that it began with", name)
				}
			}
			return nil
		},
		States: 20,
	})
}

// Long sequences: what the folder says is finished has its frames, whole, and a rollout
// that is continued makes those of an undisturbed one.
func TestPowerCutSequences(t *testing.T) {
	m := longModel(t)
	o := RolloutOptions{Frames: 8, Overlap: 2, Stride: 2, SampleOptions: SampleOptions{Count: 2, Batch: 2, Evaluations: 1, Seed: 6}}
	roll := func(dir string) (*Sequences, error) { return m.Rollout(context.Background(), dir, rolloutStart(m), o) }
	var whole *Sequences
	if os.Getenv("VDM_POWERCUT_DIR") == "" {
		var err error
		if whole, err = roll(filepath.Join(t.TempDir(), "long")); err != nil {
			t.Fatal(err)
		}
	}
	place := func(dir string) string { return filepath.Join(dir, "long") }
	powercut.Run(t, powercut.Case{
		Write: func(dir string, _ func()) error {
			_, err := roll(place(dir))
			return err
		},
		Check: func(dir string, promises int) error {
			if _, err := os.Stat(filepath.Join(place(dir), sequencesName)); errors.Is(err, os.ErrNotExist) && promises == 0 {
				return nil
			}
			got, err := OpenSequences(place(dir))
			if err != nil {
				return err
			}
			if promises > 0 && (got.Frames(0) != whole.Frames(0) || got.Frames(1) != whole.Frames(1)) {
				return fmt.Errorf("%d and %d frames are finished, want %d", got.Frames(0), got.Frames(1), whole.Frames(0))
			}
			for _, member := range got.Members() {
				a, b := make([]float32, got.Frames(member)*got.FrameSize()), make([]float32, got.Frames(member)*got.FrameSize())
				if err := errors.Join(got.Read(member, 0, a), whole.Read(member, 0, b)); err != nil {
					return err
				}
				for i := range a {
					if math.Float32bits(a[i]) != math.Float32bits(b[i]) {
						return fmt.Errorf("member %d: value %d is %v, want %v", member, i, a[i], b[i])
					}
				}
			}
			return nil
		},
		States: 8,
	})
}
