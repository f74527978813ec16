package vdm_test

import (
	"math"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// independent is the best denoiser of values that are independent with the variance c,
// at any map of noise levels: v̂ = ασ(1 − c)/(α²c + σ²)·z.
func independent(c float64) vdm.Denoiser {
	return func(z *g.Node, at vdm.Level, in vdm.Batch) vdm.Prediction {
		alpha, sigma := at.AlphaSigma(z)
		total := g.Add(g.MulScalar(g.Square(alpha), c), g.Square(sigma))
		v := g.Mul(z, g.Div(g.MulScalar(g.Mul(alpha, sigma), 1-c), total))
		return vdm.Prediction{Z: z, At: at, V: v}
	}
}

// What the denoiser is shown is the pivot at the map that the host computes, at both
// ends of the schedule and between, and a known value is its own estimate.
func TestMapShowsThePivot(t *testing.T) {
	nan := float32(math.NaN())
	o := vdm.Observation{
		{Y: []float32{nan, 0.5, nan, 1.25}, StdOf: []float32{0, 0.3, 0, 0}},
		{Y: []float32{nan, 0.8, -0.4, nan}, Std: 0.05},
	}
	z := []float32{0.3, -1.2, 0.7, 2}
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		for _, lambda := range []float64{-30, -8, -1, 0, 2.5, 9, 25} {
			var seen [2]*g.Node
			exec, err := g.NewExec(be, func(z, logSNR *g.Node) []*g.Node {
				given, err := o.Fixed(z, g.ZerosLike(z))
				if err != nil {
					panic(err)
				}
				d := vdm.NoiseLevelMap{}.Guide(func(z *g.Node, at vdm.Level, in vdm.Batch) vdm.Prediction {
					seen = [2]*g.Node{z, at.Map}
					return independent(0.6)(z, at, in)
				}, given)
				x := d(z, vdm.Level{LogSNR: logSNR}, vdm.Batch{}).X()
				return []*g.Node{seen[0], seen[1], x}
			})
			if err != nil {
				t.Fatal(err)
			}
			out, err := exec.Call(tensors.FromFlatDataAndDimensions(z, 1, 1, 2, 2, 1), []float32{float32(lambda)})
			if err != nil {
				t.Fatal(err)
			}
			exec.Finalize()
			wide := make([]float64, len(z))
			for i, v := range z {
				wide[i] = float64(v)
			}
			pivot, levels, err := vdm.NoiseLevelMap{}.Pivot(wide, lambda, o)
			if err != nil {
				t.Fatal(err)
			}
			for i, got := range [3][]float32{tensors.MustCopyFlatData[float32](out[0]), tensors.MustCopyFlatData[float32](out[1]), tensors.MustCopyFlatData[float32](out[2])} {
				for j, v := range got {
					alpha, sigma := vdm.Alpha(levels[j]), vdm.Sigma(levels[j])
					estimate := alpha * 0.6 / (alpha*alpha*0.6 + sigma*sigma) * pivot[j]
					want := [3]float64{pivot[j], levels[j], estimate}[i]
					if tolerance := 2e-5 * (1 + math.Abs(want)); !(math.Abs(float64(v)-want) <= tolerance) {
						t.Errorf("λ = %v, %s of value %d: %v, want %v", lambda, [3]string{"pivot", "level", "estimate"}[i], j, v, want)
					}
				}
			}
		}
	})
}

// On independent values sampling with the map draws the conditional distribution: the
// mean and the variance of what was seen with errors are those of the textbook.
func TestMapSamplesTheConditional(t *testing.T) {
	const n, c, std = 4000, 0.7, 0.5
	nan := float32(math.NaN())
	plan, err := vdm.NewPlan(vdm.DefaultSampler, vdm.DefaultGrid, vdm.Cosine{}, vdm.DefaultEvaluations)
	if err != nil {
		t.Fatal(err)
	}
	given := vdm.Observation{{Y: []float32{1.1, nan, -0.6, nan}, StdOf: []float32{std, 0, 0, 0}}}
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		s, err := vdm.SampleFrom(t.Context(), be, independent(c), plan, [4]int{1, 2, 2, 1}, given,
			vdm.DrawOptions{Count: n, Batch: n, Guidance: vdm.NoiseLevelMap{}})
		if err != nil {
			t.Fatal(err)
		}
		var mean, variance [4]float64
		for i := range s.Len() {
			for j, v := range s.At(i) {
				mean[j] += float64(v) / n
				variance[j] += float64(v) * float64(v) / n
			}
		}
		gain := c / (c + std*std)
		for j, want := range [4][2]float64{{1.1 * gain, c * (1 - gain)}, {0, c}, {-0.6, 0}, {0, c}} {
			got := variance[j] - mean[j]*mean[j]
			if !(math.Abs(mean[j]-want[0]) <= 4*math.Sqrt(want[1]/n)+1e-6) || !(math.Abs(got-want[1]) <= 6*want[1]/math.Sqrt(n)+1e-6) {
				t.Errorf("value %d: mean %.4f and variance %.4f, want %.4f and %.4f", j, mean[j], got, want[0], want[1])
			}
		}
	})
}

func TestMapRefusesMeans(t *testing.T) {
	blocks, err := vdm.BlockMeans(2, 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	err = vdm.NoiseLevelMap{}.Check(vdm.Observation{{Of: blocks, Y: []float32{1}}})
	if err == nil || !strings.Contains(err.Error(), "measurement 0") {
		t.Errorf("error %v, want one that names measurement 0", err)
	}
	if _, _, err := (vdm.NoiseLevelMap{}).Pivot(make([]float64, 3), 0, vdm.Observation{{Y: []float32{1}}}); err == nil || !strings.Contains(err.Error(), "1 values") {
		t.Errorf("error %v, want one that says how many values were observed", err)
	}
	if err := (vdm.NoiseLevelMap{Top: math.NaN()}).Validate(); err == nil {
		t.Error("a level that is not a number is accepted")
	}
}
