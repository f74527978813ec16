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

// Given a first guess μ and its likely error, the linear denoiser is the exact one of
// clips μ + e·(independent normal waves), with e the root of the error's mean square. A
// clip without the error, or without the guess, has the denoiser of the clips themselves,
// and one whose guess was made from every second frame has the variances of such guesses.
func TestTheGuessAndItsErrorMakeTheLinearDenoiser(t *testing.T) {
	const cells, clips = frames * height * width, 5
	z, guess, likely := make([]float32, clips*cells), make([]float32, clips*cells), make([]float32, clips*cells)
	noise.Key{Seed: 3, Stream: noise.Synthetic}.Normal(z)
	noise.Key{Seed: 4, Stream: noise.Synthetic}.Normal(guess)
	noise.Key{Seed: 5, Stream: noise.Synthetic}.Normal(likely)
	hasGuess, hasError := [clips]float32{1, 1, 1, 0, AlternateMark}, [clips]float32{1, 1, 0, 1, AlternateMark}
	var marked, markedError []float32
	for j := range z {
		clip := j / cells
		likely[j] *= float32(clip + 1) // the clips differ in how hard they are to forecast
		marked = append(marked, guess[j]*min(1, hasGuess[clip]), hasGuess[clip])
		markedError = append(markedError, likely[j]*min(1, hasError[clip]), hasError[clip])
	}
	spectrum, given, alternate := make([]float32, cells), make([]float32, cells), make([]float32, cells)
	for j, s := range stds() {
		spectrum[j], given[j], alternate[j] = float32(s*s), float32(0.3*s), float32(0.1*s*s)
	}
	n := Network{Network: silent{}, Frames: frames, Height: height, Width: width, Given: "guess", GivenError: "error", Alternate: true}
	const lambda = 1.5
	alpha, sigma := vdm.Alpha(lambda), vdm.Sigma(lambda)
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		exec, err := g.NewExec(be, func(in []*g.Node) *g.Node {
			told := vdm.Batch{Covariates: map[string]*g.Node{"guess": in[5], "error": in[6]}}
			return n.Apply(vdm.Weights{VariableName: in[2], GivenName: in[3], AlternateName: in[4]}, in[0], vdm.Level{LogSNR: in[1]}, told)
		})
		if err != nil {
			t.Fatal(err)
		}
		defer exec.Finalize()
		five := func(x []float32, channels int) *tensors.Tensor {
			return tensors.FromFlatDataAndDimensions(x, clips, frames, height, width, channels)
		}
		four := func(x []float32) *tensors.Tensor {
			return tensors.FromFlatDataAndDimensions(x, frames, height, width, 1)
		}
		out, err := exec.Call(five(z, 1), []float32{lambda, lambda, lambda, lambda, lambda}, four(spectrum), four(given), four(alternate), five(marked, 2), five(markedError, 2))
		if err != nil {
			t.Fatal(err)
		}
		got := tensors.MustCopyFlatData[float32](out[0])
		for clip := range clips {
			counts, square := hasGuess[clip]*hasError[clip] > 0, 0.0
			want := make([]float64, cells)
			for j := range want {
				want[j] = float64(z[clip*cells+j])
				if counts {
					want[j] -= alpha * float64(guess[clip*cells+j])
				}
				square += float64(likely[clip*cells+j]) * float64(likely[clip*cells+j]) / cells
			}
			transform(want, width, 1)
			transform(want, height, width)
			for j := range want {
				s := float64(spectrum[j])
				switch {
				case hasGuess[clip] == AlternateMark:
					s = float64(alternate[j]) * square
				case counts:
					s = float64(given[j]) * square
				}
				want[j] *= alpha * sigma * (1 - s) / (alpha*alpha*s + sigma*sigma)
			}
			inverse(want, width, 1)
			inverse(want, height, width)
			for j, w := range want {
				if counts {
					w -= sigma * float64(guess[clip*cells+j])
				}
				if v := float64(got[clip*cells+j]); math.Abs(v-w) > 3e-5*(1+math.Abs(w)) {
					t.Fatalf("clip %d: value %d is %v, want %v", clip, j, v, w)
				}
			}
		}
	})
}
