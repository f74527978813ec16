package run

import (
	"errors"
	"fmt"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm/spectral"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
)

// ConditionsConfig says what a network receives beside z and λ. The zero value means
// nothing.
type ConditionsConfig struct {
	// Tasks gives a weight to each way of conditioning that the network is trained for,
	// of [TaskNames]: how often it is drawn, relative to the others. With any task the
	// network takes a map of noise levels, and conditional samples need no guidance: see
	// [vdm.NoiseLevelMap].
	Tasks map[string]float64 `yaml:"tasks,omitempty"`

	// Covariates are further fields. Training clips have them as channels after their
	// own, in this order.
	Covariates []CovariateConfig `yaml:"covariates,omitempty"`

	// Dropout is the share of training clips whose covariates are left out, so that the
	// network can also sample without them.
	Dropout float64 `yaml:"dropout,omitempty"`
}

// CovariateConfig is a field that the network receives beside z: a static one, such as
// orography, or one for every frame, such as another forecast.
type CovariateConfig struct {
	Name      string         `yaml:"name"`
	Units     string         `yaml:"units"`
	Transform transform.Spec `yaml:"transform"` // fitted by Create if it is not fitted yet

	// KnownFrames is the number of first frames from which the field was made, as a
	// forecast is: the field is left out where a task shows fewer. 0 means that the
	// field is always available.
	KnownFrames int `yaml:"known_frames,omitempty"`

	// AlternateFrames says that the field is also made from every second frame, and given
	// where these are known. Training clips have that form as one more channel, after all
	// covariates. The network receives either in the same place; the mark is 2 in the
	// place of 1.
	AlternateFrames bool `yaml:"alternate_frames,omitempty"`

	// FirstGuess marks a forecast of the clip's one channel itself. It has the channel's
	// transform, and with the preconditioning "spectrum" the linear denoiser is the one
	// of the difference between clip and forecast.
	FirstGuess bool `yaml:"first_guess,omitempty"`

	// GuessError marks a field that says how far the first guess is likely to be from the
	// clip: after its own transform a standard deviation in the network's units, times any
	// constant. The linear denoiser of the preconditioning "spectrum" takes the variances
	// of the difference as proportional to its mean square over the clip.
	GuessError bool `yaml:"guess_error,omitempty"`
}

// firstGuess returns the index of the covariate that is the first guess, −1 where there
// is none.
func (c ConditionsConfig) firstGuess() int {
	return slices.IndexFunc(c.Covariates, func(v CovariateConfig) bool { return v.FirstGuess })
}

// guessError returns the index of the covariate that says how wrong the first guess is, −1
// where there is none.
func (c ConditionsConfig) guessError() int {
	return slices.IndexFunc(c.Covariates, func(v CovariateConfig) bool { return v.GuessError })
}

// covariateChannels is the number of channels of a covariate: its value, and a mark that is
// not 0 where the value is present.
const covariateChannels = 2

// These are the marks of a value that is present: as the first frames give it, and as every
// second frame does.
const (
	markFirst     = 1
	markAlternate = spectral.AlternateMark
)

// inAlternate returns the place of the alternate form of covariate i among the channels of
// a training clip, counted from the first covariate, −1 where it has none.
func (c ConditionsConfig) inAlternate(i int) int {
	if !c.Covariates[i].AlternateFrames {
		return -1
	}
	return len(c.Covariates) + c.alternates(i)
}

// alternates returns how many of the first n covariates have an alternate form.
func (c ConditionsConfig) alternates(n int) (count int) {
	for _, v := range c.Covariates[:n] {
		if v.AlternateFrames {
			count++
		}
	}
	return count
}

// givenBy reports whether the covariate can be made where these frames are shown.
func (v CovariateConfig) givenBy(shown shownFrames) bool {
	return v.KnownFrames <= shown.first || v.AlternateFrames && shown.alternate
}

// TakesMap reports whether the network takes a map of noise levels.
func (c ConditionsConfig) TakesMap() bool { return len(c.Tasks) > 0 }

// channels returns the number of channels that the network receives beside the clip's
// own: the map of noise levels, and for each covariate its value and mark.
func (c ConditionsConfig) channels(clip ClipConfig) int {
	n := covariateChannels * len(c.Covariates)
	if c.TakesMap() {
		n += len(clip.Channels)
	}
	return n
}

// KnownFrames returns the number of first frames from which the covariates are made, 0
// if they need none.
func (c ConditionsConfig) KnownFrames() int {
	n := 0
	for _, v := range c.Covariates {
		n = max(n, v.KnownFrames)
	}
	return n
}

// validate returns an error that names every setting out of its range.
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
		if v.AlternateFrames && (v.KnownFrames == 0 || c.Tasks["alternate-frames"] == 0) {
			errs = append(errs, fmt.Errorf("conditions.covariates[%d].alternate_frames is true: want known_frames of at least 1, and alternate-frames among conditions.tasks", i))
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
	if i, j := c.firstGuess(), c.guessError(); i >= 0 && j >= 0 && c.Covariates[i].AlternateFrames != c.Covariates[j].AlternateFrames {
		errs = append(errs, fmt.Errorf("conditions.covariates[%d].alternate_frames is %t, and %t of the error of this first guess: want the same", i, c.Covariates[i].AlternateFrames, c.Covariates[j].AlternateFrames))
	}
	if i := c.guessError(); i >= 0 {
		if c.firstGuess() < 0 || c.Covariates[i].FirstGuess {
			errs = append(errs, fmt.Errorf("conditions.covariates[%d].guess_error is true: want another covariate with first_guess, whose error it is", i))
		}
		if j := slices.IndexFunc(c.Covariates[i+1:], func(v CovariateConfig) bool { return v.GuessError }); j >= 0 {
			errs = append(errs, fmt.Errorf("conditions.covariates[%d].guess_error is true of a second covariate: want one at most", i+1+j))
		}
	}
	if !(c.Dropout >= 0 && c.Dropout <= 1) {
		errs = append(errs, fmt.Errorf("conditions.dropout is %v, want a share between 0 and 1", c.Dropout))
	}
	return errors.Join(errs...)
}
