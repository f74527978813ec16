package vdm

import (
	"math"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// Network is a function of a noisy clip and its noise level with variables to train.
// A value of it is its settings: two that are equal have the same variables and
// compute the same. A [Parameterisation] makes a [Denoiser] of it.
//
// A new network is a package with a struct of settings that has these methods, and a
// line in the list of package run, which gives it a name in configuration files.
type Network interface {
	// Variables lists the trainable variables in a fixed order, in which they are
	// stored and in which their initial values are drawn.
	Variables() []Variable

	// Count is the number of trainable parameters, the elements of all variables.
	Count() int

	// Apply returns the output for z, [batch, frame, height, width, channel] in
	// float32, at its noise level: [batch, frame, height, width, output channel] in
	// float32. Covariates are in the batch. Like all graph functions it panics on a
	// wrong shape and where a variable has no node.
	Apply(w Weights, z *g.Node, at Level, in Batch) *g.Node

	// ForClips returns the network for clips with a number of channels, and as many
	// channels after them of conditions that it is shown beside z, with every
	// setting that is zero replaced by its default. Channels that are set stay.
	ForClips(channels, conditions int) Network

	// ClipChannels returns how many channels z has, and how many the output.
	ClipChannels() (z, output int)

	// Validate names every setting that no such network can be built with.
	Validate() error

	// Check returns an error where the network cannot run on an engine.
	Check(be compute.Backend) error
}

// WatchedNetwork is a network that shows the output of each of its parts, by which a
// run that has failed says where numbers first were not finite. It is optional.
type WatchedNetwork interface {
	Network

	// ApplyWatched is Apply, and calls watch with the output of each part in the order
	// of computation.
	ApplyWatched(w Weights, z *g.Node, at Level, in Batch, watch func(name string, x *g.Node)) *g.Node
}

// Weights holds the nodes of one graph that stand for a network's variables, by name.
// The same network is another one (its exponential moving average, say) when it is
// bound to other nodes.
type Weights map[string]*g.Node

// Variable describes one trainable variable of a network.
type Variable struct {
	Name  string
	Shape []int
	Kind  VariableKind
	Init  Init
}

// Size returns the number of elements.
func (v Variable) Size() int {
	n := 1
	for _, d := range v.Shape {
		n *= d
	}
	return n
}

// VariableKind is what a variable does, which an optimiser may want to know: weight
// decay is for matrices, as is a step that orthogonalises.
type VariableKind int

const (
	Matrix VariableKind = iota // a linear map: a matrix, or the kernel of a convolution
	Gain                       // multiplies, as after a norm
	Bias                       // is added
	Fixed                      // is a property of the data, and not trained
)

// Init is how the initial values of a variable are drawn. The zero value is zeros.
type Init struct {
	Uniform  float64 // uniform within ±Uniform, where it is above 0
	Normal   float64 // normal with this standard deviation, where it is above 0
	Constant float64 // else this number
}

// FanIn returns PyTorch's initialisation of linear maps, convolutions and their
// biases: uniform within ±1/√n, where n is how many inputs a value is a sum over.
func FanIn(n int) Init { return Init{Uniform: 1 / math.Sqrt(float64(n))} }

// InitialValues returns the initial values of variables, by name. Each depends on the
// seed and the variable's place in the list only.
func InitialValues(variables []Variable, seed uint64) map[string][]float32 {
	values := map[string][]float32{}
	for i, v := range variables {
		x := make([]float32, v.Size())
		key := noise.Key{Seed: seed, Stream: noise.Weights, Sample: uint32(i)}
		switch {
		case v.Init.Uniform > 0:
			key.Uniform(x, -v.Init.Uniform, v.Init.Uniform)
		case v.Init.Normal > 0:
			key.Normal(x)
			for j := range x {
				x[j] *= float32(v.Init.Normal)
			}
		default:
			for j := range x {
				x[j] = float32(v.Init.Constant)
			}
		}
		values[v.Name] = x
	}
	return values
}

// CountOf returns the number of elements of all variables.
func CountOf(variables []Variable) int {
	n := 0
	for _, v := range variables {
		n += v.Size()
	}
	return n
}
