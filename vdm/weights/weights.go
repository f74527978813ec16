// Package weights describes the trainable variables of a network: their names, shapes
// and kinds, and how their initial values are drawn. Networks list their variables in
// its terms and optimisers read them; the package knows neither.
package weights

import (
	"math"

	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// Variable describes one trainable variable of a network.
type Variable struct {
	Name  string
	Shape []int
	Kind  Kind
	Init  Init
}

// Size returns the number of elements of the variable.
func (v Variable) Size() int {
	n := 1
	for _, d := range v.Shape {
		n *= d
	}
	return n
}

// Kind says how a variable is used, for optimisers that treat kinds differently: weight
// decay is for matrices, as is a step that orthogonalises.
type Kind int

const (
	Matrix Kind = iota // a linear map: a matrix, or the kernel of a convolution
	Gain               // multiplies its input, as after a norm
	Bias               // is added to its input
	Fixed              // is a property of the data, and not trained
)

// Init says how the initial values of a variable are drawn. The zero value means zeros.
type Init struct {
	Uniform  float64 // uniform within ±Uniform, where it is above 0
	Normal   float64 // normal with this standard deviation, where it is above 0
	Constant float64 // otherwise every value is this number
}

// FanIn returns PyTorch's initialisation of linear maps, convolutions and their biases:
// uniform within ±1/√n, where an output is a sum over n inputs.
func FanIn(n int) Init { return Init{Uniform: 1 / math.Sqrt(float64(n))} }

// Initial returns the initial values of variables, by name and in row-major order.
// Each depends only on the seed and on the variable's place in the list.
func Initial(variables []Variable, seed uint64) map[string][]float32 {
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

// Count returns the number of elements of all variables.
func Count(variables []Variable) int {
	n := 0
	for _, v := range variables {
		n += v.Size()
	}
	return n
}
