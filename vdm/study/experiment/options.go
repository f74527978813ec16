package experiment

import (
	"errors"
	"fmt"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// Options says what is trained on which data, and for how long.
type Options struct {
	Data string // folder of prepared data that has a split
	Out  string // folder of the run

	Frames    int    // frames of a clip; 0 means 10. Its height and width are those of the data
	Transform string // transform of the values; "" means transform.DefaultRain. See transform.Load
	Network   unet.Config
	Training  run.TrainingConfig // its Seed and more; zero values mean the library's defaults

	// Parameterisation, Schedule and Weighting say what is learnt and at which noise
	// levels; zero values mean the library's defaults.
	Parameterisation vdm.Parameterisation
	Schedule         run.ScheduleConfig
	Weighting        run.WeightingConfig

	Devices   int               // devices of the engine that share each batch; 0 means one
	Residence run.DataPlacement // where the training clips lie

	// TrainFor bounds the time of this call's training; 0 means until Training.Steps, a
	// negative value no training at all. The next call continues it.
	TrainFor time.Duration
	// TrainOnly ends the call after training.
	TrainOnly bool

	Clips          int    // number of clips to draw; 0 means 200
	Sampler, Grid  string // of run.SampleOptions; "" means its default
	Evaluations    int    // evaluations of the network for each clip; 0 means vdm.DefaultEvaluations
	SamplerBatch   int    // 0 means 8
	ReferenceClips int    // number of clips of the test and of the training seasons for the comparison; 0 means 1000
	Log            report.Log
}

func (o Options) withDefaults() Options {
	defaults([]defaulted{{&o.Frames, 10}, {&o.Clips, 200}, {&o.Evaluations, vdm.DefaultEvaluations}, {&o.SamplerBatch, 8}, {&o.ReferenceClips, 1000}})
	if o.Transform == "" {
		o.Transform = transform.DefaultRain
	}
	if o.Log == nil {
		o.Log = report.Quiet{}
	}
	return o
}

// Validate returns an error that names the settings out of their range; those of the
// network and of training are checked with the run's configuration.
func (o Options) Validate() error {
	o = o.withDefaults()
	switch {
	case o.Data == "":
		return errors.New("experiment: no data: name a folder that vdm prepare or vdm synth made")
	case o.Out == "":
		return errors.New("experiment: no folder for the run")
	}
	if err := atLeast([]number{{"frames", o.Frames, 1}, {"clips", o.Clips, 1}, {"evaluations", o.Evaluations, 1}, {"sampler batch", o.SamplerBatch, 1}, {"reference clips", o.ReferenceClips, 1}}); err != nil {
		return err
	}
	if err := o.sampling(0).Validate(); err != nil {
		return fmt.Errorf("experiment: %w", err)
	}
	if err := o.Residence.Validate(); err != nil {
		return fmt.Errorf("experiment: %w", err)
	}
	_, err := transform.Load(o.Transform)
	return err
}

// sampling returns how the clips after the first done ones are drawn.
func (o Options) sampling(done int) run.SampleOptions {
	return run.SampleOptions{
		Count: max(1, o.Clips-done), First: done, Seed: o.Training.Seed,
		Sampler: o.Sampler, Grid: o.Grid, Evaluations: o.Evaluations, Batch: o.SamplerBatch,
	}
}

// defaulted is a setting and the default that its zero value means.
type defaulted struct {
	value     *int
	otherwise int
}

func defaults(all []defaulted) {
	for _, v := range all {
		if *v.value == 0 {
			*v.value = v.otherwise
		}
	}
}

// number is a setting and its smallest value.
type number struct {
	name         string
	value, least int
}

func atLeast(all []number) error {
	for _, v := range all {
		if v.value < v.least {
			return fmt.Errorf("experiment: %s is %d, want at least %d", v.name, v.value, v.least)
		}
	}
	return nil
}

// Folder returns the folder in which notebooks keep the experiment: the value of
// VDM_EXPERIMENT, else runs/climate-training of the project.
func Folder() (string, error) {
	return report.RunFolder("VDM_EXPERIMENT", "climate-training"), nil
}
