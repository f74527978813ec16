package vdm

import (
	"fmt"
	"math"

	g "github.com/gomlx/gomlx/core/graph"
)

// NoiseLevelMap conditions on observed cells exactly and at the price of plain sampling,
// with a denoiser that takes a noise level for every cell ([Level.Map]).
//
// z = α·x + σ·ε and y = x + r·n are together one Gaussian observation of x: with the
// precision e^Λ = e^λ + 1/r² around the mean of the two, weighted by their precisions.
// So E[x | z, y] is the denoiser's estimate from the pivot
//
//	z* = α(Λ)·m,  m = e^(−Λ)·(e^λ·z/α + y/r²),  Λ = log(e^λ + 1/r²)
//
// at the map Λ, whatever the distribution of x, and a sampler that runs on z with this
// estimate draws from p(x | y). A cell that is known exactly has Λ = Top and z* = y.
// There is no weight to choose and no gradient through the network. Observations of
// anything but single cells, such as means of blocks, are refused.
type NoiseLevelMap struct {
	// Top is the level λ of an exactly known cell, and the highest level of the map: the
	// highest with which the denoiser was trained. 0 means [DefaultMaxLogSNR].
	Top float64
}

// Guide returns d evaluated at the pivot and the map, as an estimate from z at λ.
func (m NoiseLevelMap) Guide(d Denoiser, given *BoundObservation) Denoiser {
	return func(z *g.Node, at Level, in Batch) Prediction {
		exact, known, precision, weighted := given.cells(z)
		alpha, sigma := at.AlphaSigma(z)
		lambda := g.Reshape(at.LogSNR, alpha.Shape().Dimensions...)
		// Λ = λ + log(1 + e^(−λ)/r²), and e^λ·z/α·e^(−Λ) = z/α / (1 + e^(−λ)/r²).
		gain := g.OnePlus(g.Mul(g.Exp(g.Neg(lambda)), precision))
		levels := g.Add(lambda, g.Log(gain))
		mean := g.Add(g.Div(g.Div(z, alpha), gain), g.Mul(weighted, g.Exp(g.Neg(levels))))
		levels = g.Where(exact, g.MulScalar(g.OnesLike(z), m.top()), g.MinScalar(levels, m.top()))
		field := Level{LogSNR: at.LogSNR, Map: levels}
		alphas, _ := field.AlphaSigma(z)
		pivot := g.Where(exact, known, g.Mul(alphas, mean))
		x := g.Where(exact, known, d(pivot, field, in).X())
		return Prediction{Z: z, At: at, V: g.Div(g.Sub(g.Mul(alpha, z), x), sigma)}
	}
}

// Pivot returns z* and Λ of a clip z on the host, in float64 and shaped as z: the values
// that [NoiseLevelMap.Guide] computes in a graph from z at λ. Every measurement must
// observe the clip's own values; the first sample of the observation is used.
func (m NoiseLevelMap) Pivot(z []float64, logSNR float64, o Observation) (pivot, levels []float64, err error) {
	if err := m.Check(o); err != nil {
		return nil, nil, err
	}
	for i, part := range o {
		if len(part.Y) < len(z) {
			return nil, nil, fmt.Errorf("map of noise levels: measurement %d has %d values, the clip %d", i, len(part.Y), len(z))
		}
	}
	pivot, levels = make([]float64, len(z)), make([]float64, len(z))
	for i, v := range z {
		precision, weighted, known := math.Exp(logSNR), math.Exp(logSNR)*v/Alpha(logSNR), math.NaN()
		for _, part := range o {
			y, variance := float64(part.Y[i]), part.variance(i)
			switch {
			case math.IsNaN(y):
			case variance == 0:
				known = y
			default:
				precision, weighted = precision+1/variance, weighted+y/variance
			}
		}
		levels[i] = min(math.Log(precision), m.top())
		pivot[i] = Alpha(levels[i]) * weighted / precision
		if !math.IsNaN(known) {
			pivot[i], levels[i] = known, m.top()
		}
	}
	return pivot, levels, nil
}

func (m NoiseLevelMap) top() float64 {
	if m.Top == 0 {
		return DefaultMaxLogSNR
	}
	return m.Top
}

// cells returns four nodes shaped as z: 1 where a value is known exactly, else 0; the
// known value; and for the other values the sum of the precisions 1/r² of their
// observations and the sum of y/r².
func (o *BoundObservation) cells(z *g.Node) (exact, known, precision, weighted *g.Node) {
	known, precision, weighted = g.ZerosLike(z), g.ZerosLike(z), g.ZerosLike(z)
	exact = positive(known)
	for _, p := range o.parts {
		noisy := g.LogicalAnd(positive(p.Seen), positive(p.Variance))
		sure := g.LogicalAnd(positive(p.Seen), g.LogicalNot(positive(p.Variance)))
		variance := g.Where(noisy, p.Variance, g.OnesLike(z))
		here := g.Where(noisy, g.Reciprocal(variance), g.ZerosLike(z))
		precision, weighted = g.Add(precision, here), g.Add(weighted, g.Mul(here, p.Y))
		exact, known = g.LogicalOr(exact, sure), g.Where(sure, p.Y, known)
	}
	return exact, known, precision, weighted
}

// Check refuses a measurement of anything but single cells.
func (NoiseLevelMap) Check(o Observation) error {
	for i, part := range o {
		if !part.Of.identity() {
			return fmt.Errorf("a map of noise levels takes observed cells, with or without errors, and measurement %d is of something else, such as means: use a guidance of another kind", i)
		}
	}
	return nil
}

// Validate refuses a Top that is not finite.
func (m NoiseLevelMap) Validate() error {
	if math.IsNaN(m.Top) || math.Abs(m.Top) > 60 {
		return fmt.Errorf("map of noise levels: the highest λ is %v, want it within ±60", m.Top)
	}
	return nil
}

func (m NoiseLevelMap) String() string { return "map of noise levels" }
