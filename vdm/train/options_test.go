package train

import (
	"math"
	"slices"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// No number of passes is one, a norm below 1 is clipped to, and the trainer's average
// is the state's.
func TestOnePassClippedToASmallNorm(t *testing.T) {
	be, o := goEngine(t), options()
	o.Rule, o.Passes, o.Clip = momentum{}, 0, 0.5
	from := initial(o.Rule)
	trainer, err := New(be, regression(nil), o, from)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	for taken, err := range trainer.Steps(t.Context(), 1) {
		if err != nil {
			t.Fatal(err)
		}
		if taken.Norm <= 0.5 {
			t.Errorf("a norm of %v is not clipped to 0.5: the test proves little", taken.Norm)
		}
	}
	_, gradient := passLoss(float64s(from.Weights), 0, 0)
	norm := 0.0
	for _, d := range gradient {
		norm += d * d
	}
	for i := range gradient {
		gradient[i] *= 0.5 / math.Sqrt(norm)
	}
	state, err := trainer.State()
	if err != nil {
		t.Fatal(err)
	}
	close32(t, "clipped gradient", state.Moments[0], gradient, 1e-6)
	average, err := tensors.CopyFlatData[float32](trainer.EMA())
	if err != nil || !slices.Equal(average, state.EMA) || slices.Equal(average, state.Weights) {
		t.Errorf("the trainer's average is %v (%v), the state's %v, its weights %v", average, err, state.EMA, state.Weights)
	}
}

// Each constant has its own name and value: Σ b times 3 adds 3 to the gradient of b.
func TestConstantsByName(t *testing.T) {
	p := regression(nil)
	p.Constants = append(p.Constants, Constant{"slope", []int{1}, []float32{3}})
	loss := p.Loss
	p.Loss = func(w, in map[string]*g.Node, watch func(string, *g.Node)) *g.Node {
		return g.Add(loss(w, in, watch), g.Mul(in["slope"], g.ReduceAllSum(w["b"])))
	}
	o := options()
	o.Rule, o.Passes, o.Clip = momentum{}, 1, 0
	from := initial(o.Rule)
	state, _ := trained(t, goEngine(t), p, o, from, 1)
	_, gradient := passLoss(float64s(from.Weights), 0, 0)
	for i := inWidth * outWidth; i < weightCount; i++ {
		gradient[i] += 3
	}
	close32(t, "gradient", state.Moments[0], gradient, 1e-5)
}

// The program of a step takes, on each device, the four vectors of Adam's state and the
// sum of gradients, four numbers, the constant, and the device's share of the inputs.
func TestInputsOfAStep(t *testing.T) {
	o := options()
	o.Devices = 2
	exec, got, err := StepProgram(enginetest.NewDevices(t, 2), regression(nil), o)
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	var want []shapes.Shape
	for range 2 {
		for _, dims := range [][]int{{8}, {8}, {8}, {8}, {8}, {}, {}, {}, {}, {1}, {2, 3}, {2, 2}} {
			want = append(want, shapes.Make(dtypes.Float32, dims...))
		}
	}
	if !slices.EqualFunc(got, want, shapes.Shape.Equal) {
		t.Errorf("inputs %v, want %v", got, want)
	}
}

// A batch is divided in order, of numbers and of indices, and a batch of one sample is
// one that can be trained on.
func TestDivide(t *testing.T) {
	parts, err := divide([]*tensors.Tensor{
		enginetest.Tensor([]float32{1, 2, 3, 4, 5, 6, 7, 8}, 4, 2), tensors.FromFlatDataAndDimensions([]int64{10, 20, 30, 40}, 4),
	}, 2)
	if err != nil {
		t.Fatal(err)
	}
	for i, part := range parts {
		numbers, err := tensors.CopyFlatData[float32](part[0])
		if want := [][]float32{{1, 2, 3, 4}, {5, 6, 7, 8}}[i]; err != nil || !slices.Equal(numbers, want) {
			t.Errorf("part %d has the numbers %v (%v), want %v", i, numbers, err, want)
		}
		indices, err := tensors.CopyFlatData[int64](part[1])
		if want := [][]int64{{10, 20}, {30, 40}}[i]; err != nil || !slices.Equal(indices, want) || len(part) != 2 {
			t.Errorf("part %d has the indices %v (%v), want %v", i, indices, err, want)
		}
	}
	o := options()
	if o.Batch = 1; o.Check(goEngine(t)) != nil {
		t.Errorf("a batch of one sample is refused: %v", o.Check(goEngine(t)))
	}
}

// A gradient that is not finite, where the loss is, is named by its variable: that of
// the length of a vector at 0 is 0/0. Large numbers whose sum alone overflows are finite.
func TestWhereAGradientIsNotFinite(t *testing.T) {
	for _, name := range []string{"W", "b"} {
		p := regression(nil)
		loss := p.Loss
		p.Loss = func(w, in map[string]*g.Node, watch func(string, *g.Node)) *g.Node {
			if watch != nil {
				watch("large numbers", g.MulScalar(g.OnesLike(w["W"]), 3e38))
			}
			return g.Add(loss(w, in, watch), g.Sqrt(g.ReduceAllSum(g.Mul(w[name], w[name]))))
		}
		o := options()
		from := initial(o.Rule)
		clear(Cut(variables, from.Weights)[name])
		trainer, err := New(goEngine(t), p, o, from)
		if err != nil {
			t.Fatal(err)
		}
		defer trainer.Close()
		last := error(nil)
		for _, err := range trainer.Steps(t.Context(), 1) {
			last = err
		}
		enginetest.WantError(t, name, last, "gradient norm NaN: first not finite in gradient of "+name)
	}
}
