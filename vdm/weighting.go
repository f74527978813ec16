package vdm

import (
	"fmt"
)

// Weighting is a weighting w(λ) of the diffusion loss,
//
//	L_w = w(λ_min)·D_KL(q(z₁|x) ‖ p(z₁)) + ½ ∫ w(λ)·E‖ε − ε̂‖² dλ   (2.77)
//
// with ‖·‖² the sum over all elements of a clip and the integral from λ_min to λ_max. By
// parts it is an average of the bounds L(λ) on noisy data, each with the weight −w′(λ)
// (2.81; Kingma & Gao 2023, Understanding diffusion objectives as the ELBO), which is a
// likelihood where w decreases.
//
// Every weighting here includes the ½ of (2.77): where an objective is written elsewhere
// as E_{λ∼p}[c(λ)·‖ε − ε̂‖²], its w is 2·p(λ)·c(λ). So the value of L_w, not only its
// minimum, equals the published objective.
type Weighting interface {
	// W returns w(λ).
	W(logSNR float64) float64
	// NegDW returns −dw/dλ.
	NegDW(logSNR float64) float64
	// String describes the weighting in a line, with its parameters.
	String() string
}

// UnitWeighting is w = 1: the weighted loss is the evidence lower bound (2.84).
type UnitWeighting struct{}

// W returns 1 at every λ.
func (UnitWeighting) W(float64) float64 { return 1 }

// NegDW returns 0 at every λ.
func (UnitWeighting) NegDW(float64) float64 { return 0 }

// String describes the weighting.
func (UnitWeighting) String() string { return "elbo, w = 1" }

// Sigmoid is w(λ) = S(Bias − λ), the sigmoid weighting of Kingma & Gao 2023 (written
// there sigmoid(−λ + k), with k = 2 recommended), as the whole of w in (2.77). In terms
// of x̂ the same loss is ½∫exp(Bias)·S(λ − Bias)·E‖x − x̂‖² dλ (cf. Hoogeboom et al.
// 2024, Simpler diffusion). −w′ is the logistic density with its centre at Bias: L_w is
// the bound averaged over noise levels around λ = Bias.
type Sigmoid struct {
	Bias float64
}

// W returns S(Bias − λ).
func (s Sigmoid) W(logSNR float64) float64 { return logistic(s.Bias - logSNR) }

// NegDW returns S(Bias − λ)·S(λ − Bias).
func (s Sigmoid) NegDW(logSNR float64) float64 {
	return logistic(s.Bias-logSNR) * logistic(logSNR-s.Bias)
}

// String describes the weighting.
func (s Sigmoid) String() string { return fmt.Sprintf("sigmoid, bias %g", s.Bias) }
