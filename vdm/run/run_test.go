package run

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/backend"
	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
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
	train(t, m, TrainOptions{Data: tinyClips, Steps: 2})
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
	train(t, m, TrainOptions{Data: tinyClips, Steps: 6})
	whole := create(t, tinyConfig(t), tinyClips)
	train(t, whole, TrainOptions{Data: tinyClips})

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
	train(t, again, TrainOptions{Data: tinyClips})
	if !slices.Equal(again.weights, whole.weights) {
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
	train(t, m, TrainOptions{Data: tinyClips, Steps: 3})
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
	train(t, m, TrainOptions{Data: clips, HeldOut: clips})
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
	for _, name := range backend.AtHand() {
		t.Run(name, func(t *testing.T) {
			m := create(t, c, clips).on(t, name)
			train(t, m, TrainOptions{Data: clips, HeldOut: clips})
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
			s, err := m.Nowcast(t.Context(), x, 1, SampleOptions{Count: 2, Steps: 3, Guidance: vdm.Reconstruction{}})
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

func TestTrainRefuses(t *testing.T) {
	m := create(t, tinyConfig(t), tinyClips)
	enginetest.WantError(t, "no clips", m.Train(t.Context(), TrainOptions{}), "no training clips")
	enginetest.WantError(t, "negative steps", m.Train(t.Context(), TrainOptions{Data: tinyClips, Steps: -3}), "step -3")
	enginetest.WantError(t, "beyond the decay", m.Train(t.Context(), TrainOptions{Data: tinyClips, Steps: 41}), "up to step 41", "cosine_decay reaches a rate of 0 at step 40")
	c := tinyConfig(t)
	c.Training.Steps = 0
	enginetest.WantError(t, "no steps", create(t, c, tinyClips).Train(t.Context(), TrainOptions{Data: tinyClips}), "set training.steps")
	train(t, m, TrainOptions{Data: tinyClips, Steps: 1})
	train(t, m, TrainOptions{Steps: 1}) // reached: nothing to do
	enginetest.WantError(t, "weights for a trained run", m.ImportWeights(m.Weights(false)), "trained for 1 steps")
}

func TestImportWeights(t *testing.T) {
	a, b := create(t, tinyConfig(t), tinyClips), create(t, tinyConfig(t), tinyClips)
	train(t, a, TrainOptions{Data: tinyClips, Steps: 3})
	if err := b.ImportWeights(a.Weights(true)); err != nil {
		t.Fatal(err)
	}
	again, err := Open(b.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(again.weights, a.ema) || !slices.Equal(again.ema, a.ema) {
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
