package vdm

import (
	"fmt"
	"math"
)

// Cosine is the continuous-time α-cosine schedule (Nichol & Dhariwal 2021),
// truncated to λ ∈ [Min, Max] as (2.53), and optionally shifted for another
// resolution (Hoogeboom et al. 2023, simple diffusion):
//
//	f_λ(t) = Shift − 2·log tan ψ(t),   ψ(t) = (π/2)·(t₀ + t·(t₁ − t₀))
//	t₀ = (2/π)·arctan exp(−(Max − Shift)/2)
//	t₁ = (2/π)·arctan exp(−(Min − Shift)/2)
//
// Min and Max bound the *resulting* λ: the curve is shifted first and truncated
// afterwards, so λ(0) = Max and λ(1) = Min whatever the shift, and the density
//
//	p_Λ(λ) = sech((λ − Shift)/2) / (2π·(t₁ − t₀))
//
// integrates to one between them. Without a shift these are (2.53–2.55, 2.58).
// (Simple diffusion truncates first and shifts the bounds too; that schedule is
// Cosine{Min: Min + Shift, Max: Max + Shift, Shift: Shift}.)
//
// The zero value has the dissertation's bounds, ±30.
type Cosine struct {
	Min, Max float64 // bounds of λ; both zero means ±30
	Shift    float64 // added to the unshifted λ, see ShiftForResolution
}

// ShiftForResolution returns the Shift that gives clips of d×d cells the
// schedule that was tuned for reference×reference cells:
// λ_shifted = λ + 2·log(reference/d) (Hoogeboom et al. 2023, simple diffusion,
// section 3.1, where the reference is 64). Averaging neighbouring cells of a
// finer grid averages noise away, so more noise is needed and the shift is
// negative for d > reference. Both must be positive.
func ShiftForResolution(d, reference int) float64 {
	return 2 * math.Log(float64(reference)/float64(d))
}

// Validate refuses bounds that are not increasing or too large, and a shift that is not
// finite.
func (c Cosine) Validate() error {
	min, max := c.Bounds()
	if err := checkBounds("cosine", min, max); err != nil {
		return err
	}
	if !(math.Abs(c.Shift) <= maxAbsLogSNR) {
		return fmt.Errorf("noise schedule cosine: shift %v: expected a number within ±%v", c.Shift, maxAbsLogSNR)
	}
	return nil
}

// Bounds returns the bounds of λ.
func (c Cosine) Bounds() (min, max float64) { return boundsOrDefault(c.Min, c.Max) }

// LogSNR returns λ at time t (2.53).
//
// tan ψ loses all accuracy as ψ → π/2: there the distance to π/2 is what must be
// added up without cancellation. Both ψ and π/2 − ψ are convex combinations of
// positive numbers, so either is exact to rounding and the smaller one is used;
// λ(0) and λ(1) are the bounds to rounding. What remains is the resolution of t
// itself: next to t = 1 one unit in the last place of t moves λ by 5e-10 at
// λ_min = −30 and by 3e-3 at −60, which is why λ and not t is the coordinate.
func (c Cosine) LogSNR(t float64) float64 {
	if !(t >= 0 && t <= 1) {
		return math.NaN()
	}
	min, max := c.Bounds()
	a, b := (max-c.Shift)/2, (min-c.Shift)/2
	psi := (1-t)*math.Atan(math.Exp(-a)) + t*math.Atan(math.Exp(-b))
	rest := (1-t)*math.Atan(math.Exp(a)) + t*math.Atan(math.Exp(b)) // π/2 − ψ
	var logSNR float64
	if psi < rest {
		logSNR = c.Shift - 2*math.Log(math.Tan(psi))
	} else {
		logSNR = c.Shift + 2*math.Log(math.Tan(rest))
	}
	return math.Max(min, math.Min(max, logSNR)) // rounding must not leave the support of p_Λ
}

// Time returns t at λ, the inverse of LogSNR.
func (c Cosine) Time(logSNR float64) float64 {
	min, max := c.Bounds()
	switch {
	case logSNR >= max:
		return 0
	case logSNR <= min:
		return 1
	}
	return anglesBetween(logSNR-c.Shift, max-c.Shift) / c.span()
}

// Density returns p_Λ(λ) (2.58).
func (c Cosine) Density(logSNR float64) float64 {
	min, max := c.Bounds()
	if logSNR < min || logSNR > max {
		return 0
	}
	return c.density(logSNR)
}

// density returns (2.58) without regard to the bounds: sech((λ − Shift)/2) / (4·(ψ₁ −
// ψ₀)).
func (c Cosine) density(logSNR float64) float64 {
	return 1 / (4 * c.span() * math.Cosh((logSNR-c.Shift)/2))
}

// DensitySlope returns dp_Λ/dλ = −½·tanh((λ − Shift)/2)·p_Λ(λ).
func (c Cosine) DensitySlope(logSNR float64) float64 {
	return -math.Tanh((logSNR-c.Shift)/2) / 2 * c.Density(logSNR)
}

// String describes the schedule.
func (c Cosine) String() string {
	min, max := c.Bounds()
	if c.Shift == 0 {
		return fmt.Sprintf("cosine, λ in [%g, %g]", min, max)
	}
	return fmt.Sprintf("cosine shifted by %.6g, λ in [%g, %g]", c.Shift, min, max)
}

// span returns ψ₁ − ψ₀ = (π/2)·(t₁ − t₀).
func (c Cosine) span() float64 {
	min, max := c.Bounds()
	return anglesBetween(min-c.Shift, max-c.Shift)
}

// anglesBetween returns arctan exp(−low/2) − arctan exp(−high/2) for
// low ≤ high, by the addition theorem of the tangent, so that it keeps its
// relative accuracy where both angles are near 0, or both near π/2.
func anglesBetween(low, high float64) float64 {
	return math.Atan(math.Sinh((high-low)/4) / math.Cosh((high+low)/4))
}
