package run

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/gomlx/compute"

	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/internal/machine"
	"github.com/climate-vdm/climate-vdm/vdm/train"
)

// Estimate says what one optimiser step will take, from an account of its graph and two
// short measurements of the engine. Engines fuse operators and plan buffers in their own
// ways, so both memory and time are rough.
type Estimate struct {
	Batch     int           // number of clips in a batch, over all devices
	Cost      engine.Cost   // cost of one pass on one device
	Step      time.Duration // duration of one optimiser step with all its passes
	Memory    int64         // bytes that the engine will need on one device
	Available int64         // bytes of free memory, 0 where unknown
	Fits      int           // the largest batch whose memory fits in Available, 0 where unknown
	// Loose marks an engine that fuses operators, for which Memory is an upper bound
	// that may be far too large: Check does not refuse by it.
	Loose bool
}

// overhead returns the ratio of an engine's memory to the peak of the account. The ratio
// of ONNX Runtime was measured (see the memory test of package unet): from the second
// step on it keeps one block for a plan of all buffers beside the arena of the first
// step.
func overhead(engine string) float64 {
	if strings.HasPrefix(engine, "onnx") {
		return 3.1
	}
	return 1
}

// Estimate returns what a training step will take. It builds the graph of the step
// without compiling it, and counts.
func (m *Run) Estimate() (Estimate, error) { return m.estimate(1) }

// estimate returns what a step takes that devices share.
func (m *Run) estimate(devices int) (Estimate, error) {
	be, choice, err := m.Engine()
	if err != nil {
		return Estimate{}, err
	}
	if err := m.Config.Network.Check(be); err != nil {
		return Estimate{}, err
	}
	batch := m.Config.Training.Batch / devices
	cost, err := m.stepCost(be, batch)
	if err != nil {
		return Estimate{}, err
	}
	flops, bytes, err := engine.Rates(be)
	if err != nil {
		return Estimate{}, err
	}
	seconds := (cost.FLOPs/flops + cost.Bytes/bytes) * float64(m.Config.Training.Accumulate)
	e := Estimate{Batch: batch * devices, Loose: strings.HasPrefix(choice.Name, "xla"), Cost: cost, Step: time.Duration(seconds * float64(time.Second))}
	factor := overhead(choice.Name)
	e.Memory = int64(factor * float64(cost.Peak))
	if m.freeMemory != nil {
		e.Available = m.freeMemory()
	} else if strings.Contains(choice.Name, "cuda") {
		e.Available = machine.DeviceMemory()
	} else {
		e.Available = machine.FreeMemory()
	}
	if e.Available == 0 {
		return e, nil
	}
	e.Fits, err = largestBatch(float64(e.Available)/factor, batch, func(batch int) (float64, error) {
		cost, err := m.stepCost(be, batch)
		return float64(cost.Peak), err
	})
	e.Fits *= devices
	return e, err
}

// largestBatch returns the largest batch whose peak is at most available, or one close
// below it. The peak is the maximum of sums that each grow linearly with the batch. So
// it is convex, and a chord between a batch that fits and one that does not crosses the
// limit at a batch that surely fits.
func largestBatch(available float64, start int, peak func(batch int) (float64, error)) (int, error) {
	const counts = 12 // about a tenth of a second each
	low, high := 0, 0 // low fits, high does not; 0 means none known
	lowPeak, highPeak := 0.0, 0.0
	next := start
	for range counts {
		p, err := peak(next)
		if err != nil {
			return 0, err
		}
		if p <= available {
			low, lowPeak = next, p
		} else {
			high, highPeak = next, p
		}
		switch {
		case high == 0: // at least as many as a proportional peak would allow
			next = max(2*low, int(float64(low)*available/lowPeak))
		case high == low+1:
			return low, nil
		case low == 0:
			next = high / 2
		default:
			next = max(low+1, low+int((available-lowPeak)/(highPeak-lowPeak)*float64(high-low)))
		}
		if next > math.MaxInt32 {
			break
		}
	}
	return low, nil
}

// stepCost returns the cost of one training pass, counted from its graph.
func (m *Run) stepCost(be compute.Backend, batch int) (engine.Cost, error) {
	o, err := m.Config.trainOptions(1)
	if err != nil {
		return engine.Cost{}, err
	}
	o.Batch = batch
	return train.Cost(be, m.Config.problem(m.Config.layout(), nil), o)
}

// Check returns an error where the step does not fit in memory.
func (e Estimate) Check() error {
	if e.Loose || e.Available == 0 || e.Memory <= e.Available {
		return nil
	}
	return fmt.Errorf("a training step of batch %d needs about %.1f GiB and %.1f GiB are free: %s",
		e.Batch, machine.GiB(e.Memory), machine.GiB(e.Available), e.advice())
}

// advice returns a sentence about the batch that would fit. If an engine has failed with
// a batch that should fit by the estimate, or there is no estimate, it recommends half
// of the batch.
func (e Estimate) advice() string {
	const how = "(training.batch; training.accumulate keeps the sum)"
	switch {
	case e.Fits > 0 && e.Fits < e.Batch:
		return fmt.Sprintf("a batch of %d would fit %s", e.Fits, how)
	case e.Batch > 1 && (e.Fits > 0 || e.Available == 0):
		return fmt.Sprintf("try a batch of %d %s", e.Batch/2, how)
	}
	return "take a smaller clip or network, or set network.rematerialise"
}

// String returns the estimate in one line.
func (e Estimate) String() string {
	s := fmt.Sprintf("estimate: %.3g GFLOP a pass of batch %d, about %.1f GiB and %.2g s a step",
		e.Cost.FLOPs/1e9, e.Batch, machine.GiB(e.Memory), e.Step.Seconds())
	if e.Available > 0 {
		s += fmt.Sprintf(" (%.1f GiB free: a batch of up to %d fits)", machine.GiB(e.Available), e.Fits)
	}
	return s
}
