package scaling

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/climate-vdm/climate-vdm/vdm/backend"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/study/experiment"
	"github.com/climate-vdm/climate-vdm/vdm/study/learnt"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
)

// Run makes the data where they are not there yet, trains, draws and returns the result.
// Stopped at any moment and called again, it continues.
func Run(ctx context.Context, o Options, s Setting) (Result, error) {
	o = o.withDefaults()
	if err := s.Validate(); err != nil {
		return Result{}, err
	}
	data, err := o.data(ctx)
	if err != nil {
		return Result{}, err
	}
	values, err := o.transform(ctx, data, s)
	if err != nil {
		return Result{}, err
	}
	e := experiment.Options{
		Data: data, Out: filepath.Join(o.Out, s.folder()), Frames: o.Frames, Transform: values, Network: o.Network,
		Training: run.TrainingConfig{
			Seed: s.Seed, Steps: o.Steps, Batch: 4, Rate: 3e-3, Warmup: min(30, o.Steps/4), Decay: o.Steps + 1, Clip: 1, EMA: 0.99,
			HeldOutEvery: max(1, o.Steps/3), HeldOutClips: 32, SnapshotEvery: max(1, o.Steps/6),
		},
		Clips: o.Clips, Sampler: recommendedSampler, Grid: "trimmed", Evaluations: recommendedEvaluations, SamplerBatch: 8,
		ReferenceClips: o.References, Log: o.Log,
	}
	if s.Ancestral {
		e.Sampler, e.Grid, e.Evaluations = "ancestral", "time", ancestralEvaluations
	}
	summary, err := experiment.Unconditional(ctx, e)
	if err != nil {
		return Result{}, fmt.Errorf("%s: %w", s, err)
	}
	r := newResult(s, o.Steps, summary)
	return r, r.addMaps(data, o, summary.Verification.Bias)
}

// data makes the rain and returns its folder.
func (o Options) data(ctx context.Context) (string, error) {
	folder := filepath.Join(o.Out, "data")
	record := climate.SyntheticRecord{Seed: 1, Hours: o.Hours, Height: o.Side, Width: o.Side}
	split, err := climate.SeasonSplit{Hours: float64(o.Season)}.Split(record.Field().Times)
	if err != nil {
		return "", err
	}
	_, err = record.Prepare(ctx, folder, split, false, func(int, int) {})
	return folder, err
}

// transform returns the transform of a setting, as experiment.Options takes it.
func (o Options) transform(ctx context.Context, data string, s Setting) (string, error) {
	scale := map[bool]string{false: transform.KindAffine, true: transform.KindStandardise}[s.UnitVariance]
	switch {
	case s.Transform == None && s.UnitVariance:
		// Rain below 0 would be possible otherwise, and the extremes exclude it too.
		return transform.KindNonNegative + "+" + scale, nil
	case s.Transform == None:
		return scale, nil
	}
	switch s.Transform {
	case SquareRoot:
		return transform.KindSqrt + "+" + scale, nil
	}
	fitted, err := o.fit(ctx, data, s.Transform == Learnt)
	if err != nil {
		return "", err
	}
	if s.UnitVariance {
		fitted.Steps = append(fitted.Steps, transform.Step{Kind: transform.KindStandardise})
	}
	path := filepath.Join(o.Out, s.folder()+".json")
	return "@" + path, writeJSON(path, fitted)
}

// fit returns the learnt transform of the training seasons, which maps to [−1, 1]. It is
// kept in the folder.
func (o Options) fit(ctx context.Context, data string, endsConstant bool) (fitted transform.Spec, err error) {
	path := filepath.Join(o.Out, fmt.Sprintf("fitted-ends-constant-%t.json", endsConstant))
	raw, err := os.ReadFile(path)
	if err == nil {
		return fitted, json.Unmarshal(raw, &fitted)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return fitted, err
	}
	prepared, err := climate.OpenPrepared(data)
	if err != nil {
		return fitted, err
	}
	defer prepared.Close()
	frames, err := climate.NewWindows(climate.WindowOptions{Frames: 1, Height: min(8, o.Side), Width: min(8, o.Side), Ranges: prepared.Split().Train}, prepared.Fields()...)
	if err != nil {
		return fitted, err
	}
	be, _, err := backend.Open()
	if err != nil {
		return fitted, err
	}
	o.Log.Line("fitting the learnt transform")
	_, highest, _ := prepared.Range(0)
	r, err := learnt.Fit(ctx, be, learnt.Options{EndsConstant: endsConstant, Max: highest, Steps: o.FitSteps, Batch: 16, Rate: 3e-3}, frames)
	if err != nil {
		return fitted, err
	}
	return r.Spec, writeJSON(path, r.Spec)
}

// RunAll runs settings one after another, and writes each result to a file as soon as it exists.
func RunAll(ctx context.Context, o Options, settings []Setting, path string) error {
	o = o.withDefaults()
	for _, s := range settings {
		o.Log.Line(s.String())
		r, err := Run(ctx, o, s)
		if err == nil {
			err = Keep(path, r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
