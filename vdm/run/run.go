package run

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomlx/compute"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/backend"
	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
	"github.com/climate-vdm/climate-vdm/vdm/spectral"
	"github.com/climate-vdm/climate-vdm/vdm/train"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
)

// Run is a folder that contains everything a later notebook cell or another machine
// needs to go on: what was configured, what was trained, what was drawn.
//
//	config.yaml     the configuration, readable and complete
//	metrics.jsonl   one line of metrics every few steps
//	snapshots/      weights, their average, the optimiser
//	samples/        generated clips (CF NetCDF)
//	figures/
type Run struct {
	Dir      string
	Config   Config
	Warnings []string // what Open passed over, such as a torn snapshot

	state      train.State // of the newest snapshot
	transforms []transform.Transform // of the clip's channels
	told       []transform.Transform // of the covariates
	schedule   vdm.Schedule
	weighting  vdm.Weighting

	be         compute.Backend
	choice     backend.Choice
	freeMemory func() int64 // nil means the system's
}

// Names in a run folder.
const (
	configName   = "config.yaml"
	snapshotsDir = "snapshots"
	SamplesDir   = "samples"
	FiguresDir   = "figures"
)

// Create makes a run folder with initial weights, and opens it. Transforms that
// are not fitted yet are fitted on train, which must be training data only.
//
// Where dir is a run already, it is opened if its configuration is the same but
// for what may change on a resume, else refused with the settings that differ.
// So a cell or a command that creates and trains can be run again.
func Create(dir string, c Config, train vdm.Clips) (*Run, error) {
	c = c.WithDefaults()
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(dir, configName)); err == nil {
		return reopen(dir, c, train)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	// Creating stops short of the configuration only with a snapshot of step 0.
	if steps, err := checkpoint.List(filepath.Join(dir, snapshotsDir)); err != nil {
		return nil, fmt.Errorf("run folder: %w", err)
	} else if len(steps) > 0 && slices.Max(steps) > 0 {
		return nil, fmt.Errorf("%s has snapshots up to step %d but no %s: restore it, or take another folder", dir, slices.Max(steps), configName)
	}
	c, err := fit(c, train)
	if err != nil {
		return nil, err
	}
	for _, d := range []string{dir, filepath.Join(dir, SamplesDir), filepath.Join(dir, FiguresDir)} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return nil, fmt.Errorf("run folder: %w", err)
		}
	}
	m := &Run{Dir: dir, Config: c}
	weights, err := c.initialWeights(train)
	if err != nil {
		return nil, err
	}
	if err := m.start(weights); err != nil {
		return nil, err
	}
	if err := writeConfig(dir, c); err != nil { // last: a folder with it is a run
		return nil, err
	}
	return m, m.prepare()
}

// reopen opens an existing run for a configuration that asks for the same.
func reopen(dir string, c Config, train vdm.Clips) (*Run, error) {
	m, err := Open(dir)
	if err != nil {
		return nil, err
	}
	if c, err = fit(c, train); err != nil {
		return nil, err
	}
	if diff := differences(m.Config, c); len(diff) > 0 {
		return nil, fmt.Errorf("the run in %s has other settings: %s; take another folder, or the run's settings", dir, strings.Join(diff, "; "))
	}
	m.Config = c
	return m, writeConfig(dir, c)
}

// ErrNoRun is what Open's error wraps where a folder holds no run.
var ErrNoRun = errors.New("create one first")

// Open opens a run at its newest good snapshot.
func Open(dir string) (*Run, error) {
	c, err := ReadConfig(filepath.Join(dir, configName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no run in %s (it has no %s): %w", dir, configName, ErrNoRun)
	}
	if err != nil {
		return nil, err
	}
	m := &Run{Dir: dir, Config: c}
	snapshot, warnings, err := checkpoint.Latest(filepath.Join(dir, snapshotsDir))
	for _, w := range warnings {
		m.Warnings = append(m.Warnings, w.String())
	}
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", dir, err)
	}
	if err := m.restore(snapshot); err != nil {
		return nil, fmt.Errorf("run %s, snapshot of step %d: %w", dir, snapshot.Step, err)
	}
	return m, m.prepare()
}

// prepare builds what follows from the configuration.
func (m *Run) prepare() (err error) {
	if m.schedule, m.weighting, err = m.Config.process(); err != nil {
		return err
	}
	transforms, err := m.Config.transforms()
	if err != nil {
		return err
	}
	m.transforms, m.told = transforms[:len(m.Config.Clip.Channels)], transforms[len(m.Config.Clip.Channels):]
	return nil
}

// Step is how many optimiser steps the weights have seen.
func (m *Run) Step() int64 { return m.state.Step }

// Schedule is the noise schedule of the run.
func (m *Run) Schedule() vdm.Schedule { return m.schedule }

// Engine returns the engine that runs the graphs, opened at first use.
func (m *Run) Engine() (compute.Backend, backend.Choice, error) {
	if m.be == nil {
		be, choice, err := backend.Open()
		if err != nil {
			return nil, choice, err
		}
		m.be, m.choice = be, choice
	}
	return m.be, m.choice, nil
}

// Weights returns the network's weights by the names of its variables: the
// exponential moving average, which sampling uses, or the last ones.
func (m *Run) Weights(averaged bool) map[string][]float32 {
	flat := m.state.Weights
	if averaged {
		flat = m.state.EMA
	}
	return train.Cut(m.Config.FullNetwork().Variables(), flat)
}

// Forward maps clips in physical units to the model's, in place; missing stays
// NaN.
func (m *Run) Forward(x []float32) { forwardChannels(m.transforms, x) }

// Inverse maps clips in the model's units to physical ones, in place.
func (m *Run) Inverse(x []float32) { inverseChannels(m.transforms, x) }

// fit fits the transforms that wait for it, each on its channel.
func fit(c Config, train vdm.Clips) (Config, error) {
	if train != nil {
		if err := checkClips(c, train); err != nil {
			return c, err
		}
	}
	fitted := func(channel int, name string, spec transform.Spec) (transform.Spec, error) {
		if spec.Fitted() {
			return spec, nil
		}
		if train == nil {
			return spec, fmt.Errorf("transform of %s (%s) is not fitted, and there are no training clips to fit it on", name, spec)
		}
		var failed error
		values := channelRange(train, channel, &failed)
		if spec.NeedsValues() {
			values = channelValues(train, channel, &failed)
		}
		fitted, err := spec.Fit(values)
		if failed != nil {
			return spec, failed
		}
		if err != nil {
			return spec, fmt.Errorf("fitting the transform of %s: %w", name, err)
		}
		return fitted, nil
	}
	var err error
	c.Clip.Channels = slices.Clone(c.Clip.Channels)
	for i, ch := range c.Clip.Channels {
		if c.Clip.Channels[i].Transform, err = fitted(i, ch.Name, ch.Transform); err != nil {
			return c, err
		}
	}
	c.Conditions.Covariates = slices.Clone(c.Conditions.Covariates)
	for i, v := range c.Conditions.Covariates {
		if c.Conditions.Covariates[i].Transform, err = fitted(len(c.Clip.Channels)+i, v.Name, v.Transform); err != nil {
			return c, err
		}
	}
	return c, nil
}

// initialWeights returns the network's initial weights, by name: random ones, and what
// the linear denoiser knows of the training data.
func (c Config) initialWeights(train vdm.Clips) (map[string][]float32, error) {
	weights := vdm.InitialValues(c.FullNetwork().Variables(), c.Training.Seed)
	if c.Preconditioning != preconditionSpectrum {
		return weights, nil
	}
	if train == nil {
		return nil, fmt.Errorf("preconditioning is %q, and there are no training clips to fit it on", c.Preconditioning)
	}
	r, err := newReader(c, train)
	if err != nil {
		return nil, err
	}
	r.mask = true // a clip with missing cells is passed over
	weights[spectral.VariableName], err = spectral.Fit(c.Clip.shape(), train.Len(), func(i int, x []float32) error {
		whole := make([]float32, len(x)/len(c.Clip.Channels)*c.inputChannels())
		there := make([]float32, len(whole))
		if err := r.read(i, whole, there); err != nil {
			return err
		}
		for j, t := range there {
			if t == 0 {
				whole[j] = float32(math.NaN())
			}
		}
		copy(x, take(whole, c.inputChannels(), 0, len(c.Clip.Channels)))
		return nil
	})
	return weights, err
}

func writeConfig(dir string, c Config) error {
	text, err := c.Encode()
	if err != nil {
		return err
	}
	if err := checkpoint.WriteBytes(filepath.Join(dir, configName), text); err != nil {
		return fmt.Errorf("run folder: %w", err)
	}
	return nil
}
