package run

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// Several devices that share each batch take the steps of one, to rounding.
func TestDevicesShareTheBatch(t *testing.T) {
	for _, c := range []struct {
		name                       string
		devices, batch, accumulate int
		clip                       float64
		mask                       string
	}{
		{"two", 2, 4, 1, 0, "refuse"},
		{"four, accumulated, clipped", 4, 4, 2, 0.05, "refuse"},
		{"two, masked", 2, 2, 1, 0, "mask"},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := tinyConfig(t)
			config.Training.Batch, config.Training.Accumulate, config.Training.Clip = c.batch, c.accumulate, c.clip
			config.Training.MissingCells = c.mask
			config.Training.Steps, config.Training.LogEvery = 5, 1
			one := create(t, config, tinyClips)
			mustTrain(t, one, TrainOptions{Data: tinyClips, HeldOut: tinyClips})

			several := create(t, config, tinyClips)
			several.use(enginetest.NewDevices(t, c.devices))
			mustTrain(t, several, TrainOptions{Data: tinyClips, HeldOut: tinyClips, Devices: c.devices})
			want, got := losses(t, one), losses(t, several)
			if len(want) != 5 || len(got) != 5 {
				t.Fatalf("%d and %d losses, want 5", len(want), len(got))
			}
			for k := range want {
				if !(math.Abs(got[k]-want[k]) <= 1e-5*want[k]) {
					t.Errorf("loss of step %d: %v on %d devices, %v on one", k+1, got[k], c.devices, want[k])
				}
			}
		})
	}
}

func losses(t *testing.T, m *Run) (all []float64) {
	t.Helper()
	records, err := ReadMetrics(m.Dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if r.Loss != nil {
			all = append(all, *r.Loss)
		}
	}
	return all
}

func TestDevicesAreRefused(t *testing.T) {
	for _, c := range []struct {
		devices, batch int
		want           string
	}{
		{-1, 4, "-1 devices: want at least 1"},
		{4, 4, "4 devices asked for, and the engine has 2"},
		{2, 3, "training.batch and devices: 2 devices cannot share a batch of 3 evenly: want a multiple of 2"},
	} {
		config := tinyConfig(t)
		config.Training.Batch = c.batch
		m := create(t, config, tinyClips)
		m.use(enginetest.NewDevices(t, 2))
		err := m.Train(context.Background(), TrainOptions{Data: tinyClips, Devices: c.devices})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%d devices, batch %d: %v, want %q", c.devices, c.batch, err, c.want)
		}
	}
}

// A device that is lost, or whose memory is too small, stops training with what was
// saved, says what to do, and a later process goes on as if nothing had happened.
func TestEngineFailsInMidRun(t *testing.T) {
	for _, c := range []struct {
		name, says string
		is         error
		want       []string
	}{
		{"lost", "INTERNAL: CUDA_ERROR_ILLEGAL_ADDRESS: an illegal memory access was encountered", engine.ErrDeviceLost,
			[]string{"training step 8", "the device was lost", "the run stands at the snapshot of step 5: start it again"}},
		{"memory", "RESOURCE_EXHAUSTED: Out of memory while trying to allocate 8589934592 bytes", engine.ErrDeviceMemory,
			[]string{"the memory of the device is too small", "8589934592", "needs about", "try a batch of 1", "snapshot of step 5"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := tinyConfig(t)
			config.Training.Accumulate, config.Training.SnapshotEvery = 1, 5
			whole := create(t, config, tinyClips)
			mustTrain(t, whole, TrainOptions{Data: tinyClips})

			m := create(t, config, tinyClips)
			engine := enginetest.NewDevices(t, 1)
			m.use(engine)
			reached := int64(0)
			engine.Fail = func() error {
				if reached == 7 {
					return errors.New(c.says)
				}
				return nil
			}
			err := m.Train(context.Background(), TrainOptions{Data: tinyClips, Progress: func(p vdm.Progress) { reached = p.Step }})
			if !errors.Is(err, c.is) {
				t.Fatalf("training ended with %v, want %v", err, c.is)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in the error: %v", want, err)
				}
			}
			again, err := Open(m.Dir)
			if err != nil {
				t.Fatal(err)
			}
			if again.Step() != 5 {
				t.Fatalf("the run stands at step %d, want 5", again.Step())
			}
			mustTrain(t, again, TrainOptions{Data: tinyClips})
			for name, state := range vectors(t, whole) {
				if !slices.Equal(state, vectors(t, again)[name]) {
					t.Errorf("%s differ from an undisturbed run's", name)
				}
			}
		})
	}
}

func TestSamplingTellsTheBatchToTry(t *testing.T) {
	m := create(t, tinyConfig(t), tinyClips)
	fake := enginetest.NewDevices(t, 1)
	fake.Fail = func() error { return errors.New("RESOURCE_EXHAUSTED: out of memory") }
	m.use(fake)
	_, err := m.Sample(context.Background(), SampleOptions{Count: 4, Batch: 4, Evaluations: 3})
	if !errors.Is(err, engine.ErrDeviceMemory) || !strings.Contains(err.Error(), "4 samples are drawn at a time: try a batch of 2") {
		t.Errorf("sampling said %v", err)
	}
}
