package run

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// edit changes a run's config.yaml.
func edit(t testing.TB, dir, from, to string) {
	t.Helper()
	path := filepath.Join(dir, configName)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(text), from) != 1 {
		t.Fatalf("%q is not once in\n%s", from, text)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(text), from, to, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestCreateAgainOpensTheRun(t *testing.T) {
	m := create(t, tinyConfig(t), tinyClips)
	mustTrain(t, m, TrainOptions{Data: tinyClips, Steps: 2})
	c := tinyConfig(t)
	c.Training.Steps, c.Training.LogEvery, c.Data = 40, 5, "another note"
	again, err := Create(m.Dir, c, tinyClips)
	if err != nil {
		t.Fatal(err)
	}
	if again.Step() != 2 || again.Config.Training.Steps != 40 {
		t.Errorf("opened at step %d of %d, want 2 of 40", again.Step(), again.Config.Training.Steps)
	}
	if again, err = Open(m.Dir); err != nil || again.Config.Data != "another note" {
		t.Errorf("the folder's note is %q (%v)", again.Config.Data, err)
	}

	changeUNet(&c, func(n *unet.Config) { n.Dim = 16 })
	c.Training.Rate, c.Training.EMA = 2e-3, 0.5
	_, err = Create(m.Dir, c, tinyClips)
	enginetest.WantError(t, "other settings", err, m.Dir, "network.dim is 16, was 8", "training.rate is 0.002, was 0.001", "training.ema is 0.5, was 0.9995")
	c = tinyConfig(t)
	_, err = Create(m.Dir, c, brighter{tinyClips})
	enginetest.WantError(t, "transform fitted on other data", err, "clip.channels[0].transform")
}

// brighter is another record.
type brighter struct{ blobs }

func (b brighter) Clip(i int, dst []float32) error {
	err := b.blobs.Clip(i, dst)
	for j := range dst {
		dst[j] *= 2
	}
	return err
}

func TestOpenRefusesAnEditedConfiguration(t *testing.T) {
	m := create(t, tinyConfig(t), tinyClips)
	for _, c := range []struct {
		name, from, to string
		says           []string
	}{
		{"another width", "dim: 8", "dim: 16", []string{"variable ", "has shape", "the configured network's has"}},
		{"another level", "  - 1\n", "  - 1\n  - 2\n", []string{"variable ", "which the configured network"}},
		{"another rate", "rate: 0.001", "rate: 0.002", []string{"training.rate is 0.002, was 0.001"}},
		{"another schedule", "name: cosine", "name: linear", []string{"schedule.name is linear, was cosine"}},
		{"another optimiser", "  rate: 0.001", "  optimiser: muon\n  rate: 0.001", []string{"the snapshot of step 0 lacks muon_first of the optimiser muon", "has the state of adam (adam_first, adam_second)"}},
		{"SOAP", "  rate: 0.001", "  optimiser: soap\n  rate: 0.001", []string{"the snapshot of step 0 lacks soap_first of the optimiser soap", "has the state of adam (adam_first, adam_second)"}},
		{"one with the same state", "  rate: 0.001", "  optimiser: adamw\n  rate: 0.001", []string{"training.optimiser is adamw, was not set"}},
		{"a setting that is none", "rate: 0.001", "speed: 0.001", []string{"speed"}},
		{"a newer format", "format: 1", "format: 2", []string{"format is 2"}},
	} {
		before, err := os.ReadFile(filepath.Join(m.Dir, configName))
		if err != nil {
			t.Fatal(err)
		}
		edit(t, m.Dir, c.from, c.to)
		_, err = Open(m.Dir)
		enginetest.WantError(t, c.name, err, append(c.says, m.Dir)...)
		if err := os.WriteFile(filepath.Join(m.Dir, configName), before, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	// What may change on a resume may be edited.
	edit(t, m.Dir, "steps: 12", "steps: 30")
	if m, err := Open(m.Dir); err != nil || m.Config.Training.Steps != 30 {
		t.Errorf("more steps: %v", err)
	}
}

// A torn newest snapshot costs the steps since the one before, no more.
func TestTornSnapshotFallsBack(t *testing.T) {
	m := create(t, tinyConfig(t), tinyClips)
	mustTrain(t, m, TrainOptions{Data: tinyClips, Steps: 6})
	whole := create(t, tinyConfig(t), tinyClips)
	mustTrain(t, whole, TrainOptions{Data: tinyClips})

	newest := checkpoint.Path(filepath.Join(m.Dir, snapshotsDir), 6)
	tear := func(path string) {
		files, err := filepath.Glob(filepath.Join(path, "*weights*"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no file of weights in %s (%v)", path, err)
		}
		info, err := os.Stat(files[0])
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(files[0], info.Size()/2); err != nil {
			t.Fatal(err)
		}
	}
	tear(newest)
	again, err := Open(m.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if again.Step() != 3 || len(again.Warnings) != 1 || !strings.Contains(again.Warnings[0], newest) {
		t.Errorf("opened at step %d with warnings %q, want step 3 and one that names %s", again.Step(), again.Warnings, newest)
	}
	mustTrain(t, again, TrainOptions{Data: tinyClips})
	if !slices.Equal(again.state.Weights, whole.state.Weights) {
		t.Error("the run that fell back ends with other weights")
	}
	steps, err := checkpoint.List(filepath.Join(m.Dir, snapshotsDir))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range steps {
		tear(checkpoint.Path(filepath.Join(m.Dir, snapshotsDir), s))
	}
	_, err = Open(m.Dir)
	enginetest.WantError(t, "every snapshot torn", err, m.Dir)
	if !errors.Is(err, checkpoint.ErrNone) {
		t.Errorf("%v is not ErrNone", err)
	}
}

func TestFoldersThatAreNoRun(t *testing.T) {
	nothing := filepath.Join(t.TempDir(), "nothing")
	_, err := Open(nothing)
	enginetest.WantError(t, "no folder", err, nothing, "create one first")

	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = Create(filepath.Join(file, "run"), tinyConfig(t), tinyClips)
	enginetest.WantError(t, "below a file", err, file, "not a directory")

	if os.Geteuid() != 0 { // root may write anywhere
		locked := t.TempDir()
		if err := os.Chmod(locked, 0o555); err != nil {
			t.Fatal(err)
		}
		_, err = Create(filepath.Join(locked, "run"), tinyConfig(t), tinyClips)
		enginetest.WantError(t, "no permission", err, locked, "permission denied")
	}

	m := create(t, tinyConfig(t), tinyClips)
	mustTrain(t, m, TrainOptions{Data: tinyClips, Steps: 3})
	if err := os.Remove(filepath.Join(m.Dir, configName)); err != nil {
		t.Fatal(err)
	}
	_, err = Create(m.Dir, tinyConfig(t), tinyClips)
	enginetest.WantError(t, "snapshots without a configuration", err, m.Dir, "snapshots up to step 3")

	// A process that died between the first snapshot and the configuration.
	m = create(t, tinyConfig(t), tinyClips)
	if err := os.Remove(filepath.Join(m.Dir, configName)); err != nil {
		t.Fatal(err)
	}
	if _, err = Create(m.Dir, tinyConfig(t), tinyClips); err != nil {
		t.Errorf("half a creation is not taken up: %v", err)
	}
}

func TestTrainRefuses(t *testing.T) {
	m := create(t, tinyConfig(t), tinyClips)
	enginetest.WantError(t, "no clips", m.Train(t.Context(), TrainOptions{}), "no training clips")
	enginetest.WantError(t, "negative steps", m.Train(t.Context(), TrainOptions{Data: tinyClips, Steps: -3}), "step -3")
	enginetest.WantError(t, "beyond the decay", m.Train(t.Context(), TrainOptions{Data: tinyClips, Steps: 41}), "up to step 41", "cosine_decay reaches a rate of 0 at step 40")
	c := tinyConfig(t)
	c.Training.Steps = 0
	enginetest.WantError(t, "no steps", create(t, c, tinyClips).Train(t.Context(), TrainOptions{Data: tinyClips}), "set training.steps")
	mustTrain(t, m, TrainOptions{Data: tinyClips, Steps: 1})
	mustTrain(t, m, TrainOptions{Steps: 1}) // reached: nothing to do
	enginetest.WantError(t, "weights for a trained run", m.ImportWeights(m.Weights(false)), "trained for 1 steps")
}

func TestImportWeights(t *testing.T) {
	a, b := create(t, tinyConfig(t), tinyClips), create(t, tinyConfig(t), tinyClips)
	mustTrain(t, a, TrainOptions{Data: tinyClips, Steps: 3})
	if err := b.ImportWeights(a.Weights(true)); err != nil {
		t.Fatal(err)
	}
	again, err := Open(b.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(again.state.Weights, a.state.EMA) || !slices.Equal(again.state.EMA, a.state.EMA) {
		t.Error("the imported weights are not those of the run")
	}
	few := a.Weights(true)
	delete(few, a.Config.Network.Variables()[3].Name)
	enginetest.WantError(t, "a variable too few", b.ImportWeights(few), a.Config.Network.Variables()[3].Name)
}

// closing is a source that knows when it may no longer be read, as a mapped file
// that its owner closes.
type closing struct {
	blobs
	fails  int64
	reads  *atomic.Int64
	closed *atomic.Bool
	late   *atomic.Int64
}

func (c closing) Clip(i int, dst []float32) error {
	time.Sleep(2 * time.Millisecond)
	if c.closed.Load() {
		c.late.Add(1)
	}
	if n := c.reads.Add(1); c.fails > 0 && n > c.fails {
		return errors.New("the disk is gone")
	}
	return c.blobs.Clip(i, dst)
}

// When Train returns, nobody reads its clips any more, however it ended.
func TestTrainLetsGoOfItsClips(t *testing.T) {
	for _, fails := range []int64{0, 9} {
		m := create(t, tinyConfig(t), tinyClips)
		source := closing{tinyClips, fails, new(atomic.Int64), new(atomic.Bool), new(atomic.Int64)}
		err := m.Train(t.Context(), TrainOptions{Data: source, Steps: 4})
		source.closed.Store(true)
		if fails == 0 && err != nil {
			t.Error(err)
		}
		if fails > 0 {
			enginetest.WantError(t, "a source that fails", err, "training step 3", "clip ", "the disk is gone")
			if again, err := Open(m.Dir); err != nil || again.Step() != m.Step() {
				t.Errorf("opened at step %d, the model is at %d (%v)", again.Step(), m.Step(), err)
			}
		}
		time.Sleep(30 * time.Millisecond)
		if n := source.late.Load(); n > 0 {
			t.Errorf("%d clips are read after Train has returned", n)
		}
	}
}
