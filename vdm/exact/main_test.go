package exact

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/mat"

	"github.com/climate-vdm/climate-vdm/vdm"
	_ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

func nearLaw(t testing.TB, what string, got, want Gaussian, tolerance float64) {
	t.Helper()
	worst := 0.0
	for i := range want.Mean {
		worst = max(worst, math.Abs(got.Mean[i]-want.Mean[i]))
		for j := range want.Mean {
			worst = max(worst, math.Abs(got.Cov.At(i, j)-want.Cov.At(i, j)))
		}
	}
	t.Logf("%s: means and covariances differ by up to %.1e", what, worst)
	if !(worst <= tolerance) {
		t.Errorf("%s: means or covariances differ by %.2e, want %.0e", what, worst, tolerance)
	}
}

func pureGo(t testing.TB) compute.Backend {
	t.Helper()
	be := enginetest.Small(t)
	return be
}

// estimates are v̂ of a batch of clips, one λ each.
func estimates(t testing.TB, be compute.Backend, d vdm.Denoiser, shape [4]int, z []float32, logSNR []float32) []float32 {
	t.Helper()
	exec, err := g.NewExec(be, func(z, logSNR *g.Node) *g.Node { return d(z, vdm.Level{LogSNR: logSNR}, vdm.Batch{}).V })
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	dims := append([]int{len(logSNR)}, shape[:]...)
	out, err := exec.Call(tensors.FromFlatDataAndDimensions(z, dims...), logSNR)
	if err != nil {
		t.Fatal(err)
	}
	v, err := tensors.CopyFlatData[float32](out[0])
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// small is a process of 3×2×4 cells with a mean that varies.
func small(t testing.TB) *GaussianProcess {
	t.Helper()
	mean := make([]float64, 24)
	for i := range mean {
		mean[i] = math.Sin(float64(i)) / 2
	}
	p, err := NewGaussianProcess(mean, Exponential(3, 2, 0.5), SquaredExponential(2, 1.5, 1), Exponential(4, 3, 0.8))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// random is a law with a covariance of full rank.
func random(r *rand.Rand, n int) Gaussian {
	a := mat.NewDense(n, n, nil)
	out := Gaussian{Cov: mat.NewSymDense(n, nil)}
	for i := range n {
		out.Mean = append(out.Mean, r.NormFloat64())
		for j := range n {
			a.Set(i, j, r.NormFloat64())
		}
	}
	out.Cov.SymOuterK(1, a)
	return out
}
