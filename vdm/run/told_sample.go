package run

import (
	"fmt"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// conditional returns o with every default of sampling given an observation: with a
// network that takes a map of noise levels the guidance is NoiseLevelMap.
func (m *Run) conditional(o SampleOptions) SampleOptions {
	byMap, is := o.Guidance.(vdm.NoiseLevelMap)
	if is && byMap.Top == 0 || o.Guidance == nil && m.Config.Conditions.TakesMap() {
		o.Guidance = vdm.NoiseLevelMap{Top: m.Config.top()}
	}
	return o.WithConditionalDefaults()
}

// checkMap refuses NoiseLevelMap with a network that takes no map, levels outside the
// trained range, and ways of conditioning for which the network was not trained.
func (m *Run) checkMap(guidance vdm.Guidance, c shownCells) error {
	byMap, is := guidance.(vdm.NoiseLevelMap)
	if !is {
		return nil
	}
	told := m.Config.Conditions
	if !told.TakesMap() {
		return fmt.Errorf("guidance map: the run's network takes no map of noise levels; its configuration names no conditions.tasks. Use another guidance, such as moment-matching")
	}
	if top := m.Config.top(); byMap.Top != top {
		return fmt.Errorf("guidance map: what is known exactly is shown at λ = %v, but the network was trained with %v there, the top of its range: want that, or 0", byMap.Top, top)
	}
	serving := m.Config.Clip.tasksFor(c, told.KnownFrames())
	if slices.ContainsFunc(serving, func(name string) bool { return told.Tasks[name] > 0 }) {
		return nil
	}
	return fmt.Errorf("guidance map: the network was not trained for what is known here, which is a case of %s; its conditions.tasks are %s. Use another guidance, such as moment-matching",
		strings.Join(serving, " or "), strings.Join(told.trained(), ", "))
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

// shownCells says which values of a clip are shown, and whether without errors. A missing
// cell of a known frame counts as shown where the network was trained on clips with missing
// cells: training shows such frames too.
type shownCells struct {
	shown []bool
	exact bool
}

// shownCells returns the shown values of the first of several clips. A frame whose cells
// are marked as known and all missing is an error.
func (m *Run) shownCells(cells vdm.Measurement, known []bool) (shownCells, error) {
	c := m.Config.Clip
	out := shownCells{make([]bool, c.size()), cells.Std == 0 && cells.StdOf == nil}
	frame := c.size() / c.Frames
	for f := range c.Frames {
		marked, seen := false, false
		for i := f * frame; i < (f+1)*frame; i++ {
			there := cells.Y[i] == cells.Y[i]
			out.shown[i] = there || known != nil && known[i] && m.Config.TakesMissing()
			marked, seen = marked || out.shown[i], seen || there
		}
		if marked && !seen {
			return out, fmt.Errorf("frame %d is to be known, but all of its known cells are missing: leave it out, or take other frames", f)
		}
	}
	return out, nil
}

// tasksFor returns the tasks of training to which shown cells belong; needed is the number
// of first frames from which the covariates are made.
func (c ClipConfig) tasksFor(cells shownCells, needed int) []string {
	frame := c.size() / c.Frames
	whole, none := make([]bool, c.Frames), make([]bool, c.Frames)
	frames := cells.exact
	for f := range c.Frames {
		of := cells.shown[f*frame : (f+1)*frame]
		whole[f], none[f] = !slices.Contains(of, false), !slices.Contains(of, true)
		frames = frames && (whole[f] || none[f])
	}
	if !frames {
		if cells.exact {
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
