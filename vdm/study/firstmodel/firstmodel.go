// Package firstmodel is the whole way from a NetCDF file of rain to a trained, sampled
// and verified model and a page about it: what `make run` does.
//
// Everything goes to one run folder, and every stage looks there first: training
// continues from the newest snapshot, clips are not drawn again, and where all is
// finished nothing is touched.
package firstmodel

import (
	"context"
	"fmt"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/internal/machine"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/study/archive"
)

// These are the names of the clips in the run's samples folder.
const (
	ClipsName   = "clips"
	NowcastName = "nowcast"
)

// Run makes a first model, or its missing parts, and returns its summary. It stops at
// the end of ctx with an error that is vdm.ErrInterrupted; run again, it continues.
func Run(ctx context.Context, o Options) (*report.Summary, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	if err := o.Validate(); err != nil {
		return nil, err
	}
	source, err := climate.HashSource(o.Data)
	if err != nil {
		return nil, err
	}
	done, err := report.ReadSummary(o.Out)
	if err != nil {
		return nil, err
	}
	w := &work{Options: o, summary: &report.Summary{Version: scoring}}
	for _, stage := range []func(context.Context, climate.Source) error{w.read, w.train, w.sample, w.nowcast, w.origin} {
		if err := stage(ctx, source); err != nil {
			return nil, err
		}
	}
	if done != nil && done.SameOrigin(w.summary) && done.Complete(o.Out, run.FiguresDir) {
		o.Log.Line("all is done already in " + o.Out)
		return done, nil
	}
	if err := w.verify(); err != nil {
		return nil, err
	}
	drawings, err := w.drawings(ctx)
	if err != nil {
		return nil, err
	}
	w.summary.Stages, w.summary.PeakBytes = w.stages, machine.PeakMemory()
	return w.summary, w.summary.Publish(o.Out, drawings...)
}

// scoring is the version of what is computed from clips and data: raise it when the same
// clips give other results.
const scoring = 2

// origin says in the summary what the results are of: the data, and how the clips were
// made.
func (w *work) origin(context.Context, climate.Source) error {
	text, err := w.Origin().Encode()
	if err != nil {
		return err
	}
	w.summary.Origin = string(text)
	w.summary.Recipes = []run.Recipe{w.clips.Draw.Recipe, w.members.Draw.Recipe}
	return nil
}

func (w *work) read(_ context.Context, source climate.Source) (err error) {
	defer w.stages.Took("reading", time.Now())
	if w.data, err = readData(w.Options, source); err != nil {
		return err
	}
	w.Log.Line("training: " + w.data.train.Summary())
	w.Log.Line("held out: " + w.data.heldOut.Summary())
	return nil
}

func (w *work) train(ctx context.Context, _ climate.Source) error {
	c, err := w.config(w.Fields[0].Step())
	if err != nil {
		return err
	}
	if w.model, err = run.Create(w.Out, c, w.data.train); err != nil {
		return err
	}
	for _, warning := range w.model.Warnings {
		w.Log.Line("warning: " + warning)
	}
	_, choice, err := w.model.Engine()
	if err != nil {
		return err
	}
	w.Log.Line(choice.String())
	err = w.model.Train(ctx, run.TrainOptions{
		Data: w.data.train, HeldOut: w.data.heldOut, Progress: w.Log.Bar("training"),
		Report: func(line string) {
			if line != choice.String() {
				w.Log.Line(line)
			}
		},
	})
	if err != nil {
		return err
	}
	records, err := run.ReadMetrics(w.Out)
	if err != nil {
		return err
	}
	w.stages = append(w.stages, report.Stage{Name: "training", Seconds: trainingSeconds(records)})
	return nil
}

func (w *work) sample(ctx context.Context, _ climate.Source) (err error) {
	w.clips, err = archive.Sample(ctx, w.model, ClipsName, archive.Place{Like: w.heldOut.Fields()}, run.SampleOptions{
		Count: w.Clips, Seed: w.Seed, Sampler: sampler, Evaluations: w.SamplerSteps, Batch: min(samplerBatch, w.Clips), Progress: w.Log.Bar("sampling"),
	})
	if err != nil {
		return err
	}
	w.stages = append(w.stages, report.Stage{Name: fmt.Sprintf("sampling %d clips", w.Clips), Seconds: w.clips.Draw.Seconds})
	return nil
}

func (w *work) nowcast(ctx context.Context, _ climate.Source) error {
	i, clip, err := Wettest(w.heldOut, w.size.known)
	if err != nil {
		return err
	}
	w.about = w.heldOut.Describe(i)
	w.members, err = archive.Nowcast(ctx, w.model, NowcastName,
		archive.PlaceOf(w.heldOut, i), clip, w.size.known, run.SampleOptions{
			// Numbers after those of the clips, so that no noise is used twice.
			Count: w.Members, First: w.Clips, Seed: w.Seed, Evaluations: w.SamplerSteps, Batch: min(samplerBatch, w.Members),
			Guidance: guidance, Progress: w.Log.Bar("nowcast"),
		})
	if err != nil {
		return err
	}
	if w.random, err = report.Take(w.plain, w.Members); err != nil {
		return err
	}
	w.truth = clip
	w.stages = append(w.stages, report.Stage{Name: fmt.Sprintf("nowcast of %d members", w.Members), Seconds: w.members.Draw.Seconds})
	return nil
}

func (w *work) verify() error {
	defer w.stages.Took("verification", time.Now())
	w.Log.Line("verifying")
	ch := w.model.Config.Clip.Channels[0]
	s := w.summary
	s.Title = "A first video diffusion model of " + w.subject()
	var err error
	if s.Losses, err = report.MeasureLosses(w.model, w.data.train, w.heldOut); err != nil {
		return err
	}
	clip, others := w.model.Config.Clip, report.ForecastOf("training clips", w.random, 0)
	others.Reference = true
	nowcast, one, err := report.CompareNowcast(report.ComparisonOptions{
		Variable: ch.Name, Units: ch.Units, Known: climate.FirstFrames(clip.Frames, w.size.known), Height: clip.Height, Width: clip.Width,
		Kilometres: w.Fields[0].Grid.Kilometres(), Minutes: 60 * clip.Step, Seed: w.Seed, Called: w.Fields[0].Called(),
	}, w.truth, report.ForecastOf("model", w.members.Samples, 0), others)
	if err != nil {
		return err
	}
	w.one, s.Comparisons = one, []*report.Compared{nowcast}
	s.Verification, err = report.Verify(report.VerifyOptions{Variable: ch.Name, Units: ch.Units, Called: w.Fields[0].Called(), Step: clip.Step},
		report.Set{Name: "held out", Clips: w.heldOut, Limit: 400},
		report.Set{Name: "generated", Clips: w.clips},
		report.Set{Name: "training", Clips: w.plain, Limit: 400})
	if err != nil {
		return err
	}
	s.Likeness, err = report.Portray(report.VerifyOptions{Variable: ch.Name, Units: ch.Units},
		report.Set{Name: "training", Clips: w.plain, Limit: 400},
		report.Set{Name: "generated", Clips: w.clips},
		report.Set{Name: "held out", Clips: w.heldOut, Limit: 400})
	if err != nil {
		return err
	}
	if err := w.describe(); err != nil {
		return err
	}
	s.Verdict = w.verdict()
	return nil
}
