package vdm

import (
	"bufio"
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// Estimate is what one training pass will take, from an account of its graph
// and two short measurements of the engine. Engines fuse operators and plan
// buffers in their own ways, so both memory and time are rough.
type Estimate struct {
	Batch     int           // of all devices
	Cost      unet.Cost     // of one pass, on one device
	Step      time.Duration // of one optimiser step, all its passes
	Memory    int64         // bytes that the engine will take for it, on one device
	Available int64         // bytes of free memory, 0 where not known
	Fits      int           // the largest batch whose memory fits in Available, 0 where not known
	// Loose says that the engine fuses operators, so that Memory is an upper bound
	// which may be far off: Check does not refuse by it.
	Loose bool
}

// overhead is how many times the account's peak an engine takes. ONNX Runtime's
// was measured (see the memory test of package unet): from the second step on it
// holds one block for a plan of all buffers beside the arena of the first step.
func overhead(engine string) float64 {
	if strings.HasPrefix(engine, "onnx") {
		return 3.1
	}
	return 1
}

// Estimate builds the graph of a training step, without compiling it, and counts.
func (m *Model) Estimate() (Estimate, error) { return m.estimate(1) }

// estimate is of a step that devices share.
func (m *Model) estimate(devices int) (Estimate, error) {
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
	flops, bytes, err := engineRates(be)
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
		e.Available = deviceMemory()
	} else {
		e.Available = freeMemory()
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

// largestBatch finds the largest batch whose peak is at most available, or one
// close below it. The peak is the largest of sums that each grow evenly with the
// batch, so it is convex, and a chord between a batch that fits and one that does
// not meets the limit where a batch surely fits.
func largestBatch(available float64, start int, peak func(batch int) (float64, error)) (int, error) {
	const counts = 12 // about a tenth of a second each
	low, high := 0, 0 // fits, does not (0: none known)
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

// stepCost counts the graph of one training pass.
func (m *Model) stepCost(be compute.Backend, batch int) (cost unet.Cost, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("building the training step: %v", r)
		}
	}()
	c := m.Config
	graph := g.NewGraph(be, "estimate")
	defer graph.Finalize()
	var in []*g.Node
	input := func(dims ...int) {
		in = append(in, g.Parameter(graph, fmt.Sprintf("in%d", len(in)), shapes.Make(f32, dims...)))
	}
	for range 5 {
		input(c.Network.Count())
	}
	for range 4 {
		input()
	}
	clip := []int{batch, c.Clip.Frames, c.Clip.Height, c.Clip.Width, len(c.Clip.Channels)}
	input(clip...)
	input(batch)
	input(clip...)
	input(batch)
	if c.Training.MissingCells == "mask" {
		input(clip...)
	}
	return unet.CostOf(graph, c.stepGraph(in)...), nil
}

// Check is an error where the step does not fit in memory.
func (e Estimate) Check() error {
	if e.Loose || e.Available == 0 || e.Memory <= e.Available {
		return nil
	}
	return fmt.Errorf("a training step of batch %d needs about %.1f GiB and %.1f GiB are free: %s",
		e.Batch, gib(e.Memory), gib(e.Available), e.advice())
}

// advice says what would fit. Where an engine has failed with a batch of which
// the estimate says that it fits, or says nothing, that is half of it.
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

// String is the estimate in a line.
func (e Estimate) String() string {
	s := fmt.Sprintf("estimate: %.3g GFLOP a pass of batch %d, about %.1f GiB and %.2g s a step",
		e.Cost.FLOPs/1e9, e.Batch, gib(e.Memory), e.Step.Seconds())
	if e.Available > 0 {
		s += fmt.Sprintf(" (%.1f GiB free: a batch of up to %d fits)", gib(e.Available), e.Fits)
	}
	return s
}

func gib(bytes int64) float64 { return float64(bytes) / (1 << 30) }

// engineRates measures how many operations a second a middling matrix product
// does, and how many bytes a second an addition moves.
func engineRates(be compute.Backend) (flops, bytes float64, err error) {
	const n, length = 256, 1 << 20
	product, err := timed(be, n*n, []int{n, n}, func(a, b *g.Node) *g.Node {
		return g.Dot(a, b).General([]int{1}, nil, []int{0}, nil)
	})
	if err != nil {
		return 0, 0, err
	}
	sum, err := timed(be, length, []int{length}, func(a, b *g.Node) *g.Node { return g.Add(a, b) })
	if err != nil {
		return 0, 0, err
	}
	return 2 * n * n * n / product, 3 * 4 * length / sum, nil
}

// timed returns the shortest time in seconds of a small program of two inputs.
func timed(be compute.Backend, size int, dims []int, f func(a, b *g.Node) *g.Node) (float64, error) {
	measured, err := program(be, "measuring the engine", f)
	if err != nil {
		return 0, err
	}
	defer measured.Finalize()
	x := make([]float32, size)
	for i := range x {
		x[i] = float32(i%7) - 3
	}
	a, b := tensors.FromFlatDataAndDimensions(x, dims...), tensors.FromFlatDataAndDimensions(x, dims...)
	defer free(a, b)
	best := math.Inf(1)
	for range 6 {
		began := time.Now()
		out, err := run(measured, a, b)
		if err != nil {
			return 0, err
		}
		// Reading one value waits for the engine.
		err = tensors.ConstFlatData(out[0], func(flat []float32) {})
		best = min(best, time.Since(began).Seconds())
		free(out...)
		if err != nil {
			return 0, err
		}
	}
	return best, nil
}

// deviceMemory is what XLA's client takes at most, by default, of the smallest
// NVIDIA GPU that this process sees: three quarters of it; 0 where the driver does
// not say.
func deviceMemory() int64 {
	args := []string{"--query-gpu=memory.total", "--format=csv,noheader,nounits"}
	if visible := os.Getenv("CUDA_VISIBLE_DEVICES"); visible != "" {
		args = append(args, "--id="+visible)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "nvidia-smi", args...).Output()
	if err != nil {
		return 0
	}
	smallest := int64(0)
	for line := range strings.Lines(string(out)) {
		mib, err := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
		if err == nil && (smallest == 0 || mib < smallest) {
			smallest = mib
		}
	}
	return smallest << 20 / 4 * 3
}

// freeMemory is what the system says can be had without swapping, less where a
// control group allows less; 0 where it does not say.
func freeMemory() int64 {
	available := int64(0)
	if f, err := os.Open("/proc/meminfo"); err == nil {
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			if rest, ok := strings.CutPrefix(lines.Text(), "MemAvailable:"); ok {
				kib, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(rest, "kB")), 10, 64)
				available = kib << 10
			}
		}
	}
	limit, used := cgroupNumber("memory.max"), cgroupNumber("memory.current")
	if limit > 0 && limit-used < available {
		available = limit - used
	}
	return max(0, available)
}

func cgroupNumber(name string) int64 {
	text, err := os.ReadFile("/sys/fs/cgroup/" + name)
	if err != nil {
		return 0
	}
	n, _ := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return n
}
