package experiment

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// ConditionalOptions says which frames of which test windows are generated, and
// how.
type ConditionalOptions struct {
	Run  string // folder of a run of Unconditional
	Data string // folder of the prepared data on which it was trained

	Tasks []string // nil means TaskNames
	// Weights are w_r of reconstruction guidance in the formula's scale; 0 means
	// replacement. nil means 0, 0.003 and 3: the 0, 10³ and 10⁶ of the dissertation's
	// program, which has a mean over 327,680 values where the formula has a sum.
	Weights []float64
	// Guidance lists further methods, each a name of vdm.GuidanceNames, or NAME:WEIGHT.
	Guidance []string

	Windows       int    // number of windows, spread over the test seasons; 0 means 64
	Members       int    // members for each window; 0 means 4
	Sampler, Grid string // of run.SampleOptions; "" means its default, which depends on the guidance
	Evaluations   int    // evaluations of the network for each clip; 0 means vdm.DefaultEvaluations
	SamplerBatch  int    // 0 means 8
	Seed          uint64 // seed of the noise

	// DrawFor bounds the time of this call's drawing; 0 means until all is drawn.
	// Incomplete methods are left to the next call, and out of the tables.
	DrawFor time.Duration
	Log     report.Log
}

// These are the tasks that Conditional knows.
const (
	Nowcast       = "nowcast"       // the first half of the frames is known
	Interpolation = "interpolation" // every second frame is known, from the first on
)

// TaskNames returns the tasks that Conditional knows.
func TaskNames() []string { return []string{Nowcast, Interpolation} }

// known returns the known frames of a task.
func known(task string, frames int) climate.KnownFrames {
	if task == Nowcast {
		return climate.FirstFrames(frames, frames/2)
	}
	return climate.EverySecondFrame(frames)
}

func (o ConditionalOptions) withDefaults() ConditionalOptions {
	defaults([]defaulted{{&o.Windows, 64}, {&o.Members, 4}, {&o.Evaluations, vdm.DefaultEvaluations}, {&o.SamplerBatch, 8}})
	if o.Tasks == nil {
		o.Tasks = TaskNames()
	}
	if o.Weights == nil {
		o.Weights = []float64{0, 0.003, 3}
	}
	if o.Log == nil {
		o.Log = report.Quiet{}
	}
	return o
}

// Validate returns an error that names the settings out of their range.
func (o ConditionalOptions) Validate() error {
	o = o.withDefaults()
	switch {
	case o.Run == "":
		return errors.New("experiment: no run: name the folder of one that vdm experiment unconditional made")
	case o.Data == "":
		return errors.New("experiment: no data: name the prepared data that the run was trained on")
	case o.DrawFor < 0:
		return fmt.Errorf("experiment: the time for drawing is %v, want 0 or more", o.DrawFor)
	case len(o.Tasks) == 0:
		return fmt.Errorf("experiment: no task, want some of %s", strings.Join(TaskNames(), ", "))
	}
	if err := atLeast([]number{{"windows", o.Windows, 2}, {"members", o.Members, 1}, {"evaluations", o.Evaluations, 1}, {"sampler batch", o.SamplerBatch, 1}}); err != nil {
		return err
	}
	for i, t := range o.Tasks {
		if !slices.Contains(TaskNames(), t) || slices.Contains(o.Tasks[:i], t) {
			return fmt.Errorf("experiment: task %q: want each of %s once at most", t, strings.Join(TaskNames(), ", "))
		}
	}
	methods, err := o.methods()
	if err != nil {
		return fmt.Errorf("experiment: %w", err)
	}
	if len(methods) == 0 {
		return errors.New("experiment: no weights and no guidance, want at least one")
	}
	if err := o.sampling().Validate(); err != nil {
		return fmt.Errorf("experiment: %w", err)
	}
	return nil
}

// sampling returns how the clips of all methods are drawn.
func (o ConditionalOptions) sampling() run.SampleOptions {
	return run.SampleOptions{
		Count: o.Windows * o.Members, Seed: o.Seed, Sampler: o.Sampler, Grid: o.Grid, Evaluations: o.Evaluations, Batch: o.SamplerBatch,
	}
}

// method is one way of generating the unknown frames.
type method struct {
	name     string // name in tables and legends
	file     string // part of a file's name
	guidance vdm.Guidance
}

// methods returns the methods of all weights, and the others.
func (o ConditionalOptions) methods() ([]method, error) {
	var all []method
	add := func(name, file string, g vdm.Guidance, err error) error {
		if err == nil && slices.ContainsFunc(all, func(m method) bool { return m.guidance.String() == g.String() }) {
			err = fmt.Errorf("%s is asked for twice", g)
		}
		all = append(all, method{name, file, g})
		return err
	}
	for _, w := range o.Weights {
		g, err := vdm.NewGuidance("reconstruction", w)
		text := strconv.FormatFloat(w, 'g', -1, 64)
		if err := add("w_r = "+text, "w"+text, g, err); err != nil {
			return nil, err
		}
	}
	for _, spec := range o.Guidance {
		name, text, weighted := strings.Cut(spec, ":")
		var weight []float64 // no weight: the guidance's default
		if weighted {
			w, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return nil, fmt.Errorf("guidance %q: the weight is %q, want a number", spec, text)
			}
			weight = append(weight, w)
		}
		g, err := vdm.NewGuidance(name, weight...)
		if err := add(strings.ReplaceAll(spec, ":", " "), strings.ReplaceAll(spec, ":", "-"), g, err); err != nil {
			return nil, err
		}
	}
	return all, nil
}
