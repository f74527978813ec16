package spectral

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// On a field larger than the clips of training, each cell has the Wiener filter of its own
// likely error, rounded to powers of 4 around the mean with weights between them: here the
// left half, with a quarter of the mean square, has the power −1 exactly.
func TestTheLinearDenoiserIsLocalOnLargerFields(t *testing.T) {
	const h, w, cells = 2 * height, 2 * width, frames * 4 * height * width
	z := make([]float32, cells)
	noise.Key{Seed: 6, Stream: noise.Synthetic}.Normal(z)
	var guess, likely []float32
	var squares []float64
	for j := range z {
		square := 7.0
		if j%w < w/2 {
			square = 1
		}
		squares = append(squares, square)
		guess = append(guess, 0, 1)
		likely = append(likely, float32(math.Sqrt(square)), 1)
	}
	given := make([]float32, frames*height*width)
	for j, s := range stds() {
		given[j] = float32(0.3 * s)
	}
	n := Network{Network: silent{}, Frames: frames, Height: height, Width: width, Given: "guess", GivenError: "error"}
	const lambda = 0.5
	alpha, sigma := vdm.Alpha(lambda), vdm.Sigma(lambda)

	// The variances of the larger field's waves, interpolated on the host.
	s := make([]float64, cells)
	rows, columns := between(height, h), between(width, w)
	for f := range frames {
		for y := range h {
			for x := range w {
				for i := range height {
					for j := range width {
						s[(f*h+y)*w+x] += rows[i][y] * columns[j][x] * float64(given[(f*height+i)*width+j])
					}
				}
			}
		}
	}
	want := make([]float64, cells)
	for k := lowest; k <= highest; k++ {
		one := make([]float64, cells)
		for j, v := range z {
			one[j] = float64(v)
		}
		transform(one, w, 1)
		transform(one, h, w)
		for j := range one {
			v := s[j] * 4 * math.Pow(4, float64(k)) // the mean square is 4
			one[j] *= alpha * sigma * (1 - v) / (alpha*alpha*v + sigma*sigma)
		}
		inverse(one, w, 1)
		inverse(one, h, w)
		for j := range want {
			power := math.Log(squares[j]/4) / math.Log(4)
			want[j] += math.Max(0, 1-math.Abs(power-float64(k))) * one[j]
		}
	}
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		exec, err := g.NewExec(be, func(z, logSNR, s, given, guess, likely *g.Node) *g.Node {
			in := vdm.Batch{Covariates: map[string]*g.Node{"guess": guess, "error": likely}}
			return n.Apply(vdm.Weights{VariableName: s, GivenName: given}, z, vdm.Level{LogSNR: logSNR}, in)
		})
		if err != nil {
			t.Fatal(err)
		}
		defer exec.Finalize()
		small := tensors.FromFlatDataAndDimensions(given, frames, height, width, 1)
		field := func(x []float32, channels int) *tensors.Tensor {
			return tensors.FromFlatDataAndDimensions(x, 1, frames, h, w, channels)
		}
		out, err := exec.Call(field(z, 1), []float32{lambda}, small, small, field(guess, 2), field(likely, 2))
		if err != nil {
			t.Fatal(err)
		}
		for j, v := range tensors.MustCopyFlatData[float32](out[0]) {
			if math.Abs(float64(v)-want[j]) > 3e-5*(1+math.Abs(want[j])) {
				t.Fatalf("value %d is %v, want %v", j, v, want[j])
			}
		}
	})
}
