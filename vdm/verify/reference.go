package verify

import (
	"fmt"
	"math"
)

// Source is a source of training clips by index, in the transformed space of the
// network. Clip fills dst, which has frames·height·width values.
type Source interface {
	Len() int
	Shape() (frames, height, width int)
	Clip(i int, dst []float32) error
}

// Reference is a closed-form denoiser. z and dst are clips of the fitted shape and may
// be the same slice; z contains no NaN. All references may be used concurrently.
//
// Each has x̂ = μ + H(z − αμ) with one gain H per cell or mode, so that
//
//	v̂ = (αz − x̂)/σ = ασ(1 − S)/(α²S + σ²)·(z − αμ) − σμ   for H = αS/(α²S + σ²),
//
// which is computed in this form, in float64, without the division by σ that loses every
// digit at high λ.
type Reference interface {
	Name() string
	Denoise(dst, z []float32, logSNR float64) // writes x̂
	VHat(dst, z []float32, logSNR float64)    // writes v̂
	// ExpectedVLoss returns E‖v − v̂‖² per element over data with the mean and the
	// second moments of the training clips.
	ExpectedVLoss(logSNR float64) float64
}

// levels returns α and σ and their squares, each without cancellation.
func levels(logSNR float64) (alpha, sigma, alpha2, sigma2 float64) {
	alpha2, sigma2 = 1/(1+math.Exp(-logSNR)), 1/(1+math.Exp(logSNR))
	return math.Sqrt(alpha2), math.Sqrt(sigma2), alpha2, sigma2
}

// xGain returns H of x̂ = μ + H(z − αμ) for data of variance s2.
func xGain(s2, logSNR float64) float64 {
	alpha, _, alpha2, sigma2 := levels(logSNR)
	return alpha * s2 / (alpha2*s2 + sigma2)
}

// vGain returns the factor of z − αμ in v̂, as in [Reference].
func vGain(s2, logSNR float64) float64 {
	alpha, sigma, alpha2, sigma2 := levels(logSNR)
	return alpha * sigma * (1 - s2) / (alpha2*s2 + sigma2)
}

// vLoss returns E(v − v̂)² where the variance is s2: with v − v̂ = (x̂ − x)/σ it is the
// posterior variance s²σ²/(α²s² + σ²) divided by σ².
func vLoss(s2, logSNR float64) float64 {
	_, _, alpha2, sigma2 := levels(logSNR)
	return s2 / (alpha2*s2 + sigma2)
}

// eachClip calls use with every clip of src. Clips are read into one buffer.
func eachClip(src Source, who string, use func(clip []float32)) error {
	f, h, w := src.Shape()
	if f < 1 || h < 1 || w < 1 {
		return fmt.Errorf("%s: training clips of %d×%d×%d; want at least one value", who, f, h, w)
	}
	clip := make([]float32, f*h*w)
	for i := range src.Len() {
		if err := src.Clip(i, clip); err != nil {
			return fmt.Errorf("%s: training clip %d: %w", who, i, err)
		}
		use(clip)
	}
	return nil
}

// meanAndVariance returns mean and variance over all values that are not missing.
func meanAndVariance(src Source, who string) (mean, variance float64, err error) {
	var m Moments
	if err := eachClip(src, who, m.Add); err != nil {
		return 0, 0, err
	}
	v := m.Value()
	if v.N == 0 {
		return 0, 0, fmt.Errorf("%s: no value to fit on in %d training clips (%d are missing)", who, src.Len(), m.Missing)
	}
	if math.IsInf(v.Mean, 0) || math.IsNaN(v.Std) {
		return 0, 0, fmt.Errorf("%s: the training clips hold an infinite value; want finite or NaN", who)
	}
	return v.Mean, v.Std * v.Std, nil
}
