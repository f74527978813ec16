package learnt

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/convnet"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
	"github.com/climate-vdm/climate-vdm/vdm/train"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
	"github.com/climate-vdm/climate-vdm/vdm/weights"
)

// Options are the settings of a fit. The zero value is the corrected form.
type Options struct {
	EndsConstant bool    // the gradient takes the ends of the rescaling for constants, as the dissertation's program did
	Unmasked     bool    // dry cells count in the mean of ln dy/dx
	Slope        float64 // smallest slope of the function; 0 means 0.1
	Hidden       int     // hidden units in each of the two layers; 0 means 16

	Max float64 // largest value of the data; 0 means that it is looked for in all of them

	Network vdm.Network // trained with the transform; nil means a small convnet
	Steps   int         // 0 means 2000
	Batch   int         // 0 means 8
	Rate    float64     // learning rate; 0 means 1e-3
	Seed    uint64
}

// wet is the rate in mm/h above which a cell counts in the mean of ln dy/dx.
const wet = 0.01

func (o Options) withDefaults() Options {
	o.Slope, o.Hidden = cmp.Or(o.Slope, 0.1), cmp.Or(o.Hidden, 16)
	o.Steps, o.Batch, o.Rate = cmp.Or(o.Steps, 2000), cmp.Or(o.Batch, 8), cmp.Or(o.Rate, 1e-3)
	if o.Network == nil {
		o.Network = convnet.Config{Width: 16, Depth: 2}
	}
	o.Network = o.Network.ForClips(1, 0)
	return o
}

// Result is a fitted transform with the way to it.
type Result struct {
	Spec transform.Spec // the one step of kind learnt
	Loss []float64      // after each step: mean v-error − mean(mask·ln dy/dx)
}

// Fit trains a learnt transform together with a network on clips of one channel of rain
// in mm/h without missing values, and returns the transform, ready for any run; the
// network is dropped. It is an error if there is no rain at all, a value is missing,
// negative, infinite or above Max, or the transform that comes out is none.
func Fit(ctx context.Context, be compute.Backend, o Options, data vdm.Clips) (Result, error) {
	o = o.withDefaults()
	if _, _, _, channels := data.Shape(); channels != 1 || data.Len() == 0 {
		return Result{}, fmt.Errorf("learnt transform: %d clips of %d channels; want at least one, of one channel", data.Len(), channels)
	}
	if err := o.Network.Check(be); err != nil {
		return Result{}, err
	}
	if o.Max == 0 {
		var err error
		if o.Max, err = largest(data); err != nil {
			return Result{}, err
		}
	}
	if !(o.Max > 0) || math.IsInf(o.Max, 0) {
		return Result{}, fmt.Errorf("learnt transform: the largest value is %v mm/h; want rain", o.Max)
	}
	problem := o.problem(data)
	values := weights.Initial(problem.Variables, o.Seed)
	start, err := train.Join(problem.Variables, values)
	if err != nil {
		return Result{}, err
	}
	for i, least := range lowest(problem.Variables) {
		start[i] = max(start[i], least)
	}
	rule := projected{train.Adam{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8}}
	trainer, err := train.New(be, problem, train.Options{Rule: rule, Rate: func(int64) float64 { return o.Rate }, Batch: o.Batch}, train.Start(start, rule))
	if err != nil {
		return Result{}, err
	}
	defer trainer.Close()
	var r Result
	for taken, err := range trainer.Steps(ctx, int64(o.Steps)) {
		if err != nil {
			return Result{}, err
		}
		r.Loss = append(r.Loss, taken.Loss)
	}
	state, err := trainer.State()
	if err != nil {
		return Result{}, err
	}
	r.Spec, err = step(train.Cut(problem.Variables, state.Weights), o.Slope, o.Max)
	return r, err
}

// largest returns the largest value of all clips.
func largest(data vdm.Clips) (float64, error) {
	most := 0.0
	frames, height, width, _ := data.Shape()
	clip := make([]float32, frames*height*width)
	for i := range data.Len() {
		if err := data.Clip(i, clip); err != nil {
			return 0, err
		}
		missing := false
		for _, v := range clip {
			most, missing = max(most, float64(v)), missing || v != v
		}
		if missing {
			return 0, fmt.Errorf("learnt transform: clip %d has a missing value; leave such clips out", i)
		}
	}
	return most, nil
}

// problem returns the joint problem of transform and network: the mean squared error of v̂
// for clips after the transform, less the mean of mask·ln dy/dx. The transform's gradient
// comes through z, through v and through the second term.
func (o Options) problem(data vdm.Clips) train.Problem {
	frames, height, width, _ := data.Shape()
	dims := []int{frames, height, width, 1}
	network := o.Network.Variables()
	return train.Problem{
		Variables: append(variables(o.Hidden), network...),
		Inputs: []train.Input{
			{Name: "rain", DType: dtypes.Float32, Dims: dims}, {Name: "noise", DType: dtypes.Float32, Dims: dims}, {Name: "log_snr", DType: dtypes.Float32},
		},
		Loss: func(w, in map[string]*g.Node, _ func(string, *g.Node)) *g.Node {
			return o.loss(w, in)
		},
		Batch: func(k int64, _ int) ([]*tensors.Tensor, error) { return o.batch(data, k) },
	}
}

func (o Options) loss(w, in map[string]*g.Node) *g.Node {
	x, at := in["rain"], vdm.Level{LogSNR: in["log_snr"]}
	y, logDerivative := function{w: w, slope: o.Slope, most: o.Max, endsConstant: o.EndsConstant}.apply(x)
	alpha, sigma := at.AlphaSigma(y)
	z := g.Add(g.Mul(alpha, y), g.Mul(sigma, in["noise"]))
	v := g.Sub(g.Mul(alpha, in["noise"]), g.Mul(sigma, y))
	denoiser := vdm.PredictV.Denoiser(func(z *g.Node, at vdm.Level, b vdm.Batch) *g.Node { return o.Network.Apply(w, z, at, b) })
	batch := vdm.Batch{Z: z, At: at, V: v, Factor: g.OnesLike(in["log_snr"])}
	if !o.Unmasked {
		mask := g.ConvertDType(g.GreaterThan(x, g.Scalar(x.Graph(), x.DType(), wet)), x.DType())
		logDerivative = g.Mul(mask, logDerivative)
	}
	n := x.Shape().Dim(0)
	return g.Sub(vdm.WeightedLoss(denoiser, batch), g.ReduceMean(g.Reshape(logDerivative, n, x.Shape().Size()/n), 1))
}

// batch returns the inputs of step k: clips, their noise and λ by t ~ U(0, 1) on the
// dissertation's schedule, functions of the seed and k.
func (o Options) batch(data vdm.Clips, k int64) ([]*tensors.Tensor, error) {
	frames, height, width, _ := data.Shape()
	size := frames * height * width
	rain, ε, logSNR := make([]float32, o.Batch*size), make([]float32, o.Batch*size), make([]float32, o.Batch)
	key := func(s noise.Stream) noise.Key { return noise.Key{Seed: o.Seed, Stream: s, Step: uint64(k)} }
	order := key(noise.Order).Rand()
	for i := range o.Batch {
		clip := rain[i*size : (i+1)*size]
		n := order.IntN(data.Len())
		if err := data.Clip(n, clip); err != nil {
			return nil, err
		}
		for _, v := range clip {
			if !(v >= 0 && float64(v) <= o.Max) {
				return nil, fmt.Errorf("learnt transform: clip %d has the value %v; want rain from 0 to %v mm/h, none of it missing", n, v, o.Max)
			}
		}
	}
	key(noise.Training).Normal(ε)
	times := make([]float32, o.Batch)
	key(noise.Time).Uniform(times, 0, 1)
	for i, t := range times {
		logSNR[i] = float32(vdm.Cosine{}.LogSNR(float64(t)))
	}
	dims := []int{o.Batch, frames, height, width, 1}
	return []*tensors.Tensor{
		tensors.FromFlatDataAndDimensions(rain, dims...), tensors.FromFlatDataAndDimensions(ε, dims...), tensors.FromFlatDataAndDimensions(logSNR, o.Batch),
	}, nil
}
