package train

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
	"github.com/climate-vdm/climate-vdm/vdm/weights"
)

// The problem of these tests: y = x·W + b is fitted to random targets, with the loss
// scale·Σ(y − target)² of each sample, where the scale is a constant.
const (
	inWidth, outWidth = 3, 2
	weightCount       = inWidth*outWidth + outWidth
	batchSize         = 4
	lossScale         = 0.5
)

var variables = []weights.Variable{
	{Name: "W", Shape: []int{inWidth, outWidth}, Kind: weights.Matrix},
	{Name: "b", Shape: []int{outWidth}, Kind: weights.Bias},
}

// regression returns the problem. A change, if there is one, is made to every batch.
func regression(change func(step int64, pass int, x, y []float32)) Problem {
	return Problem{
		Variables: variables,
		Inputs: []Input{
			{"x", dtypes.Float32, []int{inWidth}},
			{"target", dtypes.Float32, []int{outWidth}},
		},
		Constants: []Constant{{"scale", []int{1}, []float32{lossScale}}},
		Loss: func(w, in map[string]*g.Node, watch func(string, *g.Node)) *g.Node {
			y := g.Add(g.Dot(in["x"], w["W"]).Product(), g.Reshape(w["b"], 1, outWidth))
			if watch != nil {
				watch("the prediction", y)
			}
			d := g.Sub(y, in["target"])
			return g.Mul(in["scale"], g.ReduceSum(g.Mul(d, d), 1))
		},
		Batch: func(step int64, pass int) ([]*tensors.Tensor, error) {
			x, y := samples(step, pass)
			if change != nil {
				change(step, pass, x, y)
			}
			return []*tensors.Tensor{enginetest.Tensor(x, batchSize, inWidth), enginetest.Tensor(y, batchSize, outWidth)}, nil
		},
	}
}

// samples returns the batch of a pass: inputs and targets.
func samples(step int64, pass int) (x, y []float32) {
	x, y = make([]float32, batchSize*inWidth), make([]float32, batchSize*outWidth)
	key := noise.Key{Seed: 8, Stream: noise.Synthetic, Sample: uint32(pass), Step: uint64(step)}
	key.Normal(x)
	key.Seed++
	key.Normal(y)
	return x, y
}

// passLoss returns the mean loss of a pass and its gradient, in float64.
func passLoss(w []float64, step int64, pass int) (loss float64, gradient []float64) {
	x, target := samples(step, pass)
	gradient = make([]float64, weightCount)
	for s := range batchSize {
		for o := range outWidth {
			d := w[inWidth*outWidth+o] - float64(target[s*outWidth+o])
			for i := range inWidth {
				d += float64(x[s*inWidth+i]) * w[i*outWidth+o]
			}
			loss += lossScale * d * d / batchSize
			for i := range inWidth {
				gradient[i*outWidth+o] += 2 * lossScale * d * float64(x[s*inWidth+i]) / batchSize
			}
			gradient[inWidth*outWidth+o] += 2 * lossScale * d / batchSize
		}
	}
	return loss, gradient
}

func options() Options {
	return Options{
		Rule: Adam{Beta1: 0.8, Beta2: 0.95, Epsilon: 1e-6}, Batch: batchSize, Passes: 2, Clip: 1.8, EMA: 0.4,
		Rate: func(step int64) float64 { return 0.1 / float64(step+1) },
	}
}

func initial(r Rule) State {
	flat := make([]float32, weightCount)
	noise.Key{Seed: 3, Stream: noise.Weights}.Normal(flat)
	return Start(flat, r)
}

func goEngine(t testing.TB) compute.Backend {
	t.Helper()
	be := enginetest.Small(t)
	return be
}

// trained takes steps from a state up to one and returns them and the state then.
func trained(t testing.TB, be compute.Backend, p Problem, o Options, from State, until int64) (State, []Taken) {
	t.Helper()
	trainer, err := New(be, p, o, from)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	var steps []Taken
	for taken, err := range trainer.Steps(t.Context(), until) {
		if err != nil {
			t.Fatal(err)
		}
		steps = append(steps, taken)
	}
	state, err := trainer.State()
	if err != nil {
		t.Fatal(err)
	}
	return state, steps
}

func float64s(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

func close32(t testing.TB, what string, got []float32, want []float64, tolerance float64) {
	t.Helper()
	for i := range want {
		if !(math.Abs(float64(got[i])-want[i]) <= tolerance) {
			t.Errorf("%s %d is %v, want %v (tolerance %.0e)", what, i, got[i], want[i], tolerance)
		}
	}
}
