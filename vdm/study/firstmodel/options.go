package firstmodel

import (
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
	Data     string // NetCDF file; "" looks for the Stage IV sample, see DataPath
	Variable string // variable in the file; "" means its only data variable
	Out      string // run folder; "" means runs/first-model, see Folder

	HeldOut      int    // number of last frames of the record that are held out from training
	Steps        int    // steps of the optimiser
	SamplerSteps int    // evaluations of the network for each clip
	Clips        int    // number of clips drawn without conditions
	Members      int    // members of the nowcast
	Seed         uint64 // seed of weights, batches and samples

	Log     report.Log // nil means no messages
	Program string     // version of the program, for the report; "" means the revision that the go command recorded

	size size // tests make smaller models
}

// Defaults returns the options of `make run`. They are chosen for two cores without a
// GPU: about six minutes and 2 GiB in all.
func Defaults() Options {
	return Options{
		// A clip of 10 hours is the shortest record that can be held out, and of
		// 23 hours more cannot be spared: training has the first 13, which are
		// 4 starts of a clip at every position.
		HeldOut: 10,
		// The time allows some 1400 clips. So few want small batches, a high rate and an
		// optimiser that learns most from each. Held-out loss after 600 steps of 2 clips
		// with Muon 0.248, after 1000 with Adam 0.258 (the Wiener filter: 0.287), and the
		// power of what is generated is the same: vdm/bench/optimisers/RESULTS.md.
		Steps: 600,
		// The power of 32 clips has a standard error of a quarter, and of 64 clips of less
		// than a fifth.
		SamplerSteps: vdm.DefaultEvaluations, Clips: 64, Members: 8,
		size: size{
			frames: 10, height: 32, width: 32, known: 5, batch: 2, tests: 64,
			// About 222,000 parameters: the network that the benchmarks time.
			network: unet.Config{Dim: 16, Multiples: []int{1, 2}, Heads: 2, HeadDim: 32},
		},
	}
}

// size contains the choices of a first model that are not options: its clips, its
// network and how many clips are used at once.
type size struct {
	frames, height, width int // shape of a clip
	known                 int // known first frames of the nowcast
	batch                 int // clips in a step of training
	tests                 int // noisy clips of the held-out loss
	network               unet.Config
}

const (
	rate = 5e-3 // the highest learning rate
	// The average of the weights looks back over 200 steps; the 0.9995 of long runs
	// would still contain the initial weights.
	ema = 0.995
	// Of 64 clips of a run of 1400 steps on the square root of rain, power over the training windows' in
	// four bands, and dry share (39 % in the windows): dpm++3m with 25 evaluations
	// 0.62, 0.57, 0.56, 0.58 and 41 %; dpm++2m-sde 0.89, 0.78, 0.81, 0.87 and 36 % with
	// 25, and 0.87, 0.91, 0.98, 1.00 and 32 % with 60. Fresh noise at every step mends
	// what a network of few steps says too smoothly.
	sampler      = "dpm++2m-sde" // of clips without conditions
	samplerBatch = 4             // clips a pass of the sampler
)

// guidance of the nowcast: weight 1 is what the formula's derivation gives.
var guidance = vdm.Reconstruction{Weight: 1}

// withDefaults returns the options with zero values replaced by the defaults.
func (o Options) withDefaults() (Options, error) {
	d := Defaults()
	for _, v := range []struct {
		value     *int
		otherwise int
	}{{&o.HeldOut, d.HeldOut}, {&o.Steps, d.Steps}, {&o.SamplerSteps, d.SamplerSteps}, {&o.Clips, d.Clips}, {&o.Members, d.Members}} {
		if *v.value == 0 {
			*v.value = v.otherwise
		}
	}
	if o.size.frames == 0 {
		o.size = d.size
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

// Validate returns an error that names the settings out of their range; those of
// training are checked with the run's configuration.
func (o Options) Validate() error {
	o, err := o.withDefaults()
	if err != nil {
		return err
	}
	if o.HeldOut < o.size.frames {
		return fmt.Errorf("first model: %d frames are held out, expected at least the %d of a clip", o.HeldOut, o.size.frames)
	}
	for _, v := range []struct {
		name  string
		value int
	}{{"Members", o.Members}, {"Clips", o.Clips}, {"SamplerSteps", o.SamplerSteps}, {"Steps", o.Steps}} {
		if v.value < 1 {
			return fmt.Errorf("first model: %s is %d, expected at least 1", v.name, v.value)
		}
	}
	return nil
}

// config returns the configuration of the run. step is the time between frames in
// hours.
func (o Options) config(step float64) (run.Config, error) {
	// The cube root of rain is nearer to normal than its square root, so that more of the
	// rain is right before anything is learnt: normal clips with the spectrum of the
	// training windows have 0.73, 0.63, 0.66 and 0.94 of their power (wavenumbers 1, 2–3,
	// 4–7 and 8–15) under it, and 0.50, 0.42, 0.39 and 0.49 under the square root.
	root, err := transform.Parse("cbrt+standardise")
	if err != nil {
		return run.Config{}, err
	}
	return run.Config{
		Data: filepath.Base(o.Data),
		Clip: run.ClipConfig{
			Frames: o.size.frames, Height: o.size.height, Width: o.size.width, Step: step,
			Channels: []run.ChannelConfig{{Name: rainName, Units: "mm/h", Transform: root}},
		},
		Network: o.size.network,
		// The linear denoiser of the training hours knows how much rain there is at each
		// scale before anything is learnt. After 900 steps without it 47 % of the generated
		// cells were dry and the power was 0.32 to 0.52 of the training windows'; with it
		// 42 %, and 0.53 to 0.60 (39 % are dry in the windows; all under the square root).
		Preconditioning: run.PreconditionSpectrum,
		// With a variance of 1 nothing of a clip is visible below λ = −12, and nothing
		// is left to denoise above 12.
		Schedule: run.ScheduleConfig{Name: "cosine", Min: -12, Max: 12},
		Training: run.TrainingConfig{
			Seed: o.Seed, Steps: o.Steps, Batch: o.size.batch, EMA: ema, Optimiser: "muon",
			// One step beyond the last, whose rate would be 0.
			Rate: rate, Warmup: o.Steps / 15, Decay: o.Steps + 1, Clip: 1,
			HeldOutEvery: 200, HeldOutClips: o.size.tests, SnapshotEvery: 100,
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
