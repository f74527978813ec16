package firstmodel

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// Options says how a first model is made. Zero values mean what `make run` does; see
// Defaults.
type Options struct {
	Data     string `json:"-"`        // NetCDF file; "" looks for the Stage IV sample, see DataPath
	Variable string `json:"variable"` // variable in the file; "" means its only data variable
	Out      string `json:"-"`        // run folder; "" means runs/first-model, see Folder

	HeldOut int `json:"held_out"` // last frames of the record, kept from training
	Frames  int `json:"frames"`   // frames of a clip
	Height  int `json:"height"`   // rows of a clip
	Width   int `json:"width"`

	Network unet.Config `json:"network"`
	Steps   int         `json:"steps"` // steps of the optimiser
	Batch   int         `json:"batch"` // clips in a step
	Rate    float64     `json:"rate"`  // highest learning rate
	EMA     float64     `json:"ema"`   // decay of the averaged weights
	Tests   int         `json:"tests"` // noisy clips of the held-out loss

	Sampler      string  `json:"sampler"`       // sampler of clips without conditions
	SamplerSteps int     `json:"sampler_steps"` // evaluations of the network for each clip
	SamplerBatch int     `json:"sampler_batch"` // clips in a pass of the sampler
	Clips        int     `json:"clips"`         // number of clips drawn without conditions
	Members      int     `json:"members"`       // members of the nowcast
	Known        int     `json:"known"`         // known frames of the nowcast
	Guidance     float64 `json:"guidance"`      // w_r of the nowcast; negative for replacement alone
	Seed         uint64  `json:"seed"`          // seed of weights, batches and samples

	Log     report.Log `json:"-"` // nil means no messages
	Program string     `json:"-"` // version of the program, for the report; "" means the revision that the go command recorded
}

// Defaults returns the options of `make run`. They are chosen for two cores without a
// GPU: about ten minutes and 2 GiB in all.
func Defaults() Options {
	return Options{
		// A clip of 10 hours is the shortest record that can be held out, and more of
		// the 23 hours cannot be spared: training has the first 13, which are 4 starts
		// of a clip at every position.
		HeldOut: 10, Frames: 10, Height: 32, Width: 32,

		// About 222,000 parameters: the network that the benchmarks time.
		Network: unet.Config{Dim: 16, Multiples: []int{1, 2}, Heads: 2, HeadDim: 32},

		// There is time for some 2600 clips. With so few, small batches and a high rate
		// are best. Measured with 480 clips, warm-up over a fifteenth of the steps and
		// cosine decay, held-out loss of the averaged weights: 120 steps of 4 clips
		// 0.129 at rate 1e-3, 0.103 at 3e-3, 0.095 at 6e-3, 0.092 at 1e-2; 240 steps of
		// 2 clips 0.091 at 3e-3 and at 6e-3. Those results are for rain scaled to [−1,
		// 1]. The average spans 200 steps; with the 0.9995 of long runs it would still
		// contain the initial weights.
		Steps: 1300, Batch: 2, Rate: 5e-3, EMA: 0.995, Tests: 64,

		// For 64 clips of a run of 1400 steps, the ratio of power to that of the
		// training windows in four bands, and the dry share (39 % in the windows):
		// dpm++3m with 25 evaluations 0.62, 0.57, 0.56, 0.58 and 41 %; dpm++2m-sde 0.89,
		// 0.78, 0.81, 0.87 and 36 % with 25, and 0.87, 0.91, 0.98, 1.00 and 32 % with
		// 60. Fresh noise at every step corrects the estimates of a briefly trained
		// network, which are too smooth. Guidance 1 is the value of the formula's
		// derivation (vdm.Reconstruction).
		Sampler: "dpm++2m-sde", SamplerSteps: vdm.DefaultEvaluations, SamplerBatch: 4, Clips: 32, Members: 8, Known: 5, Guidance: 1,
	}
}

// withDefaults returns the options with zero values replaced by the defaults.
func (o Options) withDefaults() (Options, error) {
	d := Defaults()
	for _, v := range []struct {
		value     *int
		otherwise int
	}{
		{&o.HeldOut, d.HeldOut}, {&o.Frames, d.Frames}, {&o.Height, d.Height}, {&o.Width, d.Width},
		{&o.Steps, d.Steps}, {&o.Batch, d.Batch}, {&o.Tests, d.Tests},
		{&o.SamplerSteps, d.SamplerSteps}, {&o.SamplerBatch, d.SamplerBatch}, {&o.Clips, d.Clips}, {&o.Members, d.Members}, {&o.Known, d.Known},
	} {
		if *v.value == 0 {
			*v.value = v.otherwise
		}
	}
	for _, v := range []struct {
		value     *float64
		otherwise float64
	}{{&o.Rate, d.Rate}, {&o.EMA, d.EMA}, {&o.Guidance, d.Guidance}} {
		if *v.value == 0 {
			*v.value = v.otherwise
		}
	}
	o.Sampler = cmp.Or(o.Sampler, d.Sampler)
	if o.Network.Dim == 0 {
		o.Network = d.Network
	}
	if o.Log == nil {
		o.Log = report.Quiet{}
	}
	var err error
	if o.Data == "" {
		if o.Data, err = DataPath(); err != nil {
			return o, err
		}
	}
	if o.Out == "" {
		o.Out = Folder()
	}
	return o, nil
}

// Validate returns an error that names the settings out of their range; those of the
// network and of training are checked with the run's configuration.
func (o Options) Validate() error {
	o, err := o.withDefaults()
	if err != nil {
		return err
	}
	if o.Known < 1 || o.Known >= o.Frames {
		return fmt.Errorf("first model: %d of %d frames are known, expected at least one and not all", o.Known, o.Frames)
	}
	if o.HeldOut < o.Frames {
		return fmt.Errorf("first model: %d frames are held out, expected at least the %d of a clip", o.HeldOut, o.Frames)
	}
	for _, v := range []struct {
		name  string
		value int
	}{{"Members", o.Members}, {"Clips", o.Clips}, {"SamplerSteps", o.SamplerSteps}, {"SamplerBatch", o.SamplerBatch}, {"Steps", o.Steps}} {
		if v.value < 1 {
			return fmt.Errorf("first model: %s is %d, expected at least 1", v.name, v.value)
		}
	}
	return nil
}

// Config returns the configuration of the run. step is the time between frames in hours.
func (o Options) Config(step float64) (run.Config, error) {
	// The square root of rain is nearer to normal than rain, and the network need not
	// spend its capacity on a few cells of 100 mm/h. Its variance is 1, for which the
	// noise schedule is made.
	root, err := transform.Parse(transform.DefaultRain)
	if err != nil {
		return run.Config{}, err
	}
	return run.Config{
		Data: filepath.Base(o.Data),
		Clip: run.ClipConfig{
			Frames: o.Frames, Height: o.Height, Width: o.Width, Step: step,
			Channels: []run.ChannelConfig{{Name: rainName, Units: "mm/h", Transform: root}},
		},
		Network: o.Network,
		// The linear denoiser of the training hours contains the amount of rain at each
		// scale before training begins. After 900 steps without it 47 % of the generated
		// cells were dry and the power was 0.32 to 0.52 of the training windows'; with
		// it 42 %, and 0.53 to 0.60 (39 % are dry in the windows).
		Preconditioning: run.PreconditionSpectrum,
		// With a variance of 1 nothing of a clip is visible below λ = −12, and nothing
		// is left to denoise above 12.
		Schedule: run.ScheduleConfig{Name: "cosine", Min: -12, Max: 12},
		Training: run.TrainingConfig{
			Seed: o.Seed, Steps: o.Steps, Batch: o.Batch, EMA: o.EMA,
			// The decay ends one step beyond the last, whose rate would otherwise be 0.
			Rate: o.Rate, Warmup: o.Steps / 15, Decay: o.Steps + 1, Clip: 1,
			HeldOutEvery: 100, HeldOutClips: o.Tests, SnapshotEvery: 100,
		},
	}, nil
}

// sampleName is the file that `make run` unpacks from Debian's r-cran-stars.
const sampleName = "test_stageiv_xyt.nc"

// DataPath returns the path of the Stage IV sample: in build/data of the project, where
// the set-up puts it, or where Debian's r-cran-stars installs it.
func DataPath() (string, error) {
	places := []string{
		filepath.Join(report.Root(), "build", "data", sampleName),
		filepath.Join("/usr/lib/R/site-library/stars/nc", sampleName),
	}
	for _, path := range places {
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("the Stage IV sample %s is not here: run notebooks/tools/setup.sh run, which fetches it, or name a NetCDF file", sampleName)
}

// Folder returns the run folder: the value of VDM_RUN, else runs/first-model of the
// project.
func Folder() string { return report.RunFolder("VDM_RUN", "first-model") }

// rainName is the name of the rain in a run, whatever its file calls it.
const rainName = "rain"
