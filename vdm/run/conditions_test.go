package run

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
	"github.com/climate-vdm/climate-vdm/vdm/spectral"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// guessed are clips with a second channel: the same clip in the frames from the second
// on, darker, as a first guess of it.
type guessed struct{ blobs }

func (g guessed) Shape() (int, int, int, int) { return g.frames, g.size, g.size, 2 }

func (g guessed) Clip(i int, dst []float32) error {
	x := make([]float32, len(dst)/2)
	if err := g.blobs.Clip(i, x); err != nil {
		return err
	}
	for j, v := range x {
		dst[2*j], dst[2*j+1] = v, 0.8*v
	}
	return nil
}

// toldConfig is tinyConfig with conditions of every kind.
func toldConfig(t testing.TB) (Config, guessed) {
	c := tinyConfig(t)
	c.Network = unet.Config{Dim: 8, Multiples: []int{1}, Heads: 1, HeadDim: 4}
	c.Preconditioning = PreconditionSpectrum
	c.Conditions = ConditionsConfig{
		Tasks:      map[string]float64{"forecast": 2, "first-frames": 1, "nothing": 1},
		Covariates: []CovariateConfig{{Name: "guess", Units: "mm/h", KnownFrames: 1, FirstGuess: true}},
		Dropout:    0.25,
	}
	return c, guessed{blobs{n: 12, frames: c.Clip.Frames, size: c.Clip.Height}}
}

// What training shows of a value that is known with an error has the mean and the variance
// of the pivot of z and of the observation together; one that is known exactly is shown.
func TestTrainingShowsThePivot(t *testing.T) {
	for _, logSNR := range []float64{-9, -1, 0.5, 6} {
		k := known{math.NaN(), 0, 0.3, 0.05}
		show := func(x, eps float32) (z, levels, weight []float32) {
			z, levels, weight = make([]float32, 4), make([]float32, 4), make([]float32, 4)
			xs, es := []float32{x, x, x, x}, []float32{eps, eps, eps, eps}
			noisedKnown(z, make([]float32, 4), levels, weight, xs, es, k, logSNR, 12)
			return z, levels, weight
		}
		signal, levels, weight := show(1, 0)
		spread, _, _ := show(0, 1)
		pivot := func(z, y float64) []float64 {
			nan := float32(math.NaN())
			p, _, err := vdm.NoiseLevelMap{Top: 12}.Pivot([]float64{z, z, z, z}, logSNR, vdm.Observation{
				{Y: []float32{nan, float32(y), float32(y), float32(y)}, StdOf: []float32{0, 0, 0.3, 0.05}}})
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		// Of z = α·x + σ·ε and y = x + r·n the pivot is linear.
		alpha, sigma := vdm.Alpha(logSNR), vdm.Sigma(logSNR)
		mean, fromZ, fromY := pivot(alpha, 1), pivot(sigma, 0), pivot(0, 1)
		for j := range k {
			r := k[j]
			if r != r || r == 0 {
				r = 0
			}
			variance := fromZ[j]*fromZ[j] + r*fromY[j]*r*fromY[j]
			if j == 1 {
				variance = 0 // known exactly
			}
			if !(math.Abs(float64(signal[j])-mean[j]) <= 1e-5) || !(math.Abs(float64(spread[j]*spread[j])-variance) <= 1e-5) {
				t.Errorf("λ = %v, value %d: mean %.6f and variance %.6f, want %.6f and %.6f", logSNR, j, signal[j], spread[j]*spread[j], mean[j], variance)
			}
			own := vdm.Sigma(float64(levels[j]))
			if want := own * own / (sigma * sigma); j != 1 && !(math.Abs(float64(weight[j])-want) <= 1e-5) || j == 1 && weight[j] != 0 {
				t.Errorf("λ = %v, value %d counts %.5f, want %.5f", logSNR, j, weight[j], want)
			}
		}
	}
}

// Every task shows what its name says, and sampling recognises it as a case of itself.
func TestTasksShowWhatTheySay(t *testing.T) {
	clip := ClipConfig{Frames: 6, Height: 8, Width: 8, Channels: []ChannelConfig{{Name: "pr"}}}
	r := rand.New(rand.NewPCG(1, 2))
	for _, task := range tasks {
		for range 40 {
			k := nothingKnown(clip.size())
			task.show(r, clip, 2, k)
			var y, std []float32
			exact, shown := true, 0
			for _, d := range k {
				switch {
				case math.IsNaN(d):
					y, std = append(y, float32(math.NaN())), append(std, 0)
				default:
					y, std = append(y, 1), append(std, float32(d))
					exact, shown = exact && d == 0, shown+1
				}
			}
			if task.name == "nothing" {
				if shown != 0 {
					t.Fatalf("%d values are shown, want none", shown)
				}
				continue
			}
			if shown == 0 && task.name != "scattered-cells" || shown == len(k) {
				t.Fatalf("%s shows %d of %d values", task.name, shown, len(k))
			}
			if shown == 0 {
				continue
			}
			m := vdm.Measurement{Y: y}
			if !exact {
				m.StdOf = std
			}
			c := shownCells{make([]bool, len(y)), exact}
			for i, v := range m.Y {
				c.shown[i] = v == v
			}
			if names := clip.tasksFor(c, 2); !strings.Contains(strings.Join(names, " "), task.name) && task.name != "regions" {
				t.Fatalf("what %s shows is taken for %v", task.name, names)
			}
			if task.name == "forecast" && k.shownFrames(clip).first != 2 {
				t.Fatalf("forecast shows %d first frames, want the 2 that the covariates need", k.shownFrames(clip).first)
			}
		}
	}
}

// Tasks are drawn in proportion to their weights.
func TestTasksAreDrawnByWeight(t *testing.T) {
	clip := ClipConfig{Frames: 4, Height: 2, Width: 2, Channels: []ChannelConfig{{Name: "pr"}}}
	c := ConditionsConfig{Tasks: map[string]float64{"nothing": 1, "alternate-frames": 3}}
	nothing := 0
	for i := range 4000 {
		k := drawTask(c.Tasks, 0, noise.Key{Seed: 1, Stream: noise.Task, Sample: uint32(i)}.Rand(), clip, clip.size())
		if math.IsNaN(k[0]) {
			nothing++
		}
	}
	if share := float64(nothing) / 4000; !(math.Abs(share-0.25) <= 0.03) {
		t.Errorf("a task of a quarter of the weight is drawn in %.3f of the clips", share)
	}
}

// A network with conditions trains, samples its nowcast by the map without a guidance to
// choose, keeps what is known, and listens to its covariate.
func TestConditionsInTheNetwork(t *testing.T) {
	c, clips := toldConfig(t)
	m, err := Create(t.TempDir(), c, clips)
	if err != nil {
		t.Fatal(err)
	}
	fitted := m.Weights(false)
	if err := m.Train(t.Context(), TrainOptions{Data: clips, Steps: 3}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{spectral.VariableName, spectral.GivenName} {
		if trained := m.Weights(false)[name]; !slices.Equal(trained, fitted[name]) {
			t.Errorf("training changed the %s, which is a property of the data", name)
		}
		if slices.Min(fitted[name]) == 1 && slices.Max(fitted[name]) == 1 {
			t.Errorf("the %s was not fitted on the clips", name)
		}
	}
	both := make([]float32, 2*c.Clip.size())
	if err := clips.Clip(2, both); err != nil {
		t.Fatal(err)
	}
	clip, guess := take(both, 2, 0, 1), take(both, 2, 1, 2)
	draw := func(guess []float32, known int, o SampleOptions) (*vdm.Samples, error) {
		o.Evaluations, o.Count, o.Seed = 3, 2, 4
		if guess != nil {
			o.Covariates = map[string][]float32{"guess": guess}
		}
		return m.Nowcast(t.Context(), clip, known, o)
	}
	told, err := draw(guess, 1, SampleOptions{})
	if err != nil {
		t.Fatal(err)
	}
	left, err := draw(nil, 1, SampleOptions{})
	if err != nil {
		t.Fatal(err)
	}
	frame := c.Clip.size() / c.Clip.Frames
	differs := false
	for j, v := range told.At(0) {
		if j < frame && v != clip[j] {
			t.Fatalf("known value %d is %v, want %v", j, v, clip[j])
		}
		differs = differs || v != left.At(0)[j]
	}
	if !differs {
		t.Error("the covariate changes nothing")
	}
	for says, try := range map[string]func() error{
		"no covariate \"gues\"": func() error {
			_, err := m.Nowcast(t.Context(), clip, 1, SampleOptions{Evaluations: 3, Covariates: map[string][]float32{"gues": guess}})
			return err
		},
		"values, want": func() error {
			_, err := draw(guess[1:], 1, SampleOptions{})
			return err
		},
		"the covariate guess is NaN": func() error {
			bad := append([]float32(nil), guess...)
			bad[5] = float32(math.NaN())
			_, err := draw(bad, 1, SampleOptions{})
			return err
		},
		"not trained for": func() error {
			known := make([]bool, c.Clip.Frames)
			known[c.Clip.Frames-1] = true
			_, err := m.Interpolate(t.Context(), clip, known, SampleOptions{Evaluations: 3})
			return err
		},
	} {
		if err := try(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, want one that says %q", err, says)
		}
	}
	// The same weights serve larger fields.
	wide, err := m.OnFields(8, 12)
	if err != nil {
		t.Fatal(err)
	}
	large := make([]float32, c.Clip.Frames*8*12)
	if s, err := wide.Nowcast(t.Context(), large, 1, SampleOptions{Evaluations: 3, Covariates: map[string][]float32{"guess": large}}); err != nil || s.Size() != len(large) {
		t.Errorf("a nowcast of a larger field: %v, error %v", s, err)
	}
	// A rollout knows first frames, for which the network must have been trained too.
	m.Config.Conditions.Tasks = map[string]float64{"scattered-cells": 1}
	_, err = m.Rollout(t.Context(), t.TempDir(), clip[:frame], RolloutOptions{Frames: 3, SampleOptions: SampleOptions{Evaluations: 2}})
	if err == nil || !strings.Contains(err.Error(), "not trained for") {
		t.Errorf("error %v, want one that says that the network was not trained for a rollout", err)
	}
	m.Config.Conditions.Tasks = c.Conditions.Tasks
	// With a guidance it can all the same.
	known := make([]bool, c.Clip.Frames)
	known[c.Clip.Frames-1] = true
	if _, err := m.Interpolate(t.Context(), clip, known, SampleOptions{Evaluations: 3, Guidance: vdm.Replacement{}}); err != nil {
		t.Error(err)
	}
	// A run without a map refuses one.
	plain, err := Create(t.TempDir(), tinyConfig(t), clips.blobs)
	if err != nil {
		t.Fatal(err)
	}
	_, err = plain.Nowcast(t.Context(), clip, 1, SampleOptions{Evaluations: 3, Guidance: vdm.NoiseLevelMap{}})
	if err == nil || !strings.Contains(err.Error(), "takes no map") {
		t.Errorf("error %v, want one that says that the network takes no map", err)
	}
}

// weighted draws always the same clip with the same weight.
type weighted struct{ blobs }

func (weighted) Draw(r *rand.Rand) (int, float64, error) { r.Float64(); return 3, 0.5, nil }

// A source that draws its clips itself is asked, and its weights enter the loss.
func TestWeightsOfClipsEnterTheLoss(t *testing.T) {
	c := tinyConfig(t).WithDefaults()
	clips := blobs{n: 12, frames: c.Clip.Frames, size: c.Clip.Height}
	m, err := Create(t.TempDir(), c, clips)
	if err != nil {
		t.Fatal(err)
	}
	even, err := newReader(m.Config, clips)
	if err != nil {
		t.Fatal(err)
	}
	own, err := newReader(m.Config, weighted{clips})
	if err != nil {
		t.Fatal(err)
	}
	a, err := even.trainingBatch(m.Config, m.schedule, m.weighting, nil, 7, 0)
	if err != nil {
		t.Fatal(err)
	}
	b, err := own.trainingBatch(m.Config, m.schedule, m.weighting, nil, 7, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i := range b.clips {
		if b.clips[i] != 3 || b.factor[i] != a.factor[i]/2 {
			t.Errorf("sample %d is clip %d with the factor %v, want clip 3 with %v", i, b.clips[i], b.factor[i], a.factor[i]/2)
		}
	}
}

// Settings of conditions that make no sense are refused by name.
func TestConditionsAreRefusedByName(t *testing.T) {
	for says, change := range map[string]func(c *Config){
		`names "nowcasts"`:          func(c *Config) { c.Conditions.Tasks = map[string]float64{"nowcasts": 1} },
		"conditions.tasks.nothing":  func(c *Config) { c.Conditions.Tasks["nothing"] = -1 },
		"all weights are 0":         func(c *Config) { c.Conditions.Tasks = map[string]float64{"nothing": 0} },
		"known_frames is 99":        func(c *Config) { c.Conditions.Covariates[0].KnownFrames = 99 },
		"covariates[0].name":        func(c *Config) { c.Conditions.Covariates[0].Name = c.Clip.Channels[0].Name },
		"conditions.dropout is 1.5": func(c *Config) { c.Conditions.Dropout = 1.5 },
		"for no task":               func(c *Config) { c.Conditions.Tasks = nil },
		"network.channels is 1":     func(c *Config) { changeUNet(c, func(n *unet.Config) { n.Channels = 1 }) },
		`preconditioning is "x"`:    func(c *Config) { c.Preconditioning = "x" },
		"parameterisation must be v": func(c *Config) {
			c.Parameterisation = vdm.PredictX
		},
	} {
		c, _ := toldConfig(t)
		change(&c)
		if err := c.WithDefaults().Validate(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, want one that says %q", err, says)
		}
	}
}

// A conditional step by the map costs at most 1.05 times a plain one of the same network.
func TestTheMapCostsAPlainStep(t *testing.T) {
	c, _ := toldConfig(t)
	c.Clip.Frames, c.Clip.Height, c.Clip.Width = 10, 16, 16
	c.Network = unet.Config{Dim: 16, Multiples: []int{1, 2}, Heads: 2, HeadDim: 16}
	c = c.WithDefaults()
	be := enginetest.Small(t)
	known := make([]float32, c.Clip.size())
	plain, err := c.SamplingCost(be, 2, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	conditional, err := c.SamplingCost(be, 2, vdm.Observation{{Y: known}}, vdm.NoiseLevelMap{Top: 12})
	if err != nil {
		t.Fatal(err)
	}
	for what, ratio := range map[string]float64{"operations": conditional.FLOPs / plain.FLOPs, "bytes": conditional.Bytes / plain.Bytes} {
		t.Logf("%s: %.4f", what, ratio)
		if ratio > 1.05 {
			t.Errorf("a conditional step takes %.3f times the %s of a plain one, want at most 1.05", ratio, what)
		}
	}
}
