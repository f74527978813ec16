// Command bench times one training step and one sampling step of the network against the
// same network in PyTorch, and against other forms of its attention, alternating in the
// same run, and reading of random windows from a prepared file; then the cost of a step
// of each sampler in forward passes. It prints the time of compilation, and the ratio of
// the steps to the machine's own rates. `make bench` runs it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"

	_ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"

	"github.com/climate-vdm/climate-vdm/vdm/internal/proof"
	"github.com/climate-vdm/climate-vdm/vdm/run"

	host "github.com/climate-vdm/climate-vdm/vdm/internal/machine"
)

func main() {
	proof.Serve()
	var o options
	multiples := flag.String("multiples", "1,2", "widths of the levels over -dim")
	threads := flag.String("threads", fmt.Sprintf("1,%d", runtime.NumCPU()), "thread counts of PyTorch to try; the fastest is the peer")
	flag.IntVar(&o.dim, "dim", 16, "width of the first level")
	flag.IntVar(&o.heads, "heads", 2, "attention heads")
	flag.IntVar(&o.headDim, "head-dim", 32, "width of a head")
	flag.IntVar(&o.batch, "batch", 4, "clips")
	flag.IntVar(&o.frames, "frames", 10, "frames of a clip")
	flag.IntVar(&o.height, "height", 32, "rows of a clip")
	flag.IntVar(&o.wide, "width", 32, "columns of a clip")
	flag.IntVar(&o.repeats, "repeats", 15, "counted steps of each, after two that are not")
	modes := flag.String("modes", "eager", "how PyTorch runs: eager, compile (torch.compile), or both with a comma; the fastest is the peer")
	flag.StringVar(&o.device, "device", "cpu", "PyTorch's device: cpu or cuda; ours is the engine that GOMLX_BACKEND names")
	flag.StringVar(&o.precision, "precision", "float32", "float32, tf32 or bfloat16 (activations; master weights, norms and softmax stay float32). Whether our float32 is TF32 on a GPU is a setting of the engine")
	attention := flag.String("attention", "none", "fused attention of our network: none, spatial, temporal or both; after a comma others, which take their steps in turn with the first")
	pythons := flag.String("python", strings.Join(pythonsHere(), ","), "interpreters with PyTorch, with commas; the fastest is the peer. Those that exist by default: Debian's, and the one with today's PyTorch that make bench installs")
	flag.StringVar(&o.script, "peer", "vdm/bench/torch/bench.py", "the PyTorch program")
	flag.StringVar(&o.row, "row", "", `the only row wanted of what samplers cost, as "ancestral" or "ancestral reconstruction"`)
	only := flag.Bool("samplers", false, "only what samplers cost, without the peer")
	flag.BoolVar(&o.stepsOnly, "steps", false, "only the training and the sampling step, and the memory")
	models := flag.Bool("models", false, "only take one step of each kind, so that the engine writes its programs where VDM_ONNX_MODELS says")
	flag.Parse()
	var err error
	if o.multiples, err = integers(*multiples); err == nil {
		o.threads, err = integers(*threads)
	}
	o.modes, o.attention, o.pythons = strings.Split(*modes, ","), strings.Split(*attention, ","), strings.Split(*pythons, ",")
	if err == nil {
		err = o.check()
	}
	if err == nil {
		switch {
		case *models:
			err = writeModels(context.Background(), o)
		case *only:
			err = samplersAlone(context.Background(), o)
		default:
			err = withSubject(o, func(m *run.Run) error { return compare(context.Background(), m, o) })
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// pythonsHere returns the interpreters that `make bench` prepares and that exist.
func pythonsHere() (found []string) {
	for _, file := range []string{"/usr/bin/python3", "build/torch/bin/python"} {
		if _, err := os.Stat(file); err == nil {
			found = append(found, file)
		}
	}
	return found
}

func integers(text string) ([]int, error) {
	var out []int
	seen := map[int]bool{}
	for _, word := range strings.Split(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q in %q: want positive whole numbers", word, text)
		}
		if !seen[n] {
			out = append(out, n)
		}
		seen[n] = true
	}
	return out, nil
}

// compare prints the table.
func compare(ctx context.Context, m *run.Run, o options) error {
	others := newAlternatives(o)
	for _, a := range others {
		defer a.close()
	}
	fmt.Printf("network: dim %d, multiples %v, %d heads of %d, %d parameters; batch %d of %d×%d×%d; %s\n",
		o.dim, o.multiples, o.heads, o.headDim, m.Config.Network.Count(), o.batch, o.frames, o.height, o.wide, o.precision)
	peers, err := startPeers(o, m.Config.Network.Count())
	if err != nil {
		return fmt.Errorf("the PyTorch peer: %w", err)
	}
	defer func() {
		for _, p := range peers {
			p.Stop()
		}
	}()

	fmt.Printf("\n%-7s %-28s %9s %9s %9s   %s\n", "step", "program", "median s", "min s", "max s", "ours/PyTorch, pair by pair: median (min … max)")
	seconds := map[string]float64{}
	for _, what := range []string{"train", "sample"} {
		t, err := interleave(ctx, m, o, what, others, peers)
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		t.print(what)
		seconds[what] = median(t.ours.seconds)
	}
	for _, a := range others {
		if a.failed != nil {
			fmt.Printf("%s is left out: %v\n", a.name(), a.failed)
		}
	}
	if peak := host.PeakMemory(); peak > 0 {
		fmt.Printf("\npeak memory: ours %.2f GiB", host.GiB(peak))
		for _, p := range peers {
			fmt.Printf(", %s %.2f GiB", p.name, p.peak/(1<<30))
		}
		fmt.Println()
	}
	if o.stepsOnly {
		return nil
	}
	be, _, err := m.Engine()
	if err != nil {
		return err
	}
	ceilings, err := measure(be, o)
	if err != nil {
		return fmt.Errorf("measuring the machine: %w", err)
	}
	fmt.Printf("\n%s\n", ceilings)
	estimate, err := m.Estimate()
	if err != nil {
		return err
	}
	ceilings.print("training step", estimate.Cost, seconds["train"], o.batch)
	cost, err := m.Config.SamplingCost(be, o.batch, nil, nil)
	if err != nil {
		return err
	}
	ceilings.print("sampling step", cost, seconds["sample"], o.batch)
	if err := readWindows(); err != nil {
		return err
	}
	return samplers(ctx, m, o, ceilings)
}
