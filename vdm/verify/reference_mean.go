package verify

// MeanOfV returns the mean of v given λ, v̂ = −σ·Mean: the best estimate that does not
// use z. Its v-loss is α² + σ²s². The mean of x, x̂ = Mean, is no useful reference: its
// v̂ = (αz − Mean)/σ contains the noise of z, and its v-loss s²(1 + exp λ) averages to
// 2·10⁶ s² over the α-cosine schedule on [−30, 30].
type MeanOfV struct{ Mean, Variance float64 }

// FitMean returns the mean predictor, with the mean and variance of all cells
// of all training clips; missing cells are skipped.
func FitMean(src Source) (MeanOfV, error) {
	mean, variance, err := meanAndVariance(src, "mean")
	return MeanOfV{mean, variance}, err
}

// Name returns a short name for tables.
func (MeanOfV) Name() string { return "mean of v" }

// Denoise writes x̂ = αz − σv̂ = αz + σ²·Mean.
func (m MeanOfV) Denoise(dst, z []float32, logSNR float64) {
	alpha, _, _, sigma2 := levels(logSNR)
	for i, v := range z {
		dst[i] = float32(alpha*float64(v) + sigma2*m.Mean)
	}
}

// VHat writes −σ·Mean to every value of dst.
func (m MeanOfV) VHat(dst, z []float32, logSNR float64) {
	_, sigma, _, _ := levels(logSNR)
	for i := range z {
		dst[i] = float32(-sigma * m.Mean)
	}
}

// ExpectedVLoss returns α² + σ²s².
func (m MeanOfV) ExpectedVLoss(logSNR float64) float64 {
	_, _, alpha2, sigma2 := levels(logSNR)
	return alpha2 + sigma2*m.Variance
}
