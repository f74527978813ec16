package run

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/backend"
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
			sameLosses(t, losses(t, several), losses(t, one))
		})
	}
}

// A run continues on another number of devices with the losses of an undisturbed run:
// with an engine that imitates devices, and on XLA's, with accumulation, a mask and
// clipping. (The network is the one that XLA compiles in seconds.)
func TestResumeOnOtherDevices(t *testing.T) {
	for name, engine := range map[string]func(n int) (compute.Backend, backend.Choice){
		"imitation": func(n int) (compute.Backend, backend.Choice) {
			return enginetest.NewDevices(t, n), backend.Choice{Name: "test", Label: "test devices"}
		},
		"XLA": func(n int) (compute.Backend, backend.Choice) {
			return enginetest.XLA(t, n), backend.Choice{Name: "xla:cpu", Label: "XLA CPU"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "XLA" {
				enginetest.XLA(t, 4)
			}
			config := convConfig(t)
			config.Training.Batch, config.Training.Accumulate, config.Training.Clip, config.Training.MissingCells = 4, 2, 0.05, "mask"
			config.Training.Steps, config.Training.LogEvery, config.Training.SnapshotEvery = 6, 1, 2
			whole := create(t, config, tinyClips)
			whole.be, whole.choice = engine(1)
			mustTrain(t, whole, TrainOptions{Data: tinyClips})

			m := create(t, config, tinyClips)
			for i, n := range []int{4, 2} {
				m.be, m.choice = engine(n)
				mustTrain(t, m, TrainOptions{Data: tinyClips, Steps: 3 * (i + 1), Devices: n})
				again, err := Open(m.Dir)
				if err != nil {
					t.Fatal(err)
				}
				m = again
			}
			sameLosses(t, losses(t, m), losses(t, whole))
		})
	}
}

// sameLosses fails the test where two runs of the same steps differ by more than the
// rounding of a sum in another order.
func sameLosses(t *testing.T, got, want []float64) {
	t.Helper()
	if len(want) < 5 || len(got) != len(want) {
		t.Fatalf("%d and %d losses, want as many, and 5 or more", len(got), len(want))
	}
	for k := range want {
		if !(math.Abs(got[k]-want[k]) <= 1e-6*want[k]) {
			t.Errorf("loss of step %d: %v, want %v", k+1, got[k], want[k])
		}
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
