package run

import (
	"errors"
	"fmt"

	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// HeldOutBatch is one part of the fixed problem on which the held-out loss is measured:
// noisy clips in the network's units, and their targets.
type HeldOutBatch struct {
	Clips   []int     // indices of the clips
	Z, V    []float32 // [sample, frame, height, width, channel]
	Mask    []float32 // nil, or 1 where a value counts and 0 where it is missing, shaped as Z
	LogSNR  []float32 // λ of each sample
	Factors []float32 // the weight of each sample's mean squared error, see vdm.LossFactor
}

// HeldOutBatches returns the fixed held-out problem of the run, made from clips: the
// same clips, times and noise at every call and on every engine, so that losses can be
// compared between steps, between runs of one configuration and with other denoisers.
// Clips are taken at even distances over the source. Where the source has fewer than
// asked for, they are repeated with other noise.
func (m *Run) HeldOutBatches(clips vdm.Clips) ([]HeldOutBatch, error) {
	raw, err := m.heldOutBatches(clips)
	if err != nil {
		return nil, err
	}
	var out []HeldOutBatch
	for _, b := range raw {
		out = append(out, HeldOutBatch{b.clips, b.z, b.v, b.mask, b.logSNR, b.factor})
	}
	return out, nil
}

func (m *Run) heldOutBatches(clips vdm.Clips) ([]*batch, error) {
	r, err := newReader(m.Config, clips)
	if err != nil {
		return nil, err
	}
	c := m.Config.Training
	// The number is rounded up to whole batches, so that one compiled program serves.
	n := (c.HeldOutClips + c.Batch - 1) / c.Batch * c.Batch
	key := noise.Key{Seed: c.Seed, Stream: noise.HeldOut}
	times := key.LowDiscrepancy(n)
	indices, keys := make([]int, n), make([]noise.Key, n)
	for i := range n {
		indices[i] = i * r.clips.Len() / n
		keys[i] = key
		keys[i].Sample, keys[i].Step = uint32(i), 1 // the times are of step 0
	}
	// The clips are shuffled, so that a clip's place in the source is unrelated to its
	// time.
	order := noise.Key{Seed: c.Seed, Stream: noise.HeldOut, Step: 2}.Rand()
	order.Shuffle(n, func(i, j int) { times[i], times[j] = times[j], times[i] })
	var batches []*batch
	for from := 0; from < n; from += c.Batch {
		to := from + c.Batch
		b, err := r.draw(m.schedule, m.weighting, indices[from:to], times[from:to], keys[from:to], nil)
		if err != nil {
			return nil, err
		}
		batches = append(batches, b)
	}
	return batches, nil
}

// heldOutLoss is the compiled loss of the fixed held-out problem with its batches.
type heldOutLoss struct {
	config  Config
	exec    *g.Exec
	batches []*batch
}

// lossGraph returns the loss of each sample of a batch. Inputs: weights, batch.
func (c Config) lossGraph(in []*g.Node) *g.Node {
	l := c.layout()
	return vdm.WeightedLoss(c.flatDenoiser(in[0]), l.unpack(l.named(in[1:])))
}

// newHeldOut returns the held-out loss, nil where there are no held-out clips.
func (m *Run) newHeldOut(clips vdm.Clips) (*heldOutLoss, error) {
	return m.heldOutOf(clips, "held-out loss", func(in []*g.Node) []*g.Node { return []*g.Node{m.Config.lossGraph(in)} })
}

// heldOutOf returns the held-out problem with the outputs of a graph, each [sample], whose
// inputs are weights and batch.
func (m *Run) heldOutOf(clips vdm.Clips, name string, graph func(in []*g.Node) []*g.Node) (*heldOutLoss, error) {
	if clips == nil {
		return nil, nil
	}
	batches, err := m.heldOutBatches(clips)
	if err != nil {
		return nil, err
	}
	be, _, err := m.Engine()
	if err != nil {
		return nil, err
	}
	exec, err := engine.Compile(be, name, graph)
	if err != nil {
		return nil, err
	}
	return &heldOutLoss{m.Config, exec, batches}, nil
}

func (h *heldOutLoss) close() { h.exec.Finalize() }

// each returns the loss of every sample, the first output of the graph.
func (h *heldOutLoss) each(weights *tensors.Tensor) ([]float64, error) {
	all, err := h.outputs(weights)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// outputs returns every output of the graph for every sample.
func (h *heldOutLoss) outputs(weights *tensors.Tensor) (all [][]float64, err error) {
	for _, b := range h.batches {
		up := h.config.layout().pack(b)
		out, err := engine.Execute(h.exec, engine.Arguments([]*tensors.Tensor{weights}, up)...)
		engine.Release(up...)
		if err != nil {
			return nil, err
		}
		if all == nil {
			all = make([][]float64, len(out))
		}
		for i, x := range out {
			values, err := tensors.CopyFlatData[float32](x)
			if err != nil {
				engine.Release(out...)
				return nil, err
			}
			for _, v := range values {
				all[i] = append(all[i], float64(v))
			}
		}
		engine.Release(out...)
	}
	return all, nil
}

func (h *heldOutLoss) mean(weights *tensors.Tensor) (float64, error) {
	losses, err := h.each(weights)
	mean := 0.0
	for _, l := range losses {
		mean += l / float64(len(losses))
	}
	return mean, err
}

// HeldOutLosses returns the weighted loss of each sample of the fixed held-out
// problem, with the averaged weights.
func (m *Run) HeldOutLosses(clips vdm.Clips) ([]float64, error) {
	if clips == nil {
		return nil, errors.New("held-out loss: no clips")
	}
	h, err := m.newHeldOut(clips)
	if err != nil {
		return nil, fmt.Errorf("held-out loss: %w", err)
	}
	all, err := m.averaged(h)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// averaged returns the outputs of a held-out problem with the averaged weights, and closes
// the problem.
func (m *Run) averaged(h *heldOutLoss) ([][]float64, error) {
	defer h.close()
	w, err := engine.NewDeviceVector(m.be, 0, m.state.EMA)
	if err != nil {
		return nil, err
	}
	defer engine.Release(w.Tensor)
	return h.outputs(w.Tensor)
}
