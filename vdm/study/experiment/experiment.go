package experiment

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
)

// Unconditional trains, draws, verifies and draws figures, in one run folder. It is
// idempotent: finished work is not repeated, and an interrupted call loses at most the
// training since the last snapshot and the clip in progress. The summary is nil where
// TrainOnly is set.
func Unconditional(ctx context.Context, o Options) (*report.Summary, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	w := &work{Options: o.withDefaults()}
	var err error
	if w.seasons, err = openSeasons(w.Data, w.Frames, w.Log); err != nil {
		return nil, err
	}
	defer w.seasons.Close()
	if err := w.train(ctx); err != nil {
		return nil, err
	}
	if w.TrainOnly {
		return nil, nil
	}
	if err := w.draw(ctx); err != nil {
		return nil, err
	}
	defer w.generated.close()
	if err := w.verify(); err != nil {
		return nil, err
	}
	return w.summary, w.finish(ctx)
}

// config returns the configuration of the run.
func (w *work) config() (run.Config, error) {
	spec, err := transform.Load(w.Transform)
	if err != nil {
		return run.Config{}, err
	}
	frames, height, width, _ := w.training.Shape()
	c := run.Config{
		Data:    filepath.Base(w.Data),
		Clip:    run.ClipConfig{Frames: frames, Height: height, Width: width, Step: w.Fields[0].Step()},
		Network: w.Network, Training: w.Training, Parameterisation: w.Parameterisation, Schedule: w.Schedule, Weighting: w.Weighting,
	}
	for _, f := range w.Fields {
		c.Clip.Channels = append(c.Clip.Channels, run.ChannelConfig{Name: f.Name, Units: f.Units, Transform: spec})
	}
	return c, nil
}

func (w *work) train(ctx context.Context) error {
	c, err := w.config()
	if err != nil {
		return err
	}
	if w.model, err = run.Create(w.Out, c, w.training); err != nil {
		return err
	}
	for _, warning := range w.model.Warnings {
		w.Log.Line("warning: " + warning)
	}
	if err := w.writeOrigin(w.Out); err != nil {
		return err
	}
	if w.TrainFor < 0 {
		w.Log.Line(fmt.Sprintf("no training; the run is at step %d", w.model.Step()))
		return nil
	}
	bounded := ctx
	if w.TrainFor > 0 {
		var cancel context.CancelFunc
		bounded, cancel = context.WithTimeout(ctx, w.TrainFor)
		defer cancel()
	}
	_, choice, err := w.model.Engine()
	if err != nil {
		return err
	}
	w.Log.Line("engine: " + choice.Label)
	began := time.Now()
	err = w.model.Train(bounded, run.TrainOptions{
		Data: w.training, HeldOut: w.test, Devices: w.Devices, Residence: w.Residence, Progress: w.Log.Bar("training"),
		Report: func(line string) {
			if line != choice.String() { // the choice may name folders of this machine
				w.Log.Line(line)
			}
		},
	})
	w.stages.Took("training", began)
	if errors.Is(err, vdm.ErrInterrupted) && ctx.Err() == nil {
		w.Log.Line(fmt.Sprintf("the time for training is over at step %d of %d; run again to go on", w.model.Step(), w.model.Config.Training.Steps))
		return nil
	}
	return err
}

// draw draws the missing clips.
func (w *work) draw(ctx context.Context) (err error) {
	recipe, err := w.model.Recipe(w.sampling(0), "")
	if err != nil {
		return err
	}
	w.generated, err = openGenerated(filepath.Join(w.Out, clipsName), w.model.Config.Clip, drawnBy(recipe, w.training))
	if err != nil {
		return err
	}
	if w.generated.Len() < w.Clips {
		w.generated.truncateToBatch(w.SamplerBatch)
	}
	done := w.generated.Len()
	if done > 0 {
		w.Log.Line(fmt.Sprintf("%d of %d clips are there already", min(done, w.Clips), w.Clips))
	}
	if done >= w.Clips {
		return nil
	}
	o := w.sampling(done)
	o.Each = func(_ int, clip []float32) error { return w.generated.add(clip) }
	bar := w.Log.Bar("drawing clips")
	o.Progress = func(p vdm.Progress) {
		w.samplerRate = p.PerSecond
		bar(p)
	}
	began := time.Now()
	if _, err := w.model.Sample(ctx, o); err != nil {
		return errors.Join(err, w.generated.close())
	}
	w.stages.Took(fmt.Sprintf("drawing %d clips", w.Clips-done), began)
	return nil
}

func (w *work) verify() error {
	began := time.Now()
	w.Log.Line("verifying")
	ch := w.model.Config.Clip.Channels[0]
	s := &report.Summary{Title: fmt.Sprintf("Unconditional %s of %s", ch.Name, filepath.Base(w.Data))}
	var err error
	if s.Losses, err = report.MeasureLosses(w.model, w.training, w.test); err != nil {
		return err
	}
	s.Verification, err = report.Verify(report.VerifyOptions{Variable: ch.Name, Units: ch.Units, Called: w.test.Fields()[0].Called(), Step: w.model.Config.Clip.Step},
		report.Set{Name: "test", Clips: w.test, Limit: w.ReferenceClips, Hours: w.test.HoursOfDay},
		report.Set{Name: "generated", Clips: w.generated, Limit: w.Clips},
		report.Set{Name: "training", Clips: w.training, Limit: w.ReferenceClips, Hours: w.training.HoursOfDay})
	if err != nil {
		return err
	}
	w.summary = s
	w.stages.Took("verification", began)
	return nil
}

// finish draws the figures, describes the work and what it does not prove, and writes
// the page.
func (w *work) finish(ctx context.Context) error {
	drawings, err := w.drawings(ctx)
	if err != nil {
		return err
	}
	s, c := w.summary, w.model.Config
	s.Speed = report.Speed{TrainingBatch: c.Training.Batch, SamplerBatch: w.SamplerBatch, Sampler: w.samplerRate}
	s.Fact("Data", "%s", w.about())
	s.Fact("Split", "%s", w.Split.Describe())
	s.Fact("Network", "%d parameters, at step %d of %d, batch %d", c.Network.Count(), w.model.Step(), c.Training.Steps, c.Training.Batch*c.Training.Accumulate)
	s.Fact("Clips", "%d, %d evaluations each, averaged weights", w.generated.Len(), w.Evaluations)
	if err := s.AddModel(w.model); err != nil {
		return err
	}
	if done, all := w.model.Step(), int64(c.Training.Steps); done < all {
		s.Limits = append(s.Limits, fmt.Sprintf("Training stands at step %d of %d.", done, all))
	}
	s.Limits = append(s.Limits, "Statistics of single cells, of space and of time are compared; none of them knows a front from noise with the same spectrum. Look at the clips.")
	s.Stages = w.stages
	return s.Publish(w.Out, drawings...)
}
