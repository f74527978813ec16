package run

import (
	"math"
	"os"
	"path/filepath"
	"sync"
	"testing"

	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// What a run of six steps does, recomputed in float64 from its configuration,
// its snapshots and the network's output alone. Nothing of the run is a default:
// another schedule, weighting and parameterisation, two passes a step, a
// warm-up, a decay of the rate, clipping, and an average that warms up.

const handSteps = 6

func handConfig(t testing.TB) Config {
	return Config{
		Clip: ClipConfig{Frames: 3, Height: 4, Width: 4, Channels: []ChannelConfig{
			{Name: "rain", Units: "mm/h", Transform: parse(t, "sqrt+affine")},
		}},
		Network:          unet.Config{Dim: 8, Multiples: []int{1}, Heads: 1, HeadDim: 4},
		Parameterisation: vdm.PredictEpsilon,
		Schedule:         ScheduleConfig{Name: "linear", Min: handMin, Max: handMax},
		Weighting:        WeightingConfig{Name: "sigmoid", Params: map[string]float64{"bias": handBias}},
		Training: TrainingConfig{
			Seed: 11, Steps: handSteps, Batch: 2, Accumulate: 2, Rate: 0.02, Warmup: 3, Decay: 20,
			Beta1: 0.8, Beta2: 0.99, Epsilon: 1e-6, Clip: 10, EMA: 0.35,
			HeldOutEvery: 3, HeldOutClips: 4, SnapshotEvery: 1, Keep: handSteps + 1, LogEvery: 1,
		},
	}
}

const handMin, handMax, handBias = -7.0, 5.0, 1.0

var handClips = blobs{n: 12, frames: 3, size: 4}

// handRun is a trained run, with the states of the optimiser after each of its
// steps, each by the names of the network's variables.
type handRun struct {
	*Run
	weights, ema, first, second [handSteps + 1][]float64
	records                     []MetricsLine
}

// theHandRun trains the run at the first call.
func theHandRun(t testing.TB) *handRun {
	t.Helper()
	handOnce.Do(func() {
		dir, err := os.MkdirTemp("", "run")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		r := &handRun{}
		if r.Run, err = Create(dir, handConfig(t), handClips); err != nil {
			t.Fatal(err)
		}
		mustTrain(t, r.Run, TrainOptions{Data: handClips, HeldOut: handClips})
		if r.records, err = ReadMetrics(dir); err != nil {
			t.Fatal(err)
		}
		for k := range handSteps + 1 {
			s, err := checkpoint.Load(checkpoint.Path(filepath.Join(dir, "snapshots"), int64(k)))
			if err != nil {
				t.Fatal(err)
			}
			r.weights[k], r.ema[k] = r.joined(t, s.Tensors["weights"]), r.joined(t, s.Tensors["ema"])
			r.first[k], r.second[k] = r.joined(t, s.Tensors["adam_first"]), r.joined(t, s.Tensors["adam_second"])
		}
		theRun = r
	})
	if theRun == nil {
		t.Fatal("the run that is recomputed by hand could not be trained")
	}
	return theRun
}

var (
	handOnce sync.Once
	theRun   *handRun
)

// joined are the values of a snapshot's tensors in the order of the network's
// variables.
func (r *handRun) joined(t testing.TB, tensors []checkpoint.Tensor) (all []float64) {
	t.Helper()
	values := map[string][]float32{}
	for _, x := range tensors {
		v, err := checkpoint.Float32s(x)
		if err != nil {
			t.Fatal(err)
		}
		values[x.Name] = v
	}
	for _, v := range r.Config.Network.Variables() {
		if len(values[v.Name]) != v.Size() {
			t.Fatalf("%d values of %s, want %d", len(values[v.Name]), v.Name, v.Size())
		}
		for _, x := range values[v.Name] {
			all = append(all, float64(x))
		}
	}
	return all
}

// named cuts joined values into the network's variables.
func (r *handRun) named(all []float64) map[string][]float32 {
	values := map[string][]float32{}
	for _, v := range r.Config.Network.Variables() {
		for _, x := range all[:v.Size()] {
			values[v.Name] = append(values[v.Name], float32(x))
		}
		all = all[v.Size():]
	}
	return values
}

// noisy are clips with noise, of which the loss is computed.
type noisy struct {
	z, eps []float32 // [sample, clip]
	logSNR []float64
}

// step is all that step k, counted from 0, sees in its passes.
func (r *handRun) step(t testing.TB, k int) noisy {
	t.Helper()
	c := r.Config.Training
	n := c.Batch * c.Accumulate
	key := func(s noise.Stream) noise.Key { return noise.Key{Seed: c.Seed, Stream: s, Step: uint64(k)} }
	order, times := key(noise.Order).Rand(), key(noise.Time).LowDiscrepancy(n)
	var b noisy
	for i := range n {
		x := clipOf(t, handClips, order.IntN(handClips.Len()))
		r.Forward(x)
		logSNR := handMax + times[i]*(handMin-handMax)
		eps := make([]float32, len(x))
		noiseKey := key(noise.Training)
		noiseKey.Sample = uint32(i)
		noiseKey.Normal(eps)
		// α² + σ² = 1 and α²/σ² = exp λ.
		alpha, sigma := 1/math.Sqrt(1+math.Exp(-logSNR)), 1/math.Sqrt(1+math.Exp(logSNR))
		for j := range x {
			b.z = append(b.z, float32(alpha*float64(x[j])+sigma*float64(eps[j])))
		}
		b.eps, b.logSNR = append(b.eps, eps...), append(b.logSNR, logSNR)
	}
	return b
}

// factor is what the mean of (ε − ε̂)² is multiplied with: ½·w(λ)/p_Λ(λ) of (2.79),
// with the sigmoid weighting and the even density of the linear schedule.
func handFactor(logSNR float64) float64 {
	return 0.5 / (1 + math.Exp(logSNR-handBias)) * (handMax - handMin)
}

// losses are the weighted losses of each sample, of the network's ε̂.
func (b noisy) losses(output []float32) []float64 {
	size := len(b.eps) / len(b.logSNR)
	losses := make([]float64, len(b.logSNR))
	for i, eps := range b.eps {
		losses[i/size] += math.Pow(float64(eps)-float64(output[i]), 2) / float64(size)
	}
	for i, l := range b.logSNR {
		losses[i] *= handFactor(l)
	}
	return losses
}

func mean(x []float64) (m float64) {
	for _, v := range x {
		m += v / float64(len(x))
	}
	return m
}

// network is the U-Net itself, compiled once with its variables as inputs: its
// output, and the gradient of the mean of the losses.
type network struct {
	r    *handRun
	exec *g.Exec
}

func (r *handRun) network(t testing.TB, withGradient bool) *network {
	t.Helper()
	be, _, err := r.Engine()
	if err != nil {
		t.Fatal(err)
	}
	exec, err := g.NewExec(be, func(in []*g.Node) []*g.Node {
		variables := in[4:]
		w := unet.Weights{}
		for i, v := range r.Config.Network.Variables() {
			w[v.Name] = variables[i]
		}
		z, logSNR, eps, factor := in[0], in[1], in[2], in[3]
		output := unet.Apply(r.Config.Network.(unet.Config), w, z, logSNR)
		out := []*g.Node{output}
		err := g.Sub(eps, output)
		loss := g.ReduceAllMean(g.Mul(factor, g.ReduceMean(g.Mul(err, err), 1, 2, 3, 4)))
		out = append(out, loss)
		if withGradient {
			out = append(out, g.Gradient(loss, variables...)...)
		}
		return out
	})
	if err != nil {
		t.Fatal(err)
	}
	return &network{r, exec}
}

func (n *network) close() { n.exec.Finalize() }

// apply returns the network's output with the given weights, and the gradient,
// if it was asked for.
func (n *network) apply(t testing.TB, weights []float64, b noisy) (output []float32, gradient []float64) {
	t.Helper()
	c := n.r.Config.Clip
	samples := len(b.logSNR)
	dims := []int{samples, c.Frames, c.Height, c.Width, len(c.Channels)}
	var levels, factors []float32
	for _, l := range b.logSNR {
		levels, factors = append(levels, float32(l)), append(factors, float32(handFactor(l)))
	}
	args := []any{enginetest.Tensor(b.z, dims...), enginetest.Tensor(levels, samples), enginetest.Tensor(b.eps, dims...), enginetest.Tensor(factors, samples)}
	values := n.r.named(weights)
	for _, v := range n.r.Config.Network.Variables() {
		args = append(args, enginetest.Tensor(values[v.Name], v.Shape...))
	}
	out, err := n.exec.Call(args...)
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Release(out...)
	output = flat32(t, out[0])
	for _, x := range out[2:] {
		for _, v := range flat32(t, x) {
			gradient = append(gradient, float64(v))
		}
	}
	return output, gradient
}

// denoiser is the network with weights by name, made of the public pieces.
func (r *handRun) denoiser(weights []float64) vdm.Denoiser {
	values := r.named(weights)
	return r.Config.Parameterisation.Denoiser(func(z *g.Node, at vdm.Level, _ vdm.Batch) *g.Node {
		w := unet.Weights{}
		for _, v := range r.Config.Network.Variables() {
			w[v.Name] = g.Const(z.Graph(), enginetest.Tensor(values[v.Name], v.Shape...))
		}
		return unet.Apply(r.Config.Network.(unet.Config), w, z, at.LogSNR)
	})
}
