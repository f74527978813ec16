package run

import (
	"cmp"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
	"github.com/climate-vdm/climate-vdm/vdm/train"
)

// These are the stems of a snapshot's tensor files; the optimiser's states have theirs.
const (
	stemWeights = "weights"
	stemEMA     = "ema"
)

// states returns the vectors of the run's state by the stems of their files.
func (m *Run) states(s train.State) (map[string][]float32, error) {
	rule, err := m.Config.Training.rule()
	if err != nil {
		return nil, err
	}
	vectors := map[string][]float32{stemWeights: s.Weights, stemEMA: s.EMA}
	for i, stem := range rule.States() {
		vectors[stem] = s.Moments[i]
	}
	return vectors, nil
}

// save writes a snapshot of a state and makes it the run's state.
func (m *Run) save(state train.State) error {
	config, err := m.Config.Encode()
	if err != nil {
		return err
	}
	vectors, err := m.states(state)
	if err != nil {
		return err
	}
	s := &checkpoint.Snapshot{
		Step:    state.Step,
		Tensors: map[string][]checkpoint.Tensor{},
		Blobs:   map[string][]byte{configName: config},
	}
	variables := m.Config.FullNetwork().Variables()
	for stem, flat := range vectors {
		values := train.Cut(variables, flat)
		for _, v := range variables {
			s.Tensors[stem] = append(s.Tensors[stem], checkpoint.FromFloat32s(v.Name, v.Shape, values[v.Name]))
		}
	}
	if _, err := checkpoint.Save(filepath.Join(m.Dir, snapshotsDir), s, m.Config.Training.Keep); err != nil {
		return err
	}
	m.state = state
	return nil
}

// restore sets the run's state to a snapshot. A network of another shape is refused with
// the name of the variable that differs, other settings with their names.
func (m *Run) restore(s *checkpoint.Snapshot) error {
	rule, err := m.Config.Training.rule()
	if err != nil {
		return err
	}
	saved, err := ParseConfig(s.Blobs[configName])
	if err != nil {
		return err
	}
	for _, stem := range rule.States() {
		if _, there := s.Tensors[stem]; there {
			continue
		}
		held := slices.DeleteFunc(slices.Sorted(maps.Keys(s.Tensors)), func(stem string) bool { return stem == stemWeights || stem == stemEMA })
		return fmt.Errorf("the snapshot of step %d lacks %s of the optimiser %s, which %s names, and has the state of %s (%s): restore %s, or start another run from the weights",
			s.Step, stem, optimiser(m.Config), configName, optimiser(saved), strings.Join(held, ", "), configName)
	}
	state := train.State{Step: s.Step}
	if state.Weights, err = m.vector(s, stemWeights); err != nil {
		return err
	}
	if state.EMA, err = m.vector(s, stemEMA); err != nil {
		return err
	}
	for _, stem := range rule.States() {
		x, err := m.vector(s, stem)
		if err != nil {
			return err
		}
		state.Moments = append(state.Moments, x)
	}
	if diff := differences(saved, m.Config); len(diff) > 0 {
		return fmt.Errorf("%s was changed since: %s; restore it, or start another run", configName, strings.Join(diff, "; "))
	}
	m.state = state
	return nil
}

// optimiser returns the name of the configured optimiser.
func optimiser(c Config) string { return cmp.Or(c.Training.Optimiser, train.RuleNames()[0]) }

// vector returns one vector of a snapshot's state, in the order of the configured
// network's variables.
func (m *Run) vector(s *checkpoint.Snapshot, stem string) (flat []float32, err error) {
	found := map[string]checkpoint.Tensor{}
	for _, t := range s.Tensors[stem] {
		found[t.Name] = t
	}
	for _, v := range m.Config.FullNetwork().Variables() {
		t, ok := found[v.Name]
		if !ok {
			return nil, fmt.Errorf("%s has no variable %s, which the configured network has (shape %v)", stem, v.Name, v.Shape)
		}
		if fmt.Sprint(t.Shape) != fmt.Sprint(v.Shape) {
			return nil, fmt.Errorf("%s: variable %s has shape %v, the configured network's has %v", stem, v.Name, t.Shape, v.Shape)
		}
		x, err := checkpoint.Float32s(t)
		if err != nil {
			return nil, err
		}
		flat = append(flat, x...)
		delete(found, v.Name)
	}
	for name := range found {
		return nil, fmt.Errorf("%s has a variable %s, which the configured network lacks", stem, name)
	}
	return flat, nil
}

// ImportWeights replaces the weights and their average by those of a map under the
// original's names, and saves a snapshot. The optimiser starts afresh.
//
// Call it for a run that has not been trained yet, because Adam's corrections count
// steps from the run's first.
func (m *Run) ImportWeights(values map[string][]float32) error {
	if m.state.Step > 0 {
		return fmt.Errorf("import weights: the run %s has been trained for %d steps; create another", m.Dir, m.state.Step)
	}
	return m.start(values)
}

// start saves the state before the first step, with the given initial weights by name.
func (m *Run) start(values map[string][]float32) error {
	flat, err := train.Join(m.Config.FullNetwork().Variables(), values)
	if err != nil {
		return err
	}
	rule, err := m.Config.Training.rule()
	if err != nil {
		return err
	}
	return m.save(train.Start(flat, rule))
}
