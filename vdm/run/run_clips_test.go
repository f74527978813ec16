package run

import (
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// odd is a record of a shape, with values made by a function of clip and index.
type odd struct {
	n     int
	shape [4]int
	value func(clip, i int) float64
}

func (o odd) Len() int { return o.n }

func (o odd) Shape() (int, int, int, int) { return o.shape[0], o.shape[1], o.shape[2], o.shape[3] }

func (o odd) Clip(i int, dst []float32) error {
	for j := range dst {
		dst[j] = float32(o.value(i, j))
	}
	return nil
}

func TestClipsAreRefused(t *testing.T) {
	good := func(clip, i int) float64 { return float64(i % 7) }
	with := func(v float64) func(clip, i int) float64 {
		return func(clip, i int) float64 {
			if i == 22 && clip == 2 {
				return v
			}
			return good(clip, i)
		}
	}
	shape := [4]int{2, 4, 4, 1}
	for _, c := range []struct {
		name  string
		clips odd
		says  []string
	}{
		{"another shape", odd{3, [4]int{2, 4, 5, 1}, good}, []string{"clips are 2 frames × 4 × 5 × 1 channels, the run's are 2 × 4 × 4 × 1"}},
		{"another number of channels", odd{3, [4]int{2, 4, 4, 2}, good}, []string{"4 × 4 × 2 channels"}},
		{"a clip longer than the record", odd{0, shape, good}, []string{"no clips: the record is shorter than 2 frames"}},
		{"a missing cell", odd{3, shape, with(math.NaN())}, []string{"clip 2 holds a missing cell at frame 1, row 1, column 2, channel 0", "training.missing_cells"}},
		{"a rate below zero", odd{3, shape, with(-0.5)}, []string{"clip 2 holds a value outside the domain", "frame 1, row 1, column 2"}},
		{"an infinite cell", odd{3, shape, with(math.Inf(1))}, []string{"clip 2 is infinite at frame 1"}},
	} {
		m := create(t, tinyConfig(t), odd{3, shape, good})
		enginetest.WantError(t, c.name, m.Train(t.Context(), TrainOptions{Data: c.clips}), c.says...)
		_, err := m.HeldOutLosses(c.clips)
		enginetest.WantError(t, c.name+", held out", err, append(c.says, "held-out loss")...)
		if m.Step() != 0 {
			t.Errorf("%s: the model is at step %d", c.name, m.Step())
		}
		if c.clips.n == 0 || c.clips.shape != shape {
			_, err := Create(filepath.Join(t.TempDir(), "run"), tinyConfig(t), c.clips)
			enginetest.WantError(t, c.name+", to fit on", err, c.says...)
		}
	}
	_, err := Create(filepath.Join(t.TempDir(), "run"), tinyConfig(t), odd{3, shape, func(int, int) float64 { return math.NaN() }})
	enginetest.WantError(t, "nothing but missing cells", err, "fitting the transform of rain", "no value to fit on")
	_, err = Create(filepath.Join(t.TempDir(), "run"), tinyConfig(t), nil)
	enginetest.WantError(t, "no clips to fit on", err, "transform of rain", "no training clips")
	m := create(t, tinyConfig(t), tinyClips)
	_, err = m.HeldOutLosses(nil)
	enginetest.WantError(t, "no held-out clips", err, "no clips")
}

// With missing_cells: mask a run trains on clips with holes: nothing of what is
// missing enters, and the loss is over what is there.
func TestMissingCellsAreMasked(t *testing.T) {
	c := tinyConfig(t)
	c.Training.MissingCells, c.Training.Steps, c.Training.Decay = "mask", 2, 0
	hole := func(clip, i int) bool { return (clip+i)%5 == 0 || clip == 3 }
	clips := odd{6, [4]int{2, 4, 4, 1}, func(clip, i int) float64 {
		if hole(clip, i) {
			return math.NaN()
		}
		return float64(i%7) / 2
	}}
	m := create(t, c, clips)
	mustTrain(t, m, TrainOptions{Data: clips, HeldOut: clips})
	batches, err := m.HeldOutBatches(clips)
	if err != nil {
		t.Fatal(err)
	}
	losses, err := m.HeldOutLosses(clips)
	if err != nil {
		t.Fatal(err)
	}
	empty := 0
	for _, b := range batches {
		for s, clip := range b.Clips {
			alpha, sigma := vdm.Alpha(float64(b.LogSNR[s])), vdm.Sigma(float64(b.LogSNR[s]))
			for i := range 32 {
				at := s*32 + i
				if (b.Mask[at] == 0) != hole(clip, i) {
					t.Fatalf("clip %d, value %d: mask is %v", clip, i, b.Mask[at])
				}
				if b.Mask[at] == 0 { // noise alone: z = σε, v = αε
					enginetest.Near(t, "noise of z and v", float64(b.Z[at])*alpha, float64(b.V[at])*sigma, 1e-5)
				}
			}
			if clip == 3 {
				empty++
			}
		}
	}
	zero := 0
	for _, l := range losses {
		if l == 0 {
			zero++
		}
		if !engine.Finite(l) {
			t.Errorf("loss %v", l)
		}
	}
	if zero != empty || empty == 0 {
		t.Errorf("%d losses are 0, want those %d of the clip that is all missing", zero, empty)
	}
	// A value that is there and wrong is not taken for a missing one.
	bad := odd{6, clips.shape, func(clip, i int) float64 { return -1 }}
	enginetest.WantError(t, "rates below zero", m.Train(t.Context(), TrainOptions{Data: bad, Steps: 3}), "outside the domain")
}

// Two variables with their own transforms, on a grid that the network's levels
// do not divide, on every engine.
func TestTwoChannelsOnAnOddGrid(t *testing.T) {
	c := tinyConfig(t)
	c.Clip = ClipConfig{Frames: 2, Height: 5, Width: 6, Channels: []ChannelConfig{
		{Name: "rain", Units: "mm/h", Transform: parse(t, "log:0.1+affine")},
		{Name: "pressure", Units: "hPa", Transform: parse(t, "affine")},
	}}
	changeUNet(&c, func(n *unet.Config) { n.Multiples = []int{1, 2} })
	c.Training.Steps, c.Training.Decay, c.Training.Batch, c.Training.Accumulate = 2, 0, 2, 1
	clips := odd{8, [4]int{2, 5, 6, 2}, func(clip, i int) float64 {
		r := noise.Key{Seed: 3, Stream: noise.Synthetic, Sample: uint32(clip), Step: uint64(i)}.Rand()
		if i%2 == 0 {
			return 20 * r.Float64() * r.Float64()
		}
		return 980 + 60*r.Float64()
	}}
	for _, name := range enginetest.Names() {
		t.Run(name, func(t *testing.T) {
			m := create(t, c, clips).on(t, name)
			mustTrain(t, m, TrainOptions{Data: clips, HeldOut: clips})
			x := clipOf(t, clips, 1)
			y := slices.Clone(x)
			m.Forward(y)
			if slices.Min(y) < -1 || slices.Max(y) > 1 {
				t.Errorf("training data are mapped to [%v, %v]", slices.Min(y), slices.Max(y))
			}
			m.Inverse(y)
			for i := range x {
				enginetest.Near(t, "inverse", float64(y[i]), float64(x[i]), 1e-5*(1+math.Abs(float64(x[i]))))
			}
			s, err := m.Nowcast(t.Context(), x, 1, SampleOptions{Count: 2, Evaluations: 3, Guidance: vdm.Reconstruction{}})
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range s.At(1) {
				low, high := 0.0, 20.001
				if i%2 == 1 {
					low, high = 979.99, 1040.01
				}
				if i < 60 && v != x[i] || !(float64(v) >= low && float64(v) <= high) {
					t.Fatalf("value %d is %v, want it in [%v, %v] and the known ones (%v) as given", i, v, low, high, x[i])
				}
			}
			if rain := s.Channel(1, 0); len(rain) != 60 || rain[1] != s.At(1)[2] {
				t.Errorf("channel 0 has %d values", len(rain))
			}
		})
	}
}
