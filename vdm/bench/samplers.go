package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// samplerCases are the steps that are timed: samplers without conditions, and
// guidances of a nowcast by the ancestral one.
var samplerCases = []struct {
	sampler, guidance string
	limit             float64 // largest cost of an evaluation in forward passes; 0 means no limit
}{
	{"ancestral", "", 1.05},
	{"ddim", "", 1.05},
	{"dpm++2m", "", 1.05},
	{"dpm++2m-sde", "", 1.05},
	{"heun", "", 0},
	{"ancestral", "replacement", 0},
	{"ancestral", "reconstruction", 3.5},
	{"ancestral", "pseudo-inverse", 0},
	{"ancestral", "moment-matching", 0},
}

// samplers prints what an evaluation of each sampler costs, in forward passes of the
// network that alternate with it, evaluations per second, and the ratio to the machine's
// best rates.
func samplers(ctx context.Context, m *run.Run, o options, ceilings machine) error {
	be, _, err := m.Engine()
	if err != nil {
		return err
	}
	pass, err := newForward(be, m, o)
	if err != nil {
		return err
	}
	defer pass.close()
	fmt.Printf("\n%-12s %-16s %12s %24s %16s %7s %12s %11s %11s\n", "sampler", "guidance", "median s", "evaluations/s (clips/s)", "forward passes", "limit", "GFLOP/s", "of product", "of floor")
	for _, c := range samplerCases {
		if o.row != "" && strings.TrimSpace(c.sampler+" "+c.guidance) != o.row {
			continue
		}
		step, ratio, err := costOf(ctx, be, m, o, c.sampler, c.guidance, pass)
		if err != nil {
			return fmt.Errorf("%s %s: %w", c.sampler, c.guidance, err)
		}
		limit := ""
		if c.limit > 0 {
			limit = fmt.Sprintf("%.2f", c.limit)
			if ratio > c.limit {
				limit += " missed"
			}
		}
		cost, err := costOfStep(be, m, o, c.guidance)
		if err != nil {
			return fmt.Errorf("%s %s: %w", c.sampler, c.guidance, err)
		}
		flops, ofProduct, ofFloor := ceilings.rates(cost, step)
		fmt.Printf("%-12s %-16s %12.3f %14.2f (%6.1f) %16.3f %7s %12.1f %9.1f %% %9.1f %%\n", c.sampler, c.guidance, step, 1/step, float64(o.batch)/step, ratio, limit,
			flops/1e9, 100*ofProduct, 100*ofFloor)
	}
	return nil
}

// samplersAlone prints that table and nothing else.
func samplersAlone(ctx context.Context, o options) error {
	return withSubject(o, func(m *run.Run) error {
		be, _, err := m.Engine()
		if err != nil {
			return err
		}
		ceilings, err := measure(be, o)
		if err != nil {
			return fmt.Errorf("measuring the machine: %w", err)
		}
		fmt.Println(ceilings)
		return samplers(ctx, m, o, ceilings)
	})
}

// nowcast returns the observation of the guidances, the first half of each clip, and the
// guidance by its name; nothing where there is none.
func nowcast(o options, guidance string) (given vdm.Observation, by vdm.Guidance, err error) {
	if guidance == "" {
		return nil, nil, nil
	}
	if by, err = vdm.NewGuidance(guidance, 1); err != nil {
		return nil, nil, err
	}
	x := make([]float32, o.frames*o.height*o.wide)
	known := make([]bool, len(x))
	for i := range known {
		known[i] = i < len(x)/2
	}
	cells, err := vdm.KnownCells(x, known)
	return vdm.Observation{cells}, by, err
}

// costOfStep returns the counted cost of the step that costOf times. (All samplers
// without guidance have one step; the memory of the steps before is a few clips.)
func costOfStep(be compute.Backend, m *run.Run, o options, guidance string) (engine.Cost, error) {
	given, by, err := nowcast(o, guidance)
	if err != nil {
		return engine.Cost{}, err
	}
	return m.Config.SamplingCost(be, o.batch, given, by)
}

// costOf takes steps of a sampler alternating with forward passes, and returns the
// median of an evaluation in seconds, and of its ratio to the forward pass after it.
func costOf(ctx context.Context, be compute.Backend, m *run.Run, o options, sampler, guidance string, pass *forward) (step, ratio float64, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	evaluations := o.repeats + warmUp
	plan, err := vdm.NewPlan(sampler, "time", m.Schedule(), evaluations)
	if err == nil && plan.Evaluations() < evaluations { // Heun takes long intervals in one evaluation
		plan, err = vdm.NewPlan(sampler, "time", m.Schedule(), 2*evaluations)
	}
	if err != nil {
		return 0, 0, err
	}
	given, by, err := nowcast(o, guidance)
	if err != nil {
		return 0, 0, err
	}
	options := vdm.DrawOptions{Count: o.batch, Batch: o.batch, Guidance: by}
	var steps, ratios []float64
	var failed error
	began, n := time.Now(), 0
	options.Progress = func(vdm.Progress) {
		seconds := time.Since(began).Seconds()
		again := time.Now()
		if failed = pass.run(); failed != nil {
			cancel(failed)
			return
		}
		if n++; n > warmUp {
			steps, ratios = append(steps, seconds), append(ratios, seconds/time.Since(again).Seconds())
		}
		began = time.Now()
	}
	_, err = vdm.SampleFrom(ctx, be, pass.denoiser, plan, [4]int{o.frames, o.height, o.wide, 1}, given, options)
	if failed != nil {
		err = failed
	}
	if err != nil {
		return 0, 0, err
	}
	return median(steps), median(ratios), nil
}

// forward is the network alone, as a compiled program.
type forward struct {
	denoiser vdm.Denoiser
	exec     *g.Exec
	z        *tensors.Tensor
	logSNR   []float32
}

func newForward(be compute.Backend, m *run.Run, o options) (*forward, error) {
	values := m.Weights(true)
	f := &forward{logSNR: make([]float32, o.batch)}
	f.denoiser = m.Config.Parameterisation.Denoiser(func(z *g.Node, at vdm.Level, in vdm.Batch) *g.Node {
		w := vdm.Weights{}
		for _, v := range m.Config.FullNetwork().Variables() {
			w[v.Name] = g.Const(z.Graph(), tensors.FromFlatDataAndDimensions(values[v.Name], v.Shape...))
		}
		return m.Config.FullNetwork().Apply(w, z, at, in)
	})
	x := make([]float32, o.batch*o.frames*o.height*o.wide)
	noise.Key{Seed: 6, Stream: noise.Latent}.Normal(x)
	f.z = tensors.FromFlatDataAndDimensions(x, o.batch, o.frames, o.height, o.wide, 1)
	exec, err := g.NewExec(be, func(z, logSNR *g.Node) *g.Node { return f.denoiser(z, vdm.Level{LogSNR: logSNR}, vdm.Batch{}).V })
	f.exec = exec
	return f, err
}

// run runs one forward pass and waits for its output.
func (f *forward) run() error {
	out, err := f.exec.Call(f.z, f.logSNR)
	if err != nil {
		return err
	}
	err = tensors.ConstFlatData(out[0], func([]float32) {})
	for _, t := range out {
		if e := t.FinalizeAll(); err == nil {
			err = e
		}
	}
	return err
}

func (f *forward) close() { f.exec.Finalize() }
