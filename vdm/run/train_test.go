package run

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/train"
)

func create(t testing.TB, c Config, clips vdm.Clips) *Run {
	t.Helper()
	m, err := Create(t.TempDir(), c, clips)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func mustTrain(t testing.TB, m *Run, o TrainOptions) {
	t.Helper()
	if err := m.Train(context.Background(), o); err != nil {
		t.Fatal(err)
	}
}

// vectors are those of a run's state, by name.
func vectors(t testing.TB, m *Run) map[string][]float32 {
	t.Helper()
	all, err := m.states(m.state)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestTrainWritesARun(t *testing.T) {
	m := create(t, tinyConfig(t), tinyClips)
	var steps []int64
	mustTrain(t, m, TrainOptions{Data: tinyClips, HeldOut: tinyClips, Progress: func(p vdm.Progress) { steps = append(steps, p.Step) }})
	if len(steps) != 12 || m.Step() != 12 {
		t.Errorf("progress after %d steps, model at %d; want 12 and 12", len(steps), m.Step())
	}
	records, err := ReadMetrics(m.Dir)
	if err != nil {
		t.Fatal(err)
	}
	losses, held := 0, 0
	for _, r := range records {
		if r.Loss != nil {
			losses++
			if !(*r.Loss > 0 && *r.Loss < 10) || !(*r.GradNorm > 0) {
				t.Errorf("step %d: loss %v, gradient norm %v", r.Step, *r.Loss, *r.GradNorm)
			}
		}
		if r.HeldOut != nil {
			held++
		}
	}
	if losses != 6 || held != 3 {
		t.Errorf("%d records of the loss and %d of the held-out loss, want 6 and 3 (steps 5, 10, 12)", losses, held)
	}
}

// A run that is resumed takes the same steps, to the bit, with every optimiser.
func TestResumeIsBitEqual(t *testing.T) {
	for _, name := range train.RuleNames() {
		t.Run(name, func(t *testing.T) { resumeIsBitEqual(t, name) })
	}
}

func resumeIsBitEqual(t *testing.T, optimiser string) {
	c := tinyConfig(t)
	c.Training.Optimiser = optimiser
	whole := create(t, c, tinyClips)
	mustTrain(t, whole, TrainOptions{Data: tinyClips})

	parts := create(t, c, tinyClips)
	for _, until := range []int{1, 5, 6, 12} {
		mustTrain(t, parts, TrainOptions{Data: tinyClips, Steps: until})
		again, err := Open(parts.Dir)
		if err != nil {
			t.Fatal(err)
		}
		if again.Step() != int64(until) {
			t.Fatalf("opened at step %d, want %d", again.Step(), until)
		}
		parts = again
	}
	for name, state := range vectors(t, whole) {
		if !slices.Equal(state, vectors(t, parts)[name]) {
			t.Errorf("%s differ between the whole run and the resumed one", name)
		}
	}
	if slices.Equal(whole.state.Weights, whole.state.EMA) {
		t.Error("weights and average are the same: the test proves little")
	}
}

// Two passes of two clips make the step of one pass of four.
func TestAccumulationIsTheLargerBatch(t *testing.T) {
	c := tinyConfig(t)
	c.Training.Steps, c.Training.Clip = 3, 0
	two := create(t, c, tinyClips)
	mustTrain(t, two, TrainOptions{Data: tinyClips})
	c.Training.Batch, c.Training.Accumulate = 4, 1
	one := create(t, c, tinyClips)
	mustTrain(t, one, TrainOptions{Data: tinyClips})
	for i := range one.state.Moments[0] {
		a, b := float64(one.state.Moments[0][i]), float64(two.state.Moments[0][i])
		if !(math.Abs(a-b) <= 1e-5+1e-3*math.Abs(a)) {
			t.Fatalf("first moment %d: %v in one pass, %v in two", i, a, b)
		}
	}
}

func TestClipNorm(t *testing.T) {
	c := tinyConfig(t)
	c.Training.Clip, c.Training.Accumulate = 1e-3, 1
	m := create(t, c, tinyClips)
	mustTrain(t, m, TrainOptions{Data: tinyClips, Steps: 1})
	norm := 0.0
	for _, x := range m.state.Moments[0] {
		norm += math.Pow(float64(x)/(1-0.9), 2)
	}
	if norm = math.Sqrt(norm); !(math.Abs(norm-1e-3) <= 1e-6) {
		t.Errorf("norm of the gradient is %v after clipping to 1e-3", norm)
	}
}

// A patch is learnt: the held-out loss falls well below that of the untrained
// network.
func TestTrainingLearns(t *testing.T) {
	c := tinyConfig(t)
	c.Training.Steps, c.Training.Decay, c.Training.Rate, c.Training.EMA = 150, 0, 3e-3, 0.9
	c.Training.HeldOutClips, c.Training.Batch, c.Training.Accumulate = 16, 8, 1
	c.Training.SnapshotEvery = 1000
	m := create(t, c, tinyClips).on(t, enginetest.Names()[0]) // the fastest
	loss := func() float64 {
		each, err := m.HeldOutLosses(tinyClips)
		if err != nil {
			t.Fatal(err)
		}
		mean := 0.0
		for _, l := range each {
			mean += l / float64(len(each))
		}
		return mean
	}
	before := loss()
	mustTrain(t, m, TrainOptions{Data: tinyClips})
	if after := loss(); after > 0.5*before {
		t.Errorf("held-out loss %.3f before and %.3f after 150 steps", before, after)
	}
}

func TestRateAt(t *testing.T) {
	c := TrainingConfig{Rate: 1, Warmup: 10, Decay: 110}
	for _, want := range []struct {
		step int64
		rate float64
	}{{0, 0.1}, {4, 0.5}, {9, 1}, {10, 1}, {60, 0.5}, {110, 0}} {
		if got := c.RateAt(want.step); !(math.Abs(got-want.rate) <= 1e-12) {
			t.Errorf("rate after step %d is %v, want %v", want.step, got, want.rate)
		}
	}
}

// poison is a source whose clips turn so large that the network overflows.
type poison struct {
	blobs
	from int
	hits *int
}

func (p poison) Clip(i int, dst []float32) error {
	*p.hits++
	if *p.hits > p.from {
		for j := range dst {
			dst[j] = 3e38
		}
		return nil
	}
	return p.blobs.Clip(i, dst)
}

func TestNotFiniteStopsAndKeepsTheSnapshot(t *testing.T) {
	c := tinyConfig(t)
	c.Clip.Channels[0].Transform = parse(t, "identity")
	m := create(t, c, tinyClips)
	hits := 0
	err := m.Train(context.Background(), TrainOptions{Data: poison{tinyClips, 4 * 7, &hits}})
	if err == nil {
		t.Fatal("trained on clips of 3e38 without an error")
	}
	for _, want := range []string{"training step 8", "not finite in init_", "snapshot of step 6"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q does not say %q", err, want)
		}
	}
	again, err := Open(m.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if again.Step() != 6 {
		t.Errorf("opened at step %d, want the snapshot of step 6", again.Step())
	}
}

func TestInterrupt(t *testing.T) {
	m := create(t, tinyConfig(t), tinyClips)
	ctx, cancel := context.WithCancel(context.Background())
	err := m.Train(ctx, TrainOptions{Data: tinyClips, Progress: func(p vdm.Progress) {
		if p.Step == 4 {
			cancel()
		}
	}})
	if err == nil || !strings.Contains(err.Error(), "saved at step 4 of 12") {
		t.Fatalf("error %v, want one that says where it was saved", err)
	}
	again, err := Open(m.Dir)
	if err != nil || again.Step() != 4 {
		t.Fatalf("opened at step %d (%v), want 4", again.Step(), err)
	}
}

// Where a snapshot cannot be written the run stays, in memory as in its folder, what
// its last one is.
func TestSnapshotThatFails(t *testing.T) {
	whole := create(t, tinyConfig(t), tinyClips)
	mustTrain(t, whole, TrainOptions{Data: tinyClips, Steps: 3})
	m := create(t, tinyConfig(t), tinyClips)
	folder := filepath.Join(m.Dir, snapshotsDir)
	err := m.Train(t.Context(), TrainOptions{Data: tinyClips, Progress: func(p vdm.Progress) {
		if p.Step == 4 {
			if err := errors.Join(os.Rename(folder, folder+"-away"), os.WriteFile(folder, nil, 0o644)); err != nil {
				t.Error(err)
			}
		}
	}})
	enginetest.WantError(t, "a folder that is a file", err, "after step 6: snapshot: ")
	if m.Step() != 3 || !reflect.DeepEqual(m.state, whole.state) {
		t.Errorf("the run is at step %d, or not what its snapshot of step 3 is", m.Step())
	}
	if err := errors.Join(os.Remove(folder), os.Rename(folder+"-away", folder)); err != nil {
		t.Fatal(err)
	}
	mustTrain(t, m, TrainOptions{Data: tinyClips})
	mustTrain(t, whole, TrainOptions{Data: tinyClips})
	if !reflect.DeepEqual(m.state, whole.state) {
		t.Error("trained on, the run ends otherwise than one that was not disturbed")
	}
}
