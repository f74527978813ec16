package run

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/gomlx/compute/dtypes"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/tiles"
	"github.com/climate-vdm/climate-vdm/vdm/train"
)

// Config contains everything that defines a run: the file config.yaml of its folder.
// Zero values mean the defaults that the fields name.
type Config struct {
	Format           int                  `yaml:"format"` // format version of the run folder; 0 means the newest
	Clip             ClipConfig           `yaml:"clip"`
	Network          vdm.Network          `yaml:"network"`          // nil means the U-Net; one of [NetworkKinds]
	Parameterisation vdm.Parameterisation `yaml:"parameterisation"` // "" means v

	// Preconditioning is "spectrum" where the network's output is added to the best
	// linear denoiser of the training data (see package spectral), and "" where it is
	// not.
	Preconditioning string `yaml:"preconditioning,omitempty"`

	// TrainedSize is the rows and columns of the training clips, set where a run is used
	// on fields of another size; see [Run.OnFields]. It is not stored.
	TrainedSize [2]int `yaml:"-"`

	// Tiles, if not zero, cut fields into windows; see [Run.OnTiles]. It is not stored.
	Tiles tiles.Tiling `yaml:"-"`

	// Conditions says what the network receives beside z and λ.
	Conditions ConditionsConfig `yaml:"conditions,omitempty"`

	Schedule  ScheduleConfig  `yaml:"schedule"`
	Weighting WeightingConfig `yaml:"weighting"`
	Training  TrainingConfig  `yaml:"training"`
	Data      string          `yaml:"data"` // where the training data came from: a note for readers
}

// ScheduleConfig names a noise schedule: see [vdm.NewSchedule].
type ScheduleConfig struct {
	Name  string  `yaml:"name"` // "" means cosine
	Min   float64 `yaml:"min"`  // of λ, within ±60; both 0 means ±30
	Max   float64 `yaml:"max"`
	Shift float64 `yaml:"shift"`
}

// WeightingConfig names a weighting of the loss: see [vdm.NewWeighting].
type WeightingConfig struct {
	Name   string             `yaml:"name"` // "" means v
	Params map[string]float64 `yaml:"params"`
}

// TrainingConfig contains the hyper-parameters of training. Zero values mean the
// defaults that the fields name: the dissertation's where its program had the setting,
// except the batch. It took 32 clips in each of 2 passes, 64 a step of the optimiser;
// the default here is one pass of 32.
type TrainingConfig struct {
	Seed       uint64 `yaml:"seed"`
	Steps      int    `yaml:"steps"`      // optimiser steps to train up to
	Batch      int    `yaml:"batch"`      // clips in one pass; 0 means 32
	Accumulate int    `yaml:"accumulate"` // passes in one optimiser step; 0 means 1

	Optimiser string `yaml:"optimiser,omitempty"` // one of [train.RuleNames]; "" means adam

	Rate    float64 `yaml:"rate"`         // the learning rate; 0 means 1e-4
	Warmup  int     `yaml:"warmup"`       // steps of linear warm-up; 0 means none
	Decay   int     `yaml:"cosine_decay"` // step at which a cosine decay reaches 0; 0 means constant
	Beta1   float64 `yaml:"beta1"`        // 0 means 0.9
	Beta2   float64 `yaml:"beta2"`        // 0 means 0.999
	Epsilon float64 `yaml:"epsilon"`      // 0 means 1e-8

	// WeightDecay shrinks the matrices in every step, by the learning rate times it; not
	// with adam, which has none.
	WeightDecay float64 `yaml:"weight_decay,omitempty"`

	Clip float64 `yaml:"clip_norm"` // largest global norm of the gradient; 0 means no clipping

	// EMA is the decay of the exponential moving average of the weights, used
	// for sampling; 0 means 0.9995 (0.995 every ten steps, as the
	// dissertation's program did). While it warms up the decay is at most
	// (1 + step)/(10 + step). The optimiser schedule-free has an average of its own in its
	// place.
	EMA float64 `yaml:"ema"`

	// From names the weights with which the training began, and gives their SHA-256; ""
	// means random weights. [CreateFrom] writes it.
	From string `yaml:"from,omitempty"`

	// MissingCells says what to do with clips that contain missing cells: "refuse" (also
	// ""), or "mask" to leave these cells out of the loss.
	MissingCells string `yaml:"missing_cells"`

	HeldOutEvery  int `yaml:"held_out_every"`  // steps between held-out losses; 0 means 500
	HeldOutClips  int `yaml:"held_out_clips"`  // number of clips of the held-out loss; 0 means 32
	SnapshotEvery int `yaml:"snapshot_every"`  // steps between snapshots; 0 means 500
	Keep          int `yaml:"keep_snapshots"`  // number of snapshots kept; 0 means 3
	LogEvery      int `yaml:"log_every_steps"` // steps between lines of metrics; 0 means 10
}

const configFormat = 1

// PreconditionSpectrum is the setting of Config.Preconditioning that selects package
// spectral.
const PreconditionSpectrum = "spectrum"

// WithDefaults returns c with every zero value that means a default replaced.
func (c Config) WithDefaults() Config {
	c.Format = cmp.Or(c.Format, configFormat)
	c.Parameterisation = cmp.Or(c.Parameterisation, vdm.PredictV)
	c.Schedule.Name = cmp.Or(c.Schedule.Name, "cosine")
	c.Weighting.Name = cmp.Or(c.Weighting.Name, "v")
	if c.Network == nil {
		c.Network = networks[0].zero
	}
	c.Network = c.Network.ForClips(len(c.Clip.Channels), c.Conditions.channels(c.Clip))
	t := &c.Training
	t.Batch = cmp.Or(t.Batch, 32)
	t.Accumulate = cmp.Or(t.Accumulate, 1)
	t.Rate = cmp.Or(t.Rate, 1e-4)
	t.Beta1 = cmp.Or(t.Beta1, 0.9)
	t.Beta2 = cmp.Or(t.Beta2, 0.999)
	t.Epsilon = cmp.Or(t.Epsilon, 1e-8)
	t.EMA = cmp.Or(t.EMA, 0.9995)
	t.MissingCells = cmp.Or(t.MissingCells, "refuse")
	t.HeldOutEvery = cmp.Or(t.HeldOutEvery, 500)
	t.HeldOutClips = cmp.Or(t.HeldOutClips, 32)
	t.SnapshotEvery = cmp.Or(t.SnapshotEvery, 500)
	t.Keep = cmp.Or(t.Keep, 3)
	t.LogEvery = cmp.Or(t.LogEvery, 10)
	return c
}

// WithScheduleBounds returns c with two zero bounds of the schedule replaced by the
// numbers that they mean, the dissertation's. [Create] writes new runs with the numbers,
// and configurations are compared in this form, because older files contain the zeros.
func (c Config) WithScheduleBounds() Config {
	if s := &c.Schedule; s.Min == 0 && s.Max == 0 {
		s.Min, s.Max = vdm.DefaultMinLogSNR, vdm.DefaultMaxLogSNR
	}
	return c
}

// Validate returns an error that names every setting that is wrong or contradicts
// another.
func (c Config) Validate() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if err := checkFormat(c.Format); err != nil {
		bad("%w", err)
	}
	for _, p := range []struct {
		name  string
		value int
	}{
		{"clip.frames", c.Clip.Frames}, {"clip.height", c.Clip.Height}, {"clip.width", c.Clip.Width},
		{"clip.channels", len(c.Clip.Channels)},
		{"training.batch", c.Training.Batch}, {"training.accumulate", c.Training.Accumulate},
		{"training.held_out_every", c.Training.HeldOutEvery}, {"training.held_out_clips", c.Training.HeldOutClips},
		{"training.snapshot_every", c.Training.SnapshotEvery}, {"training.keep_snapshots", c.Training.Keep},
		{"training.log_every_steps", c.Training.LogEvery},
	} {
		if p.value < 1 {
			bad("%s is %d, want at least 1", p.name, p.value)
		}
	}
	var names []string
	for i, ch := range c.Clip.Channels {
		if ch.Name == "" || slices.Contains(names, ch.Name) {
			bad("clip.channels[%d].name is %q: want a name, each once", i, ch.Name)
		}
		names = append(names, ch.Name)
		if err := ch.Transform.Validate(); err != nil {
			bad("clip.channels[%d].transform: %w", i, err)
		}
	}
	t := c.Training
	for _, p := range []struct {
		name        string
		value       float64
		least, most float64
	}{
		{"training.rate", t.Rate, 1e-12, 1}, {"training.beta1", t.Beta1, 0, 1 - 1e-9}, {"training.beta2", t.Beta2, 0, 1 - 1e-9},
		{"training.epsilon", t.Epsilon, 1e-30, 1}, {"training.weight_decay", t.WeightDecay, 0, 1e3}, {"training.clip_norm", t.Clip, 0, 1e30}, {"training.ema", t.EMA, 0, 1 - 1e-9},
		{"clip.step_hours", c.Clip.Step, 0, 1e9}, {"clip.cell_km", c.Clip.Kilometres, 0, 1e5}, {"training.warmup", float64(t.Warmup), 0, 1e12}, {"training.steps", float64(t.Steps), 0, 1e12},
	} {
		if !(p.value >= p.least && p.value <= p.most) {
			bad("%s is %v, want %v to %v", p.name, p.value, p.least, p.most)
		}
	}
	if t.Decay != 0 && t.Decay <= t.Warmup {
		bad("training.cosine_decay ends at step %d, before training.warmup (%d) is over", t.Decay, t.Warmup)
	}
	if t.Decay != 0 && t.Steps > t.Decay {
		bad("training.steps is %d, but training.cosine_decay reaches a rate of 0 at step %d", t.Steps, t.Decay)
	}
	if _, err := t.rule(); err != nil {
		bad("training.optimiser: %w", err)
	}
	if t.MissingCells != "refuse" && t.MissingCells != "mask" {
		bad("training.missing_cells is %q, want refuse or mask", t.MissingCells)
	}
	errs = append(errs, c.validateNetwork()...)
	if err := c.Conditions.validate(c.Clip); err != nil {
		errs = append(errs, err)
	}
	switch {
	case c.Preconditioning != "" && c.Preconditioning != PreconditionSpectrum:
		bad("preconditioning is %q, want %q or nothing", c.Preconditioning, PreconditionSpectrum)
	case c.Preconditioning != "" && c.Parameterisation != vdm.PredictV:
		bad("preconditioning is %q with the parameterisation %s: it adds to v̂, so that the parameterisation must be v", c.Preconditioning, c.Parameterisation)
	}
	if err := c.Parameterisation.Validate(); err != nil {
		bad("%w", err)
	}
	if _, _, err := c.process(); err != nil {
		bad("%w", err)
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	return nil
}

// maxGraphLogSNR is the largest |λ| at which a network is trained and sampled: up to
// there [AlphaSigma] is accurate, and further out products with its float32 values
// overflow.
const maxGraphLogSNR = 60.0

// process returns the configured schedule and weighting.
func (c Config) process() (vdm.Schedule, vdm.Weighting, error) {
	s, err := vdm.NewSchedule(c.Schedule.Name, c.Schedule.Min, c.Schedule.Max, c.Schedule.Shift)
	if err != nil {
		return nil, nil, fmt.Errorf("schedule: %w", err)
	}
	if low, high := s.Bounds(); !(low >= -maxGraphLogSNR && high <= maxGraphLogSNR) {
		return nil, nil, fmt.Errorf("schedule.min, schedule.max: the bounds of λ are [%.4g, %.4g], want both within ±%v: beyond, float32 does not hold α and σ", low, high, maxGraphLogSNR)
	}
	w, err := vdm.NewWeighting(c.Weighting.Name, s, c.Weighting.Params)
	if err != nil {
		return nil, nil, fmt.Errorf("weighting: %w", err)
	}
	return s, w, nil
}

func checkFormat(format int) error {
	if format < 0 || format > configFormat {
		return fmt.Errorf("format is %d: this program reads 1 to %d; a newer version wrote the run", format, configFormat)
	}
	return nil
}

// ParseConfig reads a configuration file's text. Unknown settings are refused
// by name.
func ParseConfig(text []byte) (Config, error) {
	if len(bytes.TrimSpace(text)) == 0 {
		return Config{}, errors.New("configuration: the file is empty")
	}
	// The format is checked first: settings of a newer format should not be reported as
	// mistakes.
	var head struct {
		Format int `yaml:"format"`
	}
	if err := yaml.Unmarshal(text, &head); err == nil {
		if err := checkFormat(head.Format); err != nil {
			return Config{}, fmt.Errorf("configuration: %w", err)
		}
	}
	var c Config
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(&c); err != nil {
		return Config{}, fmt.Errorf("configuration: %s", strings.TrimSpace(yaml.FormatError(err, false, true)))
	}
	c = c.WithDefaults()
	return c, c.Validate()
}

// ReadConfig reads a configuration file.
func ReadConfig(path string) (Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Config{}, err
	}
	c, err := ParseConfig(text)
	if err != nil {
		return Config{}, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// Encode writes the configuration as YAML, every setting with its value.
func (c Config) Encode() ([]byte, error) { return yaml.Marshal(c) }

// differences lists the settings in which two configurations of one run differ. Settings
// that may change when the run is resumed do not count: how long to train, how often to
// look and save, and the notes on the data and on the first weights.
func differences(saved, now Config) []string {
	free := func(c Config) Config {
		c = c.WithScheduleBounds()
		c.Format, c.Data = 0, ""
		t := &c.Training
		if t.Optimiser == train.RuleNames()[0] {
			t.Optimiser = ""
		}
		t.From = ""
		t.Steps, t.HeldOutEvery, t.SnapshotEvery, t.Keep, t.LogEvery = 0, 0, 0, 0, 0
		return c
	}
	saved, now = free(saved), free(now)
	if saved.Clip.Kilometres == 0 || now.Clip.Kilometres == 0 { // older runs do not know it
		saved.Clip.Kilometres, now.Clip.Kilometres = 0, 0
	}
	return diffLines(saved, now)
}

// diffLines compares two configurations setting by setting, through YAML.
func diffLines(a, b Config) []string {
	flatten := func(c Config) map[string]string {
		text, _ := yaml.Marshal(c)
		var tree any
		_ = yaml.Unmarshal(text, &tree)
		out := map[string]string{}
		var walk func(path string, node any)
		walk = func(path string, node any) {
			switch n := node.(type) {
			case map[string]any:
				for k, v := range n {
					walk(strings.TrimPrefix(path+"."+k, "."), v)
				}
			case []any:
				for i, v := range n {
					walk(fmt.Sprintf("%s[%d]", path, i), v)
				}
			default:
				out[path] = fmt.Sprint(n)
			}
		}
		walk("", tree)
		return out
	}
	before, after := flatten(a), flatten(b)
	keys := map[string]bool{}
	for k := range before {
		keys[k] = true
	}
	for k := range after {
		keys[k] = true
	}
	var out []string
	for k := range keys {
		x, inA := before[k]
		y, inB := after[k]
		if inA != inB || x != y {
			if !inA {
				x = "not set"
			}
			if !inB {
				y = "not set"
			}
			out = append(out, fmt.Sprintf("%s is %s, was %s", k, y, x))
		}
	}
	slices.Sort(out)
	return out
}

// TakesMissing reports whether the network was trained on clips with missing cells, so
// that known frames and covariates may contain missing cells too.
func (c Config) TakesMissing() bool { return c.Training.MissingCells == "mask" }

const f32 = dtypes.Float32

// RateAt returns the learning rate of the step after the given number of steps: a linear
// warm-up, then constant or a half cosine down to 0 at step Decay.
func (c TrainingConfig) RateAt(step int64) float64 {
	k := float64(step)
	rate := c.Rate
	if k < float64(c.Warmup) {
		return rate * (k + 1) / float64(c.Warmup)
	}
	if c.Decay > 0 {
		done := (k - float64(c.Warmup)) / float64(c.Decay-c.Warmup)
		rate *= 0.5 * (1 + math.Cos(math.Pi*min(1, done)))
	}
	return rate
}

// rule returns the configured optimiser.
func (c TrainingConfig) rule() (train.Rule, error) {
	return train.NewRule(c.Optimiser, train.RuleOptions{Beta1: c.Beta1, Beta2: c.Beta2, Epsilon: c.Epsilon, WeightDecay: c.WeightDecay})
}
