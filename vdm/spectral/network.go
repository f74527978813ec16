package spectral

import (
	"errors"
	"fmt"
	"slices"

	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/weights"
)

// These are the names of the variables that contain the variance of each wave, [frame,
// height, width, channel].
const (
	VariableName  = "spectrum"                        // of the data
	GivenName     = "spectrum given"                  // of the difference between the data and the covariate Given
	AlternateName = "spectrum given alternate frames" // of the same where Given was made from every second frame
)

// AlternateMark is the mark, in the place of 1, of a covariate that was made from every
// second frame.
const AlternateMark = 2

// Network is another network with the best linear denoiser added to its output, which
// estimates v. With the variance S of a wave in the data (see [Fit]),
//
//	v̂ = Σ ασ(1 − S)/(α²S + σ²)·z + √(mean of S/(α²S + σ²))·F
//
// where the sum is over the waves of z, the cosines of the discrete cosine transform
// (DCT-II), and F is the output of the other network: its target has the size 1 at every
// noise level. White data, S = 1, leave the other network as it is.
//
// The waves are those of frames, rows and columns, in clips of one shape. With Given
// they are those of rows and columns in each frame by itself, and clips may be larger:
// the variances are then interpolated between wave numbers.
type Network struct {
	vdm.Network
	Frames, Height, Width int // of the clips on which the variances were fitted

	// Given, if not "", is the name of a covariate that is a first guess μ of the clip,
	// such as a forecast; its channels are the guess and a mark of 1 where it is
	// present. The linear denoiser is then the one of x − μ, with variances of its own,
	// and μ is added to its estimate.
	Given string

	// GivenError, if not "", is the name of a covariate that says how far the guess is
	// likely to be from the clip, as a standard deviation in the network's units times
	// any constant. The variances of x − μ are then those of a clip in which its mean
	// square is 1, and are multiplied by its mean square in this clip, so that rain that
	// is hard to forecast is not taken for noise. The guess counts only where the error
	// is present, too.
	GivenError string

	// Alternate says that clips differ in how their guess was made, from the first frames
	// or from every second one, and each of the two has variances of its own.
	Alternate bool
}

// Variables returns the variables of the other network and, last, the variances of the
// waves, which are fixed, and 1 before they are fitted.
func (n Network) Variables() []weights.Variable {
	_, channels := n.ClipChannels()
	variables := slices.Clone(n.Network.Variables())
	for _, name := range n.spectra() {
		variables = append(variables, weights.Variable{
			Name: name, Shape: []int{n.Frames, n.Height, n.Width, channels}, Kind: weights.Fixed, Init: weights.Init{Constant: 1},
		})
	}
	return variables
}

func (n Network) spectra() []string {
	if n.Given == "" {
		return []string{VariableName}
	}
	if !n.Alternate {
		return []string{VariableName, GivenName}
	}
	return []string{VariableName, GivenName, AlternateName}
}

// Count returns the number of trainable parameters, which the variances are not.
func (n Network) Count() int { return n.Network.Count() }

// ForClips returns the network for clips with a number of channels and a number of
// channels of conditions.
func (n Network) ForClips(channels, conditions int) vdm.Network {
	n.Network = n.Network.ForClips(channels, conditions)
	return n
}

// Validate returns an error that names every setting with which the network cannot be
// built.
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
	return n.add(w, z, at, in, n.Network.Apply(w, z, at, in))
}

// ApplyWatched computes what Apply does, and shows the parts of the other network, if it
// has any to show.
func (n Network) ApplyWatched(w vdm.Weights, z *g.Node, at vdm.Level, in vdm.Batch, watch func(name string, x *g.Node)) *g.Node {
	watched, ok := n.Network.(vdm.WatchedNetwork)
	if !ok {
		return n.Apply(w, z, at, in)
	}
	return n.add(w, z, at, in, watched.ApplyWatched(w, z, at, in, watch))
}

// add returns the sum of the linear denoiser and the output of the other network,
// remains. With a map of noise levels the linear denoiser takes all of z at the level of
// the unknown values, and counts only for these.
func (n Network) add(w vdm.Weights, z *g.Node, at vdm.Level, in vdm.Batch, remains *g.Node) *g.Node {
	dims := slices.Clone(remains.Shape().Dimensions)
	alpha, sigma := vdm.Level{LogSNR: at.LogSNR}.AlphaSigma(z)
	if at.Map != nil {
		own, _ := at.AlphaSigma(z)
		z = g.Mul(z, g.Div(alpha, own))
	}
	axes, variances := []int{1, 2, 3}, []local{{square: n.variances(w, VariableName, dims)}}
	var mean *g.Node
	if n.Given != "" {
		axes = []int{2, 3}
		if guess, there := in.Covariates[n.Given]; there {
			// A channel is picked by a sum over the last axis, because slices must not
			// occur where gradients flow.
			value := pick(guess, 0)
			mark := g.ReduceAndKeep(pick(guess, 1), g.ReduceMax, 1, 2, 3)
			alternate := g.MaxScalar(g.AddScalar(mark, 1-AlternateMark), 0)
			mark = g.MinScalar(mark, 1)
			sizes := []local{{square: g.ScalarOne(z.Graph(), z.DType())}}
			if n.GivenError != "" {
				var present *g.Node
				likely, told := in.Covariates[n.GivenError]
				if !told {
					likely = g.ZerosLike(guess)
				}
				sizes, present = likelyErrors(likely, dims[2] == n.Height && dims[3] == n.Width)
				mark = g.Mul(mark, present)
			}
			mean = g.Mul(value, mark)
			z = g.Sub(z, g.Mul(alpha, mean))
			without := g.Mul(g.OneMinus(mark), variances[0].square)
			given := n.variances(w, GivenName, dims)
			if n.Alternate {
				given = g.Add(g.Mul(g.OneMinus(alternate), given), g.Mul(alternate, n.variances(w, AlternateName, dims)))
			}
			given = g.Mul(mark, given)
			for i := range sizes {
				sizes[i].square = g.Add(g.Mul(given, sizes[i].square), without)
			}
			variances = sizes
		}
	}
	linear, size := denoise(z, alpha, sigma, axes, variances)
	if mean != nil {
		linear = g.Sub(linear, g.Mul(sigma, mean))
	}
	if at.Map != nil {
		known := g.GreaterThan(at.Map, g.AddScalar(g.Reshape(at.LogSNR, alpha.Shape().Dimensions...), 1e-3))
		linear = g.Where(known, g.ZerosLike(linear), linear)
	}
	return g.Add(linear, g.Mul(size, remains))
}

// variances returns the variances of a variable for clips of given dimensions, [1,
// frame, height, width, channel].
func (n Network) variances(w vdm.Weights, name string, dims []int) *g.Node {
	s, ok := w[name]
	if !ok {
		panic(fmt.Errorf("spectral network: there is no node of the variable %s", name))
	}
	s = g.StopGradient(g.Reshape(s, append([]int{1}, s.Shape().Dimensions...)...))
	want := []int{n.Frames, n.Height, n.Width}
	if slices.Equal(dims[1:4], want) {
		return s
	}
	if n.Given == "" || dims[1] != n.Frames {
		panic(fmt.Errorf("spectral network: clips of %v (frames, height, width), want %v, to which the variances of the waves belong", dims[1:4], want))
	}
	for i, axis := range []int{2, 3} {
		s = engine.AlongAxis(s, axis, between(want[1+i], dims[2+i]))
	}
	return s
}
