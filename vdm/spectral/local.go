package spectral

import (
	"math"

	g "github.com/gomlx/gomlx/core/graph"
)

// local is a variance, or a variance of each wave, and the cells to which it belongs.
type local struct {
	square *g.Node
	weight *g.Node // of each cell, [clip, frame, row, column, 1]; nil means 1 everywhere
}

// denoise returns the best linear v̂ of z by waves with given variances, and the root mean
// square of what it leaves, to which the network's output is scaled. Where there are
// several variances, each cell has a weighted mean of their results: a Wiener filter that
// changes from place to place as slowly as the weights do.
func denoise(z, alpha, sigma *g.Node, axes []int, variances []local) (linear, size *g.Node) {
	forward := waves(z, axes, false)
	for _, v := range variances {
		s := v.square
		total := g.Add(g.Mul(g.Square(alpha), s), g.Square(sigma))
		gain := g.Div(g.Mul(g.Mul(alpha, sigma), g.OneMinus(s)), total)
		mine := waves(g.Mul(forward, gain), axes, true)
		left := g.Sqrt(g.ReduceAndKeep(g.Div(s, total), g.ReduceMean, append(axes[:len(axes):len(axes)], 4)...))
		if v.weight != nil {
			mine, left = g.Mul(mine, v.weight), g.Mul(left, v.weight)
		}
		if linear == nil {
			linear, size = mine, left
		} else {
			linear, size = g.Add(linear, mine), g.Add(size, left)
		}
	}
	return linear, size
}

// Where a field is larger than the clips of training, the likely error of the guess differs
// from place to place by more than it does within a clip. Its square is then rounded, cell
// by cell, to the mean over the field times powers of steps, from lowest to highest, with
// weights between two neighbours.
const (
	lowest, highest = -3, 2
	steps           = 4
)

// likelyErrors returns the mean square of the likely error of the guess in each clip, and
// for fields larger than the clips of training its square from place to place; and 1 or 0
// for whether a clip has any, [clip, 1, 1, 1, 1]. The channels of likely are the error and
// a mark of 1 where it is present.
func likelyErrors(likely *g.Node, trainedSize bool) (sizes []local, present *g.Node) {
	mark, square := g.MinScalar(pick(likely, 1), 1), g.Square(pick(likely, 0))
	present = g.ReduceAndKeep(mark, g.ReduceMax, 1, 2, 3)
	cells := g.ReduceAndKeep(mark, g.ReduceSum, 1, 2, 3)
	mean := g.Div(g.ReduceAndKeep(g.Mul(square, mark), g.ReduceSum, 1, 2, 3), g.MaxScalar(cells, 1))
	if trainedSize {
		return []local{{square: mean}}, present
	}
	floor := g.AddScalar(mean, 1e-12)
	square = g.Add(g.Mul(square, mark), g.Mul(floor, g.OneMinus(mark)))
	power := g.MulScalar(g.Log(g.AddScalar(g.Div(square, floor), 1e-12)), 1/math.Log(steps))
	power = g.MinScalar(g.MaxScalar(power, lowest), highest)
	for k := lowest; k <= highest; k++ {
		sizes = append(sizes, local{
			square: g.MulScalar(mean, math.Pow(steps, float64(k))),
			weight: g.MaxScalar(g.OneMinus(g.Abs(g.AddScalar(power, float64(-k)))), 0),
		})
	}
	return sizes, present
}

// pick returns one channel of x, as a last axis of size 1.
func pick(x *g.Node, channel int) *g.Node {
	one := make([]float32, x.Shape().Dim(-1))
	one[channel] = 1
	return g.ReduceAndKeep(g.Mul(x, g.Reshape(g.Const(x.Graph(), one), 1, 1, 1, 1, len(one))), g.ReduceSum, 4)
}
