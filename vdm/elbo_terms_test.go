package vdm

import (
	"math"
	"testing"

	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// Each term of the bound in closed form, for standard normal data, whose exact
// denoiser is v̂ = 0, at the clip x = 0. There ε − ε̂ = α²·ε, so that with the
// control variate every draw of the diffusion term is α⁴·n, without spread, and
// what is left is the error of the levels:
//
//	diffusion n/2·∫α⁴ dλ = n/2·[log(1 + exp λ) − S(λ)] between the bounds
//
// The sum of all is log p(0) for any bounds.
func TestELBOTermsInClosedForm(t *testing.T) {
	const n, low, high = 16, -9.0, 11.0
	standard := func(z *g.Node, at Level, in Batch) Prediction {
		return Prediction{Z: z, At: at, V: g.ZerosLike(z)}
	}
	be := enginetest.Small(t)
	b, err := ELBO(t.Context(), be, standard, LinearLogSNR{Min: low, Max: high}, NewSamples(3, 2, 2, 2, 2), LikelihoodOptions{Levels: 4096, Batch: 2048, Seed: 9})
	if err != nil {
		t.Fatal(err)
	}
	// −E log p(x | z₀) is the entropy of a normal variable of standard deviation
	// σ₀/α₀, here by a sum over ten of them to each side.
	std := math.Exp(-high / 2)
	entropy := 0.0
	const points = 4001
	for i := range points {
		u := -10 + 20*float64(i)/(points-1)
		logP := -u*u/2 - math.Log(std*math.Sqrt(2*math.Pi))
		entropy -= math.Exp(logP) * logP * std * 20 / (points - 1)
	}
	sigma2 := 1 / (1 + math.Exp(low))
	prior := (sigma2 - 1 - math.Log(sigma2)) / 2
	integral := func(l float64) float64 { return math.Log1p(math.Exp(l)) - 1/(1+math.Exp(-l)) }
	diffusion := (integral(high) - integral(low)) / 2
	const dims = float64(n)
	enginetest.Near(t, "reconstruction, nats a dimension", b.Reconstruction.Mean/dims, entropy, 1e-9)
	enginetest.Near(t, "prior, nats a dimension", b.Prior.Mean/dims, prior, 1e-12)
	enginetest.Near(t, "diffusion, nats a dimension", b.Diffusion.Mean/dims, diffusion, 1e-4*diffusion)
	enginetest.Near(t, "total, nats a dimension", b.Total.Mean/dims, math.Log(2*math.Pi)/2, 2e-4)
	if b.Diffusion.StdErr > 1e-4*b.Diffusion.Mean {
		t.Errorf("the diffusion term has the standard error %.1e of %.4f: the control variate should take all spread off", b.Diffusion.StdErr, b.Diffusion.Mean)
	}
	t.Logf("diffusion %.8g, want %.8g; total %.8g, want %.8g", b.Diffusion.Mean/dims, diffusion, b.Total.Mean/dims, math.Log(2*math.Pi)/2)
}
