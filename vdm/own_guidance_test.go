package vdm_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"math"
	"testing"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/backend"
	"github.com/climate-vdm/climate-vdm/vdm/exact"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// projected is a guidance of one's own, in one file and of public pieces alone: x̂ is
// moved to the nearest clip that agrees with the observation, which takes no gradient
// of the network. That is exact where the values of x given z are independent with one
// variance.
type projected struct{}

func (projected) Guide(d vdm.Denoiser, given *vdm.BoundObservation) vdm.Denoiser {
	return func(z *g.Node, at vdm.Level, in vdm.Batch) vdm.Prediction {
		p := d(z, at, in)
		r2, _ := p.WhiteVariance(1)
		itself := func(x *g.Node) *g.Node { return x } // Σ = r²·I, in units of r²
		return p.Shift(given.Solve(given.Misfit(p.X()), r2, 20, itself))
	}
}

func (projected) Check(vdm.Observation) error { return nil }

func (projected) Validate() error { return nil }

func (projected) String() string { return "projection" }

// On white data the projection is the conditional mean itself, for known cells with
// and without errors and for block means.
func TestAGuidanceOfOnesOwn(t *testing.T) {
	mean := make([]float64, 16)
	white, err := exact.NewGaussianProcess(mean, exact.Exponential(1, 1e-3, 1), exact.Exponential(4, 1e-3, 1), exact.Exponential(4, 1e-3, 1))
	if err != nil {
		t.Fatal(err)
	}
	y := make([]float32, 16)
	for i := range y {
		if y[i] = float32(math.Sin(float64(i))); i%3 != 0 {
			y[i] = float32(math.NaN())
		}
	}
	blocks, err := vdm.BlockMeans(4, 4, 2)
	if err != nil {
		t.Fatal(err)
	}
	for name, given := range map[string]vdm.Observation{
		"cells": {{Y: y}}, "cells with errors": {{Y: y, Std: 0.4}}, "block means": {{Of: blocks, Y: []float32{1, -0.5, 0.25, 0}}},
	} {
		t.Run(name, func(t *testing.T) {
			enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
				plan, err := vdm.NewPlan("dpm++3m", "trimmed", vdm.Cosine{}, 25)
				if err != nil {
					t.Fatal(err)
				}
				law, err := exact.DistributionOf(t.Context(), be, white.Denoiser(), plan, white.Shape(), given, projected{})
				if err != nil {
					t.Fatal(err)
				}
				want, err := white.Given(given)
				if err != nil {
					t.Fatal(err)
				}
				for i := range want.Mean {
					enginetest.Near(t, fmt.Sprintf("mean of cell %d", i), law.Mean[i], want.Mean[i], 0.02)
				}
			})
		})
	}
}

// A sampler's steps, one by one: what is looked at is z and the estimate x̂, at any
// moment, and a loop may stop where it has seen enough.
func ExampleSampler_Steps() {
	be := pureGo()
	// The best denoiser of data that are always 0.5.
	half := vdm.PredictX.Denoiser(func(z *g.Node, _ vdm.Level, _ vdm.Batch) *g.Node {
		return g.AddScalar(g.ZerosLike(z), 0.5)
	})
	plan, err := vdm.NewPlan("ddim", "logsnr", vdm.LinearLogSNR{Min: -10, Max: 10}, 4)
	if err != nil {
		log.Fatal(err)
	}
	s, err := vdm.NewSampler(vdm.OnEngine(be, half), plan, [4]int{1, 1, 2, 1}, nil, vdm.DrawOptions{})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	for k, state := range s.Steps(context.Background(), 0) {
		x, err := state.X()
		if err != nil {
			log.Fatal(err)
		}
		z, err := state.Z()
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("step %d to λ = %g: x̂ = %.2f, z is off by %.3f\n", k, state.LogSNRS, x[0], math.Abs(float64(z[0])-0.5*vdm.Alpha(state.LogSNRS)))
		if state.LogSNRS >= 5 {
			break
		}
	}
	if err := s.Err(); err != nil && !errors.Is(err, vdm.ErrInterrupted) {
		log.Fatal(err)
	}
	// Output:
	// step 0 to λ = -5: x̂ = 0.50, z is off by 1.357
	// step 1 to λ = 0: x̂ = 0.50, z is off by 0.963
	// step 2 to λ = 5: x̂ = 0.50, z is off by 0.111
}

func pureGo() compute.Backend {
	be, _, err := backend.OpenNamed("go")
	if err != nil {
		log.Fatal(err)
	}
	return be
}

// A sampler takes other values of what it was compiled for, and refuses what its
// compiled step would read wrongly.
func TestSamplerObservesWhatItWasCompiledFor(t *testing.T) {
	zero := vdm.PredictX.Denoiser(func(z *g.Node, _ vdm.Level, _ vdm.Batch) *g.Node { return g.ZerosLike(z) })
	plan, err := vdm.NewPlan("ddim", "logsnr", vdm.LinearLogSNR{Min: -5, Max: 5}, 2)
	if err != nil {
		t.Fatal(err)
	}
	missing := float32(math.NaN())
	cells := func(std float64, y ...float32) vdm.Measurement { return vdm.Measurement{Y: y, Std: std} }
	s, err := vdm.NewSampler(vdm.OnEngine(pureGo(), zero), plan, [4]int{1, 1, 2, 1}, vdm.Observation{cells(0, 1, missing)}, vdm.DrawOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Batch(t.Context(), 0, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Observe(vdm.Observation{cells(0, missing, 2)}); err != nil {
		t.Error(err)
	}
	if _, err := s.Batch(t.Context(), 0, nil); err != nil {
		t.Error(err)
	}
	mean := vdm.Measurement{Of: vdm.Operator{Columns: [][]float64{{0.5, 0.5}}}, Y: []float32{1}}
	for says, given := range map[string]vdm.Observation{
		"compiled for 1 measurements and is given 0": nil,
		"another operator":                           {mean},
		"is exact where the one before had errors":   {cells(1, 1, missing)},
	} {
		enginetest.WantError(t, says, s.Observe(given), says)
	}
}
