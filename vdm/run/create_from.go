package run

import (
	"fmt"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/weights"
)

// Start is what a training can begin with in the place of random weights.
type Start struct {
	Name    string // for people: a shipped model, a run's folder or a file
	Config  Config // of the run that the weights were trained in; without channels where only the network is known
	Weights map[string][]float32
}

// Start returns the averaged weights of the run, for another training to begin with.
func (m *Run) Start() Start { return Start{m.Dir, m.Config, m.Weights(true)} }

// CreateFrom is Create with the weights of start. The network and its
// covariates must be the same; its transforms are taken, and so are the variances of the waves, where
// preconditioning is "spectrum" and clips are as large, since the weights belong to them.
// The schedule, but for the bounds of λ, and all of training may be other.
func CreateFrom(dir string, c Config, clips vdm.Clips, start Start) (*Run, error) {
	c = c.WithDefaults()
	if err := start.fit(&c); err != nil {
		return nil, fmt.Errorf("weights of %s: %w", start.Name, err)
	}
	return createRun(dir, c, func(c Config) (map[string][]float32, error) { return start.initial(c, clips) }, clips)
}

// fit takes over what the weights belong to, and refuses what contradicts it.
func (s Start) fit(c *Config) error {
	of := s.Config.WithDefaults()
	if len(s.Config.Clip.Channels) > 0 {
		if len(of.Clip.Channels) != len(c.Clip.Channels) {
			return fmt.Errorf("they are for clips of %d channels, the run has %d", len(of.Clip.Channels), len(c.Clip.Channels))
		}
		c.Clip.Channels = slices.Clone(c.Clip.Channels)
		for i, ch := range of.Clip.Channels {
			own := &c.Clip.Channels[i]
			if own.Units != ch.Units {
				return fmt.Errorf("they are for %s in %s, the run has %s in %s", ch.Name, ch.Units, own.Name, own.Units)
			}
			if own.Transform.Fitted() && len(own.Transform.Steps) > 0 && own.Transform.String() != ch.Transform.String() {
				return fmt.Errorf("they are for values under %s, the run has %s", ch.Transform, own.Transform)
			}
			own.Transform = ch.Transform
		}
		told := func(c Config) (text string) {
			for _, v := range c.Conditions.Covariates {
				text += fmt.Sprintf("%s in %s (%d known frames", v.Name, v.Units, v.KnownFrames)
				if v.FirstGuess {
					text += ", the first guess"
				}
				if v.GuessError {
					text += ", the error of the first guess"
				}
				text += "), "
			}
			low, high := c.Schedule.Min, c.Schedule.Max
			return text + fmt.Sprintf("map of noise levels %v, λ from %v to %v, parameterisation %s, preconditioning %q",
				c.Conditions.TakesMap(), low, high, c.Parameterisation, c.Preconditioning)
		}
		if a, b := told(of.WithScheduleBounds()), told(c.WithScheduleBounds()); a != b {
			return fmt.Errorf("they were trained with %s, the run has %s", a, b)
		}
		c.Conditions.Covariates = slices.Clone(c.Conditions.Covariates)
		for i, v := range of.Conditions.Covariates {
			c.Conditions.Covariates[i].Transform = v.Transform
		}
	}
	var flat []float32
	for _, v := range c.FullNetwork().Variables() {
		flat = append(flat, s.Weights[v.Name]...)
	}
	c.Training.From = fmt.Sprintf("%s (SHA-256 %s)", s.Name, sum256(flat))
	return nil
}

// initial returns the weights of start for the network of c. What was fitted on clips of
// another size is fitted on these.
func (s Start) initial(c Config, clips vdm.Clips) (map[string][]float32, error) {
	out, fitted := map[string][]float32{}, map[string][]float32(nil)
	for _, v := range c.FullNetwork().Variables() {
		values, ok := s.Weights[v.Name]
		switch {
		case ok && len(values) == v.Size():
			out[v.Name] = values
		case v.Kind == weights.Fixed:
			if fitted == nil {
				var err error
				if fitted, err = c.initialWeights(clips); err != nil {
					return nil, err
				}
			}
			out[v.Name] = fitted[v.Name]
		default:
			return nil, fmt.Errorf("weights of %s: %s has %d values, the network of the run has %d there: want the same network", s.Name, v.Name, len(values), v.Size())
		}
	}
	return out, nil
}
