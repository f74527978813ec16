package run

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
	"github.com/climate-vdm/climate-vdm/vdm/train"
)

// Past is a run with other weights of its own training: the average of an older snapshot,
// or an average over more or fewer steps. It draws clips and has losses as any run does,
// and cannot be trained.
type Past struct {
	*Run
	HalfLife   float64 // of the average, in steps
	Difference float64 // of the average from the exact one; see [train.AverageAfter]
}

// String names the weights.
func (p Past) String() string {
	return fmt.Sprintf("step %d, half-life %.4g steps", p.Step(), p.HalfLife)
}

// Snapshots returns the run as it was at each snapshot that is kept, ascending by step,
// with the average that was kept. Snapshots that cannot be read are left out.
func (m *Run) Snapshots() ([]Past, error) {
	dir := filepath.Join(m.Dir, snapshotsDir)
	steps, err := checkpoint.List(dir)
	if err != nil {
		return nil, fmt.Errorf("snapshots of %s: %w", m.Dir, err)
	}
	slices.Sort(steps)
	var all []Past
	for _, step := range steps {
		s, err := checkpoint.Load(checkpoint.Path(dir, step))
		if err != nil {
			m.Warnings = append(m.Warnings, err.Error())
			continue
		}
		then := *m
		if err := then.restore(s); err != nil {
			return nil, fmt.Errorf("run %s, snapshot of step %d: %w", m.Dir, step, err)
		}
		all = append(all, Past{Run: &then, HalfLife: train.HalfLife(m.Config.Training.EMA)})
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("run %s: no snapshot can be read", m.Dir)
	}
	return all, nil
}

// Averaged returns the run at the last of its snapshots with averages of other half-lives,
// in steps, made from all of them.
func Averaged(snapshots []Past, halfLives []float64) ([]Past, error) {
	last := snapshots[len(snapshots)-1]
	if train.HasOwnAverage(optimiser(last.Config)) {
		return nil, fmt.Errorf("run %s: the optimiser %s has an average of its own, which has no half-life", last.Dir, optimiser(last.Config))
	}
	var steps []int64
	var vectors [][]float32
	for _, s := range snapshots {
		steps, vectors = append(steps, s.Step()), append(vectors, s.state.EMA)
	}
	vectors = append(vectors, last.state.Weights)
	var all []Past
	for _, halfLife := range halfLives {
		if !(halfLife > 0) {
			return nil, fmt.Errorf("half-life of %v steps: want more than 0", halfLife)
		}
		coefficients, difference, err := train.AverageAfter(last.Config.Training.EMA, steps, train.DecayOf(halfLife))
		if err != nil {
			return nil, err
		}
		then := *last.Run
		then.state.EMA = make([]float32, len(vectors[0]))
		for i := range then.state.EMA {
			sum := 0.0
			for j, c := range coefficients {
				sum += c * float64(vectors[j][i])
			}
			then.state.EMA[i] = float32(sum)
		}
		all = append(all, Past{&then, halfLife, difference})
	}
	return all, nil
}
