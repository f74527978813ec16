package run

import (
	"github.com/gomlx/compute"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/backend"
	"github.com/climate-vdm/climate-vdm/vdm/train"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
)

// Run is a folder that contains everything a later notebook cell or another machine
// needs to continue: the configuration, the training so far, the generated clips.
//
//	config.yaml     the configuration, readable and complete
//	metrics.jsonl   one line of metrics every few steps
//	snapshots/      weights, their average, the optimiser
//	samples/        generated clips (CF NetCDF)
//	figures/
type Run struct {
	Dir      string
	Config   Config
	Warnings []string // what Open skipped, such as an incomplete snapshot

	state               train.State           // the state of the newest snapshot
	transforms          []transform.Transform // the transforms of the clip's channels
	covariateTransforms []transform.Transform // the transforms of the covariates
	schedule            vdm.Schedule
	weighting           vdm.Weighting

	be         compute.Backend
	choice     backend.Choice
	freeMemory func() int64 // nil means the system's free memory
}

// These are the names in a run folder.
const (
	configName   = "config.yaml"
	snapshotsDir = "snapshots"
	SamplesDir   = "samples"
	FiguresDir   = "figures"
)

// prepare sets the fields that follow from the configuration.
func (m *Run) prepare() (err error) {
	if m.schedule, m.weighting, err = m.Config.process(); err != nil {
		return err
	}
	transforms, err := m.Config.transforms()
	if err != nil {
		return err
	}
	m.transforms, m.covariateTransforms = transforms[:len(m.Config.Clip.Channels)], transforms[len(m.Config.Clip.Channels):]
	return nil
}

// Step returns how many optimiser steps the weights have seen.
func (m *Run) Step() int64 { return m.state.Step }

// Schedule returns the noise schedule of the run.
func (m *Run) Schedule() vdm.Schedule { return m.schedule }

// Engine returns the engine that runs the graphs, opened at the first call, and why it
// was chosen.
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

// Forward converts clips in physical units to the network's units, in place; NaN stays
// NaN.
func (m *Run) Forward(x []float32) { forwardChannels(m.transforms, x) }

// Inverse converts clips in the network's units to physical units, in place.
func (m *Run) Inverse(x []float32) { inverseChannels(m.transforms, x) }
