package scaling

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/climate-vdm/climate-vdm/vdm/backend"
	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/study/experiment"
	"github.com/climate-vdm/climate-vdm/vdm/study/learnt"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// The dissertation drew with 1000 evaluations of the ancestral sampler at uniform times.
// With a quarter of them the whole study takes an hour less.
const (
	recommendedSampler     = "dpm++3m"
	recommendedEvaluations = 25
	ancestralEvaluations   = 250
)

// Options are the sizes of the study. The zero value is the study as it ships.
type Options struct {
	Out        string // folder of data and runs
	Hours      int    // hours of rain; 0 means 15 seasons, of which 3 are for tests
	Season     int    // hours of a season; 0 means 2160
	Side       int    // rows and columns; 0 means 32
	Frames     int    // of a clip; 0 means 10
	Steps      int    // of training, with batches of 4 clips; 0 means 600
	Clips      int    // clips to draw; 0 means 64
	References int    // test clips; 0 means 1000
	FitSteps   int    // steps of the learnt transform's fit; 0 means 4000

	Network unet.Config // the zero value means 222,209 parameters
	Log     report.Log  // nil means silence
}

func (o Options) withDefaults() Options {
	o.Season, o.Side, o.Frames = cmp.Or(o.Season, 2160), cmp.Or(o.Side, 32), cmp.Or(o.Frames, 10)
	o.Hours = cmp.Or(o.Hours, 15*o.Season)
	o.Steps, o.Clips, o.References, o.FitSteps = cmp.Or(o.Steps, 600), cmp.Or(o.Clips, 64), cmp.Or(o.References, 1000), cmp.Or(o.FitSteps, 4000)
	if o.Network.Dim == 0 {
		o.Network = unet.Config{Dim: 16, Multiples: []int{1, 2}, Heads: 2, HeadDim: 32}
	}
	if o.Log == nil {
		o.Log = report.Quiet{}
	}
	return o
}

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
	switch s.Transform {
	case None:
		return scale, nil
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

func writeJSON(path string, v any) error {
	text, err := json.MarshalIndent(v, "", "\t")
	if err != nil {
		return err
	}
	return checkpoint.WriteBytes(path, append(text, '\n'))
}
