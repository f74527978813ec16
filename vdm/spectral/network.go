package spectral

import (
	"errors"
	"fmt"
	"math"
	"slices"

	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// VariableName is the name of the variable that contains the variance of each wave,
// [frame, height, width, channel].
const VariableName = "spectrum"

// Network is another network with the best linear denoiser added to its output, which is
// read as v̂. With the variance S of a wave in the data (see [Fit]),
//
//	v̂ = Σ ασ(1 − S)/(α²S + σ²)·z + √(mean of S/(α²S + σ²))·F
//
// where the sum is over the waves of z, the cosines that the discrete cosine transform
// (DCT-II) over frames, rows and columns consists of, and F is the output of the other
// network: what remains for it has the size 1 at every noise level. White data, S = 1,
// leave the other network as it is.
//
// Clips have a fixed shape, to which the variances belong.
type Network struct {
	vdm.Network
	Frames, Height, Width int
}

// Variables are those of the other network and, last, the variance of each wave, which is
// fixed and 1 before it is fitted.
func (n Network) Variables() []vdm.Variable {
	_, channels := n.ClipChannels()
	return append(slices.Clone(n.Network.Variables()), vdm.Variable{
		Name: VariableName, Shape: []int{n.Frames, n.Height, n.Width, channels}, Kind: vdm.Fixed, Init: vdm.Init{Constant: 1},
	})
}

// Count is the number of trainable parameters, which the variances are not.
func (n Network) Count() int { return n.Network.Count() }

// ForClips returns the network for clips with a number of channels, and what it is shown
// beside them.
func (n Network) ForClips(channels, conditions int) vdm.Network {
	n.Network = n.Network.ForClips(channels, conditions)
	return n
}

// Validate names every setting that no such network can be built with.
func (n Network) Validate() error {
	if n.Frames < 1 || n.Height < 1 || n.Width < 1 {
		return fmt.Errorf("spectral network: clips of %d frames × %d × %d, want each at least 1", n.Frames, n.Height, n.Width)
	}
	if n.Network == nil {
		return errors.New("spectral network: there is no network to add to")
	}
	return n.Network.Validate()
}

// Apply returns v̂, shaped as z but for its channels.
func (n Network) Apply(w vdm.Weights, z *g.Node, at vdm.Level, in vdm.Batch) *g.Node {
	return n.add(w, z, at, n.Network.Apply(w, z, at, in))
}

// ApplyWatched is Apply, and shows what the other network shows, if it shows anything.
func (n Network) ApplyWatched(w vdm.Weights, z *g.Node, at vdm.Level, in vdm.Batch, watch func(name string, x *g.Node)) *g.Node {
	watched, ok := n.Network.(vdm.WatchedNetwork)
	if !ok {
		return n.Apply(w, z, at, in)
	}
	return n.add(w, z, at, watched.ApplyWatched(w, z, at, in, watch))
}

// add returns the sum of the linear denoiser and of what the other network says. Where
// there is a map of noise levels, the linear denoiser sees z as if all of it had the level
// of what is unknown, and speaks only of that.
func (n Network) add(w vdm.Weights, z *g.Node, at vdm.Level, remains *g.Node) *g.Node {
	spectrum, ok := w[VariableName]
	if !ok {
		panic(fmt.Errorf("spectral network: there is no node of the variable %s", VariableName))
	}
	dims := slices.Clone(remains.Shape().Dimensions)
	if want := []int{n.Frames, n.Height, n.Width}; !slices.Equal(dims[1:4], want) {
		panic(fmt.Errorf("spectral network: clips of %v (frames, height, width), want %v, to which the variances of the waves belong", dims[1:4], want))
	}
	alpha, sigma := vdm.Level{LogSNR: at.LogSNR}.AlphaSigma(z)
	if at.Map != nil {
		own, _ := at.AlphaSigma(z)
		z = g.Mul(z, g.Div(alpha, own))
	}
	s := g.StopGradient(g.Reshape(spectrum, append([]int{1}, dims[1:]...)...))
	total := g.Add(g.Mul(g.Square(alpha), s), g.Square(sigma))
	gain := g.Div(g.Mul(g.Mul(alpha, sigma), g.OneMinus(s)), total)
	size := g.Sqrt(g.ReduceAndKeep(g.Div(s, total), g.ReduceMean, 1, 2, 3, 4))
	linear := waves(g.Mul(waves(z, false), gain), true)
	if at.Map != nil {
		known := g.GreaterThan(at.Map, g.AddScalar(g.Reshape(at.LogSNR, alpha.Shape().Dimensions...), 1e-3))
		linear = g.Where(known, g.ZerosLike(linear), linear)
	}
	return g.Add(linear, g.Mul(size, remains))
}

// waves returns the orthonormal DCT-II of clips over frames, rows and columns, shaped as
// they are, or its inverse.
func waves(x *g.Node, inverse bool) *g.Node {
	// A product along the last axis is the one that every engine does right and fast.
	for _, axis := range []int{1, 2, 3} {
		matrix := g.ConstTensor(x.Graph(), matrixOf(x.Shape().Dim(axis), inverse))
		order := []int{0, 1, 2, 3, 4}
		order[axis], order[4] = 4, axis
		x = g.TransposeAllAxes(x, order...)
		x = g.Einsum("bfhwn,nk->bfhwk", x, matrix)
		x = g.TransposeAllAxes(x, order...)
	}
	return x
}

func matrixOf(n int, inverse bool) *tensors.Tensor {
	flat := make([]float32, n*n)
	for i, row := range cosines(n) {
		for k, c := range row {
			if inverse {
				flat[k*n+i] = float32(c)
			} else {
				flat[i*n+k] = float32(c)
			}
		}
	}
	return tensors.FromFlatDataAndDimensions(flat, n, n)
}

// cosines returns the value of wave k at place i of n, [i][k].
func cosines(n int) [][]float64 {
	m := make([][]float64, n)
	for i := range m {
		m[i] = make([]float64, n)
		for k := range m[i] {
			size := math.Sqrt(2 / float64(n))
			if k == 0 {
				size = math.Sqrt(1 / float64(n))
			}
			m[i][k] = size * math.Cos(math.Pi*float64(k)*(float64(i)+0.5)/float64(n))
		}
	}
	return m
}
