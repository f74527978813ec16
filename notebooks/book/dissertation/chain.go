package dissertation

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// AffineDenoiser is x̂ = Gain·z + Offset, for data of one dimension.
type AffineDenoiser func(logSNR float64) (gain, offset float64)

// GaussianDenoiser returns the best denoiser of N(mean, std²): x̂ = E[x | z].
func GaussianDenoiser(mean, std float64) AffineDenoiser {
	return func(logSNR float64) (gain, offset float64) {
		alpha, sigma := vdm.Alpha(logSNR), vdm.Sigma(logSNR)
		gain = alpha * std * std / (alpha*alpha*std*std + sigma*sigma)
		return gain, (1 - gain*alpha) * mean
	}
}

// X returns x̂ for a z at λ.
func (d AffineDenoiser) X(z, logSNR float64) float64 {
	gain, offset := d(logSNR)
	return gain*z + offset
}

// Epsilon returns ε̂ = (z − α·x̂)/σ.
func (d AffineDenoiser) Epsilon(z, logSNR float64) float64 {
	return (z - vdm.Alpha(logSNR)*d.X(z, logSNR)) / vdm.Sigma(logSNR)
}

// NoiseError returns E‖ε − ε̂‖² for a datum x, in closed form.
func (d AffineDenoiser) NoiseError(x, logSNR float64) float64 {
	gain, offset := d(logSNR)
	alpha, sigma := vdm.Alpha(logSNR), vdm.Sigma(logSNR)
	bias := (1-gain*alpha)*x - offset
	return math.Exp(logSNR) * (bias*bias + gain*gain*sigma*sigma)
}

// Chain is the generative model of finitely many steps (2.45–2.51) for data of one
// dimension and an affine denoiser, so that everything is Gaussian and known.
type Chain struct {
	LogSNR   []float64 // ascending: from λ of z₁ to λ of z₀
	Denoiser AffineDenoiser
}

// NewChain returns a chain whose steps are uniform in λ.
func NewChain(d AffineDenoiser, min, max float64, steps int) Chain {
	c := Chain{LogSNR: make([]float64, steps+1), Denoiser: d}
	for i := range c.LogSNR {
		c.LogSNR[i] = min + (max-min)*float64(i)/float64(steps)
	}
	return c
}

// Model returns p_θ(z₁, …, z₀) of the ancestral sampler, z₁ first: each latent is drawn
// by (2.48–2.51) from the one before.
func (c Chain) Model() Gaussian {
	n := len(c.LogSNR)
	mean, cov := make([]float64, n), mat.NewSymDense(n, nil)
	cov.SetSym(0, 0, 1) // p_θ(z₁) = N(0, 1) (2.47)
	for i := 1; i < n; i++ {
		step := vdm.NewTransition(c.LogSNR[i-1], c.LogSNR[i])
		gain, offset := c.Denoiser(c.LogSNR[i-1])
		a := step.MeanZ + step.MeanX*gain
		mean[i] = a*mean[i-1] + step.MeanX*offset
		for j := range i {
			cov.SetSym(i, j, a*cov.At(i-1, j))
		}
		cov.SetSym(i, i, a*a*cov.At(i-1, i-1)+step.Lower*step.Lower)
	}
	return Gaussian{mean, cov}
}

// Forward returns q(z₁, …, z₀ | x) of the forward process, z₁ first: by (2.40), and as
// cov(z_t, z_s) = α_{t|s}·σ_s² by (2.42).
func (c Chain) Forward(x float64) Gaussian {
	n := len(c.LogSNR)
	mean, cov := make([]float64, n), mat.NewSymDense(n, nil)
	for i, s := range c.LogSNR {
		mean[i] = vdm.Alpha(s) * x
		for j := range i + 1 {
			cov.SetSym(i, j, vdm.Alpha(c.LogSNR[j])/vdm.Alpha(s)*vdm.Sigma(s)*vdm.Sigma(s))
		}
	}
	return Gaussian{mean, cov}
}

// KL returns D_KL(q(z₁, …, z₀ | x) ‖ p_θ(z₁, …, z₀)) of (2.70), computed from the two
// full covariance matrices.
func (c Chain) KL(x float64) float64 {
	return c.Forward(x).KL(c.Model())
}

// Last returns the mean and standard deviation of the model's z₀.
func (c Chain) Last() (mean, std float64) { return c.Model().Marginal(len(c.LogSNR) - 1) }

// Reconstruction returns E[−log p(x|z₀)] with the decoder N(z₀/α₀, σ₀²/α₀²), the first
// term of (2.71); it is the same for every x.
func (c Chain) Reconstruction() float64 {
	return (math.Log(2*math.Pi) + 1 - c.LogSNR[len(c.LogSNR)-1]) / 2
}

// NegLogLikelihood returns −log p_θ(x), with the same decoder.
func (c Chain) NegLogLikelihood(x float64) float64 {
	last := c.LogSNR[len(c.LogSNR)-1]
	mean, std := c.Last()
	spread := math.Hypot(std, vdm.Sigma(last)) / vdm.Alpha(last)
	u := (x - mean/vdm.Alpha(last)) / spread
	return u*u/2 + math.Log(spread) + math.Log(2*math.Pi)/2
}
