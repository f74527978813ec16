package spectral

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/convnet"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
	"github.com/climate-vdm/climate-vdm/vdm/verify"
	"github.com/climate-vdm/climate-vdm/vdm/weights"
)

const frames, height, width = 3, 4, 5

var shape = [4]int{frames, height, width, 1}

// silent is a network that says nothing, so that what is left is the linear denoiser.
type silent struct{ vdm.Network }

func (silent) Variables() []weights.Variable { return nil }

func (silent) ClipChannels() (int, int) { return 1, 1 }

func (silent) Apply(_ vdm.Weights, z *g.Node, _ vdm.Level, _ vdm.Batch) *g.Node {
	return g.ZerosLike(z)
}

// clips are made of independent waves with the given standard deviations.
type clips struct{ std []float64 }

func (c clips) Len() int { return 3000 }

func (c clips) Shape() (int, int, int, int) { return frames, height, width, 1 }

func (c clips) Clip(i int, x []float32) error {
	noise.Key{Seed: 1, Stream: noise.Synthetic, Sample: uint32(i)}.Normal(x)
	wide := make([]float64, len(x))
	for j, v := range x {
		wide[j] = c.std[j] * float64(v)
	}
	// The transpose of each matrix takes waves back to cells.
	inner := 1
	for _, n := range []int{width, height, frames} {
		inverse(wide, n, inner)
		inner *= n
	}
	for j, v := range wide {
		x[j] = float32(v)
	}
	return nil
}

func inverse(x []float64, n, inner int) {
	matrix := verify.Cosines(n)
	for start := 0; start < len(x); start += n * inner {
		for j := range inner {
			line := make([]float64, n)
			for i := range n {
				for k := range n {
					line[i] += matrix[i][k] * x[start+k*inner+j]
				}
			}
			for i, v := range line {
				x[start+i*inner+j] = v
			}
		}
	}
}

func stds() []float64 {
	std := make([]float64, frames*height*width)
	for j := range std {
		std[j] = 2 / (1 + 0.2*float64(j))
	}
	return std
}

// The fit finds the variance of every wave, each to the error of 800 clips.
func TestFitFindsTheVariances(t *testing.T) {
	c := clips{stds()}
	got, err := Fit(shape, 3000, false, c.Clip)
	if err != nil {
		t.Fatal(err)
	}
	for j, v := range got {
		want := c.std[j] * c.std[j]
		if math.Abs(float64(v)-want) > 5*want*math.Sqrt(2./fitted) {
			t.Errorf("wave %d: variance %.4f, want %.4f", j, v, want)
		}
	}
}

// The linear denoiser is the exact one of clips whose waves are independent and normal:
// the v̂ of each wave is ασ(1 − S)/(α²S + σ²)·z, computed here in float64 on the host.
func TestTheLinearDenoiserIsExact(t *testing.T) {
	std := stds()
	z := make([]float32, len(std))
	noise.Key{Seed: 2, Stream: noise.Synthetic}.Normal(z)
	spectrum := make([]float32, len(std))
	for j, s := range std {
		spectrum[j] = float32(s * s)
	}
	n := Network{Network: silent{}, Frames: frames, Height: height, Width: width}
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		exec, err := g.NewExec(be, func(z, logSNR, s *g.Node) *g.Node {
			return n.Apply(vdm.Weights{VariableName: s}, z, vdm.Level{LogSNR: logSNR}, vdm.Batch{})
		})
		if err != nil {
			t.Fatal(err)
		}
		defer exec.Finalize()
		for _, lambda := range []float64{-20, -3, 0, 3, 20} {
			out, err := exec.Call(
				tensors.FromFlatDataAndDimensions(z, 1, frames, height, width, 1), []float32{float32(lambda)},
				tensors.FromFlatDataAndDimensions(spectrum, frames, height, width, 1))
			if err != nil {
				t.Fatal(err)
			}
			want := make([]float64, len(z))
			for j, v := range z {
				want[j] = float64(v)
			}
			inner := 1
			for _, n := range []int{width, height, frames} {
				transform(want, n, inner)
				inner *= n
			}
			alpha, sigma := vdm.Alpha(lambda), vdm.Sigma(lambda)
			for j := range want {
				s := std[j] * std[j]
				want[j] *= alpha * sigma * (1 - s) / (alpha*alpha*s + sigma*sigma)
			}
			inner = 1
			for _, n := range []int{width, height, frames} {
				inverse(want, n, inner)
				inner *= n
			}
			for j, v := range tensors.MustCopyFlatData[float32](out[0]) {
				if math.Abs(float64(v)-want[j]) > 2e-5*(1+math.Abs(want[j])) {
					t.Fatalf("λ = %v: value %d is %v, want %v", lambda, j, v, want[j])
				}
			}
		}
	})
}

// White data leave the other network as it is.
func TestWhiteDataLeaveTheNetwork(t *testing.T) {
	inner := convnet.Config{}.ForClips(1, 0)
	n := Network{Network: inner, Frames: frames, Height: height, Width: width}
	values := weights.Initial(n.Variables(), 4)
	z := make([]float32, 2*frames*height*width)
	noise.Key{Seed: 3, Stream: noise.Synthetic}.Normal(z)
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		exec, err := g.NewExec(be, func(z, logSNR *g.Node) []*g.Node {
			w := vdm.Weights{}
			for _, v := range n.Variables() {
				w[v.Name] = g.ConstTensor(z.Graph(), tensors.FromFlatDataAndDimensions(values[v.Name], v.Shape...))
			}
			at := vdm.Level{LogSNR: logSNR}
			return []*g.Node{n.Apply(w, z, at, vdm.Batch{}), inner.Apply(w, z, at, vdm.Batch{})}
		})
		if err != nil {
			t.Fatal(err)
		}
		defer exec.Finalize()
		out, err := exec.Call(tensors.FromFlatDataAndDimensions(z, 2, frames, height, width, 1), []float32{-2, 3})
		if err != nil {
			t.Fatal(err)
		}
		with, without := tensors.MustCopyFlatData[float32](out[0]), tensors.MustCopyFlatData[float32](out[1])
		for j := range with {
			if math.Abs(float64(with[j]-without[j])) > 1e-5 {
				t.Fatalf("value %d is %v with the linear denoiser of white data and %v without", j, with[j], without[j])
			}
		}
	})
}

// Data of one value have no waves but the constant one, whose variance is the square of
// the value; the others are at the floor, and a clip with missing cells does not count.
func TestFitOfOneValueAndOfMissingCells(t *testing.T) {
	got, err := Fit(shape, 3000, false, func(i int, x []float32) error {
		for j := range x {
			x[j] = 0.5
		}
		if i%2 == 1 {
			x[0] = float32(math.NaN())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := 0.25 * frames * height * width; math.Abs(float64(got[0])-want) > 1e-5*want {
		t.Errorf("the constant wave has the variance %v, want %v", got[0], want)
	}
	for j, v := range got[1:] {
		if v != floor {
			t.Errorf("wave %d of constant clips has the variance %v, want the floor %v", j+1, v, floor)
		}
	}
	_, err = Fit(shape, 3000, false, func(_ int, x []float32) error { x[0] = float32(math.NaN()); return nil })
	if err == nil {
		t.Error("clips that all have missing cells are fitted")
	}
}
