package verify

import "math"

// MeanOfX always answers x̂ = Mean, whatever z is. Its v̂ = (αz − Mean)/σ keeps
// the noise of z, so its v-loss s²/σ² = s²(1 + exp λ) grows without bound: over
// the α-cosine schedule on [−30, 30] it averages to 2·10⁶ s², all of it from the
// last few λ. The mean to set beside a trained network is [MeanOfV].
type MeanOfX struct{ Mean, Variance float64 }

// MeanOfV always answers the mean of v given λ, v̂ = −σ·Mean: the best answer
// that does not look at z. Its v-loss is α² + σ²s².
type MeanOfV struct{ Mean, Variance float64 }

// FitMean returns both mean predictors, with the mean and variance of all cells
// of all training clips; missing cells are skipped.
func FitMean(src Source) (MeanOfX, MeanOfV, error) {
	mean, variance, err := meanAndVariance(src, "mean")
	return MeanOfX{mean, variance}, MeanOfV{mean, variance}, err
}

// Name is a short name for tables.
func (MeanOfX) Name() string { return "mean of x" }

// Denoise writes x̂ = Mean.
func (m MeanOfX) Denoise(dst, z []float32, logSNR float64) {
	for i := range z {
		dst[i] = float32(m.Mean)
	}
}

// VHat writes (αz − Mean)/σ = (α/σ)(z − α·Mean) − σ·Mean.
func (m MeanOfX) VHat(dst, z []float32, logSNR float64) {
	linear(dst, z, m.Mean, vGain(0, logSNR), logSNR)
}

// ExpectedVLoss is s²/σ².
func (m MeanOfX) ExpectedVLoss(logSNR float64) float64 {
	return m.Variance * (1 + math.Exp(logSNR))
}

// Name is a short name for tables.
func (MeanOfV) Name() string { return "mean of v" }

// Denoise writes x̂ = αz − σv̂ = αz + σ²·Mean.
func (m MeanOfV) Denoise(dst, z []float32, logSNR float64) {
	alpha, _, _, sigma2 := levels(logSNR)
	for i, v := range z {
		dst[i] = float32(alpha*float64(v) + sigma2*m.Mean)
	}
}

// VHat writes −σ·Mean.
func (m MeanOfV) VHat(dst, z []float32, logSNR float64) {
	_, sigma, _, _ := levels(logSNR)
	for i := range z {
		dst[i] = float32(-sigma * m.Mean)
	}
}

// ExpectedVLoss is α² + σ²s².
func (m MeanOfV) ExpectedVLoss(logSNR float64) float64 {
	_, _, alpha2, sigma2 := levels(logSNR)
	return alpha2 + sigma2*m.Variance
}

// linear writes v̂ = gain·(z − α·mean) − σ·mean.
func linear(dst, z []float32, mean, gain, logSNR float64) {
	alpha, sigma, _, _ := levels(logSNR)
	for i, v := range z {
		dst[i] = float32(gain*(float64(v)-alpha*mean) - sigma*mean)
	}
}
