package run

import (
	"fmt"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// LossAt returns the mean squared error of v̂ at each of some noise levels λ, over what a
// task of [TaskNames] leaves unknown, with the averaged weights: the mean over count clips
// at even distances, each with the same noise at every λ. The network receives its covariates. It shows at
// which levels one network is better than another of the same clips, of whatever schedule.
func (m *Run) LossAt(clips vdm.Clips, task string, levels []float64, count int) ([]float64, error) {
	out, err := m.lossAt(clips, task, levels, count)
	if err != nil {
		return nil, fmt.Errorf("loss at noise levels: %w", err)
	}
	return out, nil
}

func (m *Run) lossAt(clips vdm.Clips, task string, levels []float64, count int) ([]float64, error) {
	if !slices.Contains(TaskNames(), task) || task != "nothing" && !m.Config.Conditions.TakesMap() {
		return nil, fmt.Errorf("task %q: want one of %v that the network was trained for", task, TaskNames())
	}
	r, err := newReader(m.Config, clips)
	if err != nil {
		return nil, err
	}
	r.conditions.Tasks, r.conditions.Dropout = map[string]float64{task: 1}, 0
	h := &heldOutLoss{config: m.Config}
	n := m.Config.Training.Batch
	for _, level := range levels {
		t, err := timeOf(m.schedule, level)
		if err != nil {
			return nil, err
		}
		for from := 0; from < count; from += n {
			indices, keys, tasks := make([]int, n), make([]noise.Key, n), make([]noise.Key, n)
			for i := range n {
				indices[i] = min(from+i, count-1) * clips.Len() / count
				keys[i] = noise.Key{Seed: m.Config.Training.Seed, Stream: noise.HeldOut, Sample: uint32(from + i), Step: 1}
				tasks[i] = keys[i]
				tasks[i].Stream = noise.Task
			}
			b, err := r.draw(m.schedule, m.weighting, indices, slices.Repeat([]float64{t}, n), keys, tasks)
			if err != nil {
				return nil, err
			}
			for i := range b.factor {
				b.factor[i] = 1
			}
			h.batches = append(h.batches, b)
		}
	}
	be, _, err := m.Engine()
	if err != nil {
		return nil, err
	}
	if h.exec, err = engine.Compile(be, "loss at noise levels", m.Config.lossGraph); err != nil {
		return nil, err
	}
	defer h.close()
	w, err := engine.NewDeviceVector(be, 0, m.state.EMA)
	if err != nil {
		return nil, err
	}
	defer engine.Release(w.Tensor)
	each, err := h.each(w.Tensor)
	if err != nil {
		return nil, err
	}
	out, batches := make([]float64, len(levels)), (count+n-1)/n
	for i := range out {
		for j := range count {
			out[i] += each[i*batches*n+j] / float64(count)
		}
	}
	return out, nil
}

// timeOf returns the time at which a schedule has a noise level.
func timeOf(s vdm.Schedule, level float64) (float64, error) {
	if low, high := s.Bounds(); !(level >= low && level <= high) {
		return 0, fmt.Errorf("λ = %v: want %v to %v, the range of the schedule", level, low, high)
	}
	from, to := 0.0, 1.0 // λ falls with time
	for range 60 {
		if middle := (from + to) / 2; s.LogSNR(middle) > level {
			from = middle
		} else {
			to = middle
		}
	}
	return (from + to) / 2, nil
}
