package run

import (
	"errors"
	"fmt"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm/transform"
)

// ConditionsConfig says what a network is told beside z and λ. The zero value is nothing.
type ConditionsConfig struct {
	// Tasks are the ways of conditioning that the network is trained for, of [TaskNames],
	// with how often each is drawn, as weights. With any the network takes a map of noise
	// levels, and conditional samples need no guidance: see [vdm.NoiseLevelMap].
	Tasks map[string]float64 `yaml:"tasks,omitempty"`

	// Covariates are further fields, in the order in which the training clips have them
	// as channels after their own.
	Covariates []CovariateConfig `yaml:"covariates,omitempty"`

	// Dropout is the share of training clips whose covariates are left out, so that the
	// network can also do without.
	Dropout float64 `yaml:"dropout,omitempty"`
}

// CovariateConfig is a field that the network is told: static, such as orography, or of
// every frame, such as another forecast.
type CovariateConfig struct {
	Name      string         `yaml:"name"`
	Units     string         `yaml:"units"`
	Transform transform.Spec `yaml:"transform"` // fitted by Create where it is not yet

	// KnownFrames is how many first frames the field was made from, as a forecast is: it
	// is left out where a task shows fewer. 0 is a field that is always there.
	KnownFrames int `yaml:"known_frames,omitempty"`

	// FirstGuess is true of a forecast of the clip's one channel itself. It has the
	// channel's transform, and where preconditioning is "spectrum", the linear denoiser is
	// that of what the clip differs by from it.
	FirstGuess bool `yaml:"first_guess,omitempty"`
}

// firstGuess returns which covariate is the first guess, −1 where none is.
func (c ConditionsConfig) firstGuess() int {
	return slices.IndexFunc(c.Covariates, func(v CovariateConfig) bool { return v.FirstGuess })
}

// covariateChannels are the value of a covariate and the mark of whether it is there.
const covariateChannels = 2

// TakesMap reports whether the network takes a map of noise levels.
func (c ConditionsConfig) TakesMap() bool { return len(c.Tasks) > 0 }

// channels is how many channels the network is shown beside the clip's own: the map, and
// each covariate with a mark of whether it is there.
func (c ConditionsConfig) channels(clip ClipConfig) int {
	n := covariateChannels * len(c.Covariates)
	if c.TakesMap() {
		n += len(clip.Channels)
	}
	return n
}

// KnownFrames is how many first frames the covariates are made from, 0 where that is none.
func (c ConditionsConfig) KnownFrames() int {
	n := 0
	for _, v := range c.Covariates {
		n = max(n, v.KnownFrames)
	}
	return n
}

// validate names every setting that makes no sense.
func (c ConditionsConfig) validate(clip ClipConfig) error {
	errs := []error{checkTasks(c.Tasks)}
	names := map[string]bool{}
	for _, ch := range clip.Channels {
		names[ch.Name] = true
	}
	for i, v := range c.Covariates {
		if v.Name == "" || names[v.Name] {
			errs = append(errs, fmt.Errorf("conditions.covariates[%d].name is %q: want a name that no channel and no other covariate has", i, v.Name))
		}
		names[v.Name] = true
		if v.KnownFrames < 0 || v.KnownFrames >= clip.Frames {
			errs = append(errs, fmt.Errorf("conditions.covariates[%d].known_frames is %d, want at least 0 and fewer than the %d frames of a clip", i, v.KnownFrames, clip.Frames))
		}
		if v.KnownFrames > 0 && !c.TakesMap() {
			errs = append(errs, fmt.Errorf("conditions.covariates[%d] is made from %d known frames, but the network is trained for no task that shows any: set conditions.tasks", i, v.KnownFrames))
		}
	}
	if i := c.firstGuess(); i >= 0 {
		if len(clip.Channels) != 1 {
			errs = append(errs, fmt.Errorf("conditions.covariates[%d].first_guess is true, but clips have %d channels: want one", i, len(clip.Channels)))
		}
		if j := slices.IndexFunc(c.Covariates[i+1:], func(v CovariateConfig) bool { return v.FirstGuess }); j >= 0 {
			errs = append(errs, fmt.Errorf("conditions.covariates[%d].first_guess is true of a second covariate: want one at most", i+1+j))
		}
	}
	if !(c.Dropout >= 0 && c.Dropout <= 1) {
		errs = append(errs, fmt.Errorf("conditions.dropout is %v, want a share between 0 and 1", c.Dropout))
	}
	return errors.Join(errs...)
}
