package radar

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// Training says how a network for nowcasts is trained. Zero values mean the defaults.
type Training struct {
	Steps  int // steps of the optimiser; 0 means 2600
	Batch  int // clips in a step; 0 means 4
	Size   int // rows and columns of a clip; 0 means 32
	Frames int // frames of a clip; 0 means 10
	Known  int // number of first frames from which the forecast by advection is made; 0 means 4
	Seed   uint64

	// From, if not nil, contains the first weights, of a network of the same kind. The
	// defaults of Size, Frames and Known are then those of its clips.
	From *run.Start
	Rate float64 // highest learning rate; 0 means 3e-3, or 1e-3 with From

	Optimiser string // of [run.Optimisers]; "" means Adam

	// Variety adds clips of rain that could have been, see [Options]; Shift is added to the
	// λ of training. Given the first frames moved along, the rest has about a tenth of the
	// variance of rain, so that the noise levels that matter lie about 2 higher. Whether
	// either helps is not measured.
	Variety bool
	Shift   float64

	Report   func(line string)           // receives messages; nil means none
	Prepared func(done, total int)       // called as the forecasts are made
	Progress func(progress vdm.Progress) // called after every step
}

func (t Training) withDefaults() Training {
	if t.From != nil {
		c := t.From.Config
		t.Size, t.Frames = cmp.Or(t.Size, c.Clip.Height), cmp.Or(t.Frames, c.Clip.Frames)
		t.Known, t.Rate = cmp.Or(t.Known, c.Conditions.KnownFrames()), cmp.Or(t.Rate, 1e-3)
	}
	t.Rate = cmp.Or(t.Rate, 3e-3)
	for _, v := range []struct {
		value     *int
		otherwise int
	}{{&t.Steps, 2600}, {&t.Batch, 4}, {&t.Size, 32}, {&t.Frames, 10}, {&t.Known, 4}} {
		if *v.value == 0 {
			*v.value = v.otherwise
		}
	}
	if t.Report == nil {
		t.Report = func(string) {}
	}
	return t
}

// errors reports whether the network receives the likely error of the first guess: it needs
// two known frames, and weights that know it.
func (t Training) errors() bool {
	return t.Known >= 2 && (t.From == nil || TakesErrors(t.From.Config))
}

// alternate reports whether the network receives a guess where every second frame is known,
// too: its likely error needs three of these.
func (t Training) alternate() bool { return t.errors() && t.Frames >= 5 }

// wetFloor is the ratio of the probability of drawing a dry clip to the probability of
// drawing a wet one, and wetRate the rate in mm/h from which a cell is wet.
const (
	wetFloor = 0.1
	wetRate  = 0.1
)

// mostMissing is the largest share of missing cells in a frame of a clip.
const mostMissing = 0.5

// Config returns the configuration of a run for clips whose frames are step hours apart
// and whose cells have sides of a length in kilometres, 0 where unknown.
// The network receives the last known frames moved along, as a first guess; the linear
// denoiser of the difference between rain and guess gives its amount at each scale; and
// six of ten clips show the network the first known frames alone, as a nowcast does, and two
// every second frame.
// The learning rate, the λ bounds and the average are those of the first model, scaled
// to more steps.
func (t Training) Config(step, kilometres float64) (run.Config, error) {
	t = t.withDefaults()
	root, err := transform.Parse("sqrt+standardise") // the shipped weights belong to it
	if err != nil {
		return run.Config{}, err
	}
	var network vdm.Network = unet.Config{Dim: 16, Multiples: []int{1, 2, 2}, Heads: 2, HeadDim: 32}
	if t.From != nil {
		network = t.From.Config.Network
	}
	covariates := []run.CovariateConfig{{Name: GuessName, Units: "mm/h", KnownFrames: t.Known, FirstGuess: true, AlternateFrames: t.alternate()}}
	if t.errors() {
		root, err := transform.Parse("sqrt")
		if err != nil {
			return run.Config{}, err
		}
		covariates = append(covariates, run.CovariateConfig{Name: ErrorName, Units: "mm/h", KnownFrames: t.Known, GuessError: true, AlternateFrames: t.alternate(), Transform: root})
	}
	return run.Config{
		Clip: run.ClipConfig{
			Frames: t.Frames, Height: t.Size, Width: t.Size, Step: step, Kilometres: kilometres,
			Channels: []run.ChannelConfig{{Name: "rain", Units: "mm/h", Transform: root}},
		},
		Network:         network,
		Preconditioning: run.PreconditionSpectrum,
		Conditions: run.ConditionsConfig{
			Tasks:      map[string]float64{"forecast": 6, "first-frames": 1, "alternate-frames": 2, "nothing": 1},
			Covariates: covariates,
			Dropout:    0.1,
		},
		Schedule: run.ScheduleConfig{Name: "cosine", Min: -12, Max: 12, Shift: t.Shift},
		Training: run.TrainingConfig{
			Optimiser: t.Optimiser,
			Seed:      t.Seed, Steps: t.Steps, Batch: t.Batch, EMA: 0.998, Rate: t.Rate, Warmup: max(1, t.Steps/17), Decay: t.Steps + 1, Clip: 1,
			SnapshotEvery: 200, MissingCells: "mask",
		},
	}, nil
}

// Train trains a network for nowcasts in a run folder, on records of rain in mm/h, or
// continues from the newest snapshot. Records with other steps in time are an error.
func Train(ctx context.Context, dir string, t Training, records ...*climate.Field) (*run.Run, error) {
	t = t.withDefaults()
	if len(records) == 0 {
		return nil, errors.New("training on radar: no record")
	}
	step := records[0].Step()
	for _, f := range records[1:] {
		if s := f.Step(); s < 0.99*step || s > 1.01*step {
			return nil, fmt.Errorf("training on radar: frames of one record are %.4g minutes apart, of another %.4g: want the same", 60*step, 60*s)
		}
		if a, b := records[0].Grid.Kilometres(), f.Grid.Kilometres(); a > 0 && b > 0 && math.Abs(a-b) > 0.1*a {
			return nil, fmt.Errorf("training on radar: cells of one record are %.3g km a side, of another %.3g: want the same", a, b)
		}
	}
	c, err := t.Config(step, math.Round(100*records[0].Grid.Kilometres())/100)
	if err != nil {
		return nil, err
	}
	clips, err := New(ctx, Options{Frames: t.Frames, Size: t.Size, Known: t.Known, Flips: true, Variety: t.Variety, Missing: mostMissing, Errors: t.errors(), Alternate: t.alternate()}, t.Prepared, records...)
	if err != nil {
		return nil, err
	}
	t.Report(fmt.Sprintf("%d clips of %d × %d × %d, in %d forecasts", clips.Len(), t.Frames, t.Size, t.Size, len(clips.parts)))
	wet, err := climate.NewWetWindows(clips, wetFloor, wetRate)
	if err != nil {
		return nil, err
	}
	create := func() (*run.Run, error) { return run.Create(dir, c, wet) }
	if t.From != nil {
		create = func() (*run.Run, error) { return run.CreateFrom(dir, c, wet, *t.From) }
	}
	m, err := create()
	if err != nil {
		return nil, err
	}
	return m, m.Train(ctx, run.TrainOptions{Data: wet, Report: t.Report, Progress: t.Progress})
}
