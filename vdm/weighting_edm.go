package vdm

import (
	"fmt"
	"math"
)

const (
	defaultEDMMean   = -1.2
	defaultEDMStd    = 1.2
	defaultSigmaData = 0.5
)

// EDM is the weighting of Karras et al. 2022 (Elucidating the design space, table 1), in
// the form w(λ) of Kingma & Gao 2023.
//
// There the noise level s of x + s·n is drawn with ln s ∼ N(Mean, Std²) and the squared
// error of the denoiser counts (s² + SigmaData²)/(s·SigmaData)². As λ = −2·ln s, λ ∼
// N(−2·Mean, (2·Std)²); and ‖x − x̂‖² = s²·‖ε − ε̂‖². So
//
//	w(λ) = 2·N(λ; −2·Mean, (2·Std)²)·(exp(−λ) + SigmaData²)/SigmaData²
//
// Kingma & Gao drop the constant 2/SigmaData². The density of λ is EDM's own and part of
// w: any schedule of training may be used beside it, and then only serves as an
// importance sampler (2.79). With the published values w rises up to λ = −3.3 and falls
// beyond.
//
// The zero value has the published values.
type EDM struct {
	Mean, Std float64 // mean and standard deviation of ln s; both zero means −1.2 and 1.2
	SigmaData float64 // standard deviation of the data; zero means 0.5
}

func (e EDM) params() (mean, std, sigmaData2 float64) {
	if e.Mean == 0 && e.Std == 0 {
		e.Mean, e.Std = defaultEDMMean, defaultEDMStd
	}
	if e.SigmaData == 0 {
		e.SigmaData = defaultSigmaData
	}
	return -2 * e.Mean, 2 * e.Std, e.SigmaData * e.SigmaData
}

// W returns w(λ) of the formula above.
func (e EDM) W(logSNR float64) float64 {
	mean, std, variance := e.params()
	return 2 * normalDensity(logSNR, mean, std) * (math.Exp(-logSNR)/variance + 1)
}

// NegDW returns −w′(λ), the negative derivative of W.
func (e EDM) NegDW(logSNR float64) float64 {
	mean, std, variance := e.params()
	noise := math.Exp(-logSNR) / variance
	return 2 * normalDensity(logSNR, mean, std) * ((logSNR-mean)/(std*std)*(noise+1) + noise)
}

// String describes the weighting.
func (e EDM) String() string {
	mean, std, variance := e.params()
	return fmt.Sprintf("edm, ln σ of mean %g and standard deviation %g, sigma_data %g", -mean/2, std/2, math.Sqrt(variance))
}

func normalDensity(x, mean, std float64) float64 {
	u := (x - mean) / std
	return math.Exp(-u*u/2) / (std * math.Sqrt(2*math.Pi))
}
