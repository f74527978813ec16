package vdm

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Weighting is a weighting w(λ) of the diffusion loss,
//
//	L_w = w(λ_min)·D_KL(q(z₁|x) ‖ p(z₁)) + ½ ∫ w(λ)·E‖ε − ε̂‖² dλ   (2.77)
//
// with ‖·‖² the sum over all elements of a clip and the integral from λ_min to
// λ_max. By parts it is an average of the bounds L(λ) on noisy data, each with
// the weight −w′(λ) (2.81; Kingma & Gao 2023, Understanding diffusion objectives
// as the ELBO), which is a likelihood where w decreases.
//
// Every weighting here includes the ½ of (2.77): where an objective is written
// elsewhere as E_{λ∼p}[c(λ)·‖ε − ε̂‖²], its w is 2·p(λ)·c(λ). So the value of L_w,
// not only its minimum, is that of the published objective.
type Weighting interface {
	// W returns w(λ).
	W(logSNR float64) float64
	// NegDW returns −dw/dλ.
	NegDW(logSNR float64) float64
	// String describes the weighting in a line, with its parameters.
	String() string
}

// ELBO is w = 1: the weighted loss is the evidence lower bound (2.84).
type ELBO struct{}

// W returns 1.
func (ELBO) W(float64) float64 { return 1 }

// NegDW returns 0.
func (ELBO) NegDW(float64) float64 { return 0 }

// String describes the weighting.
func (ELBO) String() string { return "elbo, w = 1" }

// Sigmoid is w(λ) = S(Bias − λ), the sigmoid weighting of Kingma & Gao 2023
// (written there sigmoid(−λ + k), with k = 2 recommended), in the place of w in
// (2.77) with nothing beside it. In terms of x̂ the same loss is
// ½∫exp(Bias)·S(λ − Bias)·E‖x − x̂‖² dλ (cf. Hoogeboom et al. 2024, Simpler
// diffusion). −w′ is the logistic density with its centre at Bias: L_w is the
// bound averaged over noise levels around λ = Bias.
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

// weightings holds, for each name that NewWeighting knows, its parameters.
var weightings = []struct {
	name   string
	params []string
}{
	{"elbo", nil},
	{"v", nil},
	{"sigmoid", []string{"bias"}},
	{"min-snr", []string{"gamma"}},
	{"edm", []string{"mean", "std", "sigma_data"}},
}

// NewWeighting makes a weighting from the settings of a configuration file. The
// schedule is that of training. Parameters that are absent have their published
// values; unknown ones are refused by name.
//
//	elbo
//	v         uses the schedule
//	sigmoid   bias (2)
//	min-snr   gamma (5); uses the schedule
//	edm       mean (−1.2) and std (1.2) of ln σ, sigma_data (0.5)
func NewWeighting(name string, schedule Schedule, params map[string]float64) (Weighting, error) {
	if err := checkWeightingParams(name, params); err != nil {
		return nil, err
	}
	param := func(key string, otherwise float64) float64 {
		if v, ok := params[key]; ok {
			return v
		}
		return otherwise
	}
	if schedule == nil && (name == "v" || name == "min-snr") {
		return nil, fmt.Errorf("weighting %s needs the noise schedule of training, got none", name)
	}
	switch name {
	case "elbo":
		return ELBO{}, nil
	case "v":
		return V{Schedule: schedule}, nil
	case "sigmoid":
		return Sigmoid{Bias: param("bias", 2)}, nil
	case "min-snr":
		m := MinSNR{Gamma: param("gamma", defaultGamma), Schedule: schedule}
		if m.Gamma <= 0 {
			return nil, fmt.Errorf("weighting min-snr: gamma %v: expected a positive signal-to-noise ratio", m.Gamma)
		}
		return m, nil
	default: // "edm": checkWeightingParams knows no other
		e := EDM{Mean: param("mean", defaultEDMMean), Std: param("std", defaultEDMStd), SigmaData: param("sigma_data", defaultSigmaData)}
		if e.Std <= 0 || e.SigmaData <= 0 {
			return nil, fmt.Errorf("weighting edm: std %v, sigma_data %v: expected both positive", e.Std, e.SigmaData)
		}
		return e, nil
	}
}

func checkWeightingParams(name string, params map[string]float64) error {
	var names []string
	for _, known := range weightings {
		names = append(names, known.name)
		if known.name != name {
			continue
		}
		for key, value := range params {
			if !slices.Contains(known.params, key) {
				expected := "it has no parameters"
				if len(known.params) > 0 {
					expected = "expected " + strings.Join(known.params, ", ")
				}
				return fmt.Errorf("weighting %s: unknown parameter %q: %s", name, key, expected)
			}
			if math.IsNaN(value) || math.IsInf(value, 0) {
				return fmt.Errorf("weighting %s: %s is %v: expected a finite number", name, key, value)
			}
		}
		return nil
	}
	return fmt.Errorf("unknown weighting %q: expected one of %s", name, strings.Join(names, ", "))
}
