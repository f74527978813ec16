package run

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
)

// conditional returns o with every default of sampling given an observation: with a
// network that takes a map of noise levels the guidance is NoiseLevelMap.
func (m *Run) conditional(o SampleOptions) SampleOptions {
	if o.Guidance == nil && m.Config.Conditions.TakesMap() {
		o.Guidance = vdm.NoiseLevelMap{Top: m.Config.top()}
	}
	return o.WithConditionalDefaults()
}

// OnFields returns the run for fields of another size than its training clips had, with
// the same weights. Sample from it, but do not train it. The cells must have the same
// size in km as in training. A network with a preconditioning and without a first guess
// works on clips of one size only.
func (m *Run) OnFields(height, width int) (*Run, error) {
	c := m.Config
	if height == c.Clip.Height && width == c.Clip.Width {
		return m, nil
	}
	if c.Preconditioning != "" && c.Conditions.firstGuess() < 0 {
		return nil, fmt.Errorf("fields of %d × %d: the run's preconditioning belongs to clips of %d × %d", height, width, c.Clip.Height, c.Clip.Width)
	}
	if c.TrainedSize == [2]int{} {
		c.TrainedSize = [2]int{c.Clip.Height, c.Clip.Width}
	}
	c.Clip.Height, c.Clip.Width = height, width
	if err := c.Validate(); err != nil {
		return nil, err
	}
	larger := *m
	larger.Config = c
	return &larger, nil
}

// checkMap refuses NoiseLevelMap with a network that takes no map, and ways of
// conditioning for which the network was not trained.
func (m *Run) checkMap(guidance vdm.Guidance, cells vdm.Measurement) error {
	if _, is := guidance.(vdm.NoiseLevelMap); !is {
		return nil
	}
	c := m.Config.Conditions
	if !c.TakesMap() {
		return fmt.Errorf("guidance map: the run's network takes no map of noise levels; its configuration names no conditions.tasks. Use another guidance, such as moment-matching")
	}
	serving := m.Config.Clip.tasksFor(cells, c.KnownFrames())
	if slices.ContainsFunc(serving, func(name string) bool { return c.Tasks[name] > 0 }) {
		return nil
	}
	return fmt.Errorf("guidance map: the network was not trained for what is known here, which is a case of %s; its conditions.tasks are %s. Use another guidance, such as moment-matching",
		strings.Join(serving, " or "), strings.Join(c.trained(), ", "))
}

// trained returns the names of the tasks for which the network was trained.
func (c ConditionsConfig) trained() (names []string) {
	for _, t := range tasks {
		if c.Tasks[t.name] > 0 {
			names = append(names, t.name)
		}
	}
	return names
}

// tasksFor returns the tasks of training to which known cells belong. It looks at the
// first of several clips; needed is the number of first frames from which the covariates
// are made.
func (c ClipConfig) tasksFor(cells vdm.Measurement, needed int) []string {
	frame := c.size() / c.Frames
	whole, none := make([]bool, c.Frames), make([]bool, c.Frames)
	exact := cells.Std == 0 && cells.StdOf == nil
	for f := range c.Frames {
		seen := 0
		for _, y := range cells.Y[f*frame : (f+1)*frame] {
			if !math.IsNaN(float64(y)) {
				seen++
			}
		}
		whole[f], none[f] = seen == frame, seen == 0
	}
	frames := exact
	for f := range whole {
		frames = frames && (whole[f] || none[f])
	}
	if !frames {
		if exact {
			return []string{"regions"}
		}
		return []string{"scattered-cells"}
	}
	var names []string
	first, alternate := true, true
	for f, w := range whole {
		first = first && (f == 0 || !w || whole[f-1])
		alternate = alternate && w == (f%2 == 0)
	}
	if first {
		names = append(names, "first-frames")
	}
	if n := slices.Index(append(slices.Clone(whole), false), false); first && (n == needed || needed == 0) {
		names = append(names, "forecast")
	}
	if alternate {
		names = append(names, "alternate-frames")
	}
	return append(names, "random-frames")
}

// covariates converts the covariates of a sample from physical to the network's units:
// each [frame, height, width], once for all samples or once for each.
func (m *Run) covariates(fields map[string][]float32) (map[string]vdm.Covariate, error) {
	out := map[string]vdm.Covariate{}
	var names []string
	for i, c := range m.Config.Conditions.Covariates {
		names = append(names, c.Name)
		values, given := fields[c.Name]
		if !given {
			if m.Config.Conditions.Dropout == 0 && c.KnownFrames == 0 {
				return nil, fmt.Errorf("the covariate %s is missing: the network was never trained without it (conditions.dropout is 0)", c.Name)
			}
			continue
		}
		converted := slices.Clone(values)
		transform.Apply(m.covariateTransforms[i], converted, values)
		both := make([]float32, covariateChannels*len(values))
		for j, v := range converted {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				return nil, fmt.Errorf("the covariate %s is %v at value %d: want finite values in %s within the range of its transform, %s", c.Name, values[j], j, c.Units, c.Transform)
			}
			both[covariateChannels*j], both[covariateChannels*j+1] = v, 1
		}
		out[c.Name] = vdm.Covariate{Channels: covariateChannels, Values: both}
	}
	for name := range fields {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("the network has no covariate %q: it has %s", name, strings.Join(names, ", "))
		}
	}
	return out, nil
}
