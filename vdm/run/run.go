package run

import (
	"github.com/gomlx/compute"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/backend"
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

	state      train.State           // of the newest snapshot
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
