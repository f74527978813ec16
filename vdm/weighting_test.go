package vdm

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

var someWeightings = []Weighting{
	UnitWeighting{},
	VelocityWeighting{},
	VelocityWeighting{Schedule: Cosine{Min: -20, Max: 20, Shift: 1.5}},
	VelocityWeighting{Schedule: LinearLogSNR{Min: -13, Max: 10}},
	Sigmoid{},
	Sigmoid{Bias: -3},
	MinSNR{},
	MinSNR{Gamma: 2, Schedule: Cosine{Min: -15, Max: 12, Shift: -1}},
	EDM{},
	EDM{Mean: 0.5, Std: 0.8, SigmaData: 1.3},
}

// A one-dimensional world with three possible clips and a network that is wrong
// in a smooth, nonlinear, λ-dependent way: no two objectives agree on it unless
// their weights do.
type tinyWorld struct{ x, p []float64 }

var world = tinyWorld{x: []float64{-1.1, 0.2, 0.9}, p: []float64{0.5, 0.2, 0.3}}

func (tinyWorld) vhat(z, logSNR float64) float64 {
	return 0.5*math.Tanh(z+math.Tanh(logSNR/4)) - 0.4*z + 0.1
}

// xhat is αz − σv̂ (2.62).
func (w tinyWorld) xhat(z, logSNR float64) float64 {
	return Alpha(logSNR)*z - Sigma(logSNR)*w.vhat(z, logSNR)
}

// mean returns E[f(x, ε, z)] over data and noise at one λ.
func (w tinyWorld) mean(logSNR float64, f func(x, eps, z float64) float64) float64 {
	a, s := Alpha(logSNR), Sigma(logSNR)
	sum := 0.0
	for i, x := range w.x {
		sum += w.p[i] * piecewise(func(eps float64) float64 {
			return math.Exp(-eps*eps/2) / math.Sqrt(2*math.Pi) * f(x, eps, a*x+s*eps)
		}, -9, 9, 6)
	}
	return sum
}

// epsError is E(ε − ε̂)², with ε̂ = (z − α·x̂)/σ.
func (w tinyWorld) epsError(logSNR float64) float64 {
	a, s := Alpha(logSNR), Sigma(logSNR)
	return w.mean(logSNR, func(x, eps, z float64) float64 {
		d := eps - (z-a*w.xhat(z, logSNR))/s
		return d * d
	})
}

// diffusionLoss is the integral of (2.77), ½∫w(λ)·E(ε − ε̂)² dλ.
func (w tinyWorld) diffusionLoss(wt Weighting, low, high float64, kinks ...float64) float64 {
	sum := 0.0
	for _, end := range append(kinks, high) {
		sum += piecewise(func(l float64) float64 { return wt.W(l) * w.epsError(l) / 2 }, low, end, 12)
		low = end
	}
	return sum
}

func TestNegDWIsTheDerivative(t *testing.T) {
	for _, w := range someWeightings {
		for l := -11.7; l < 11.8; l += 0.37 {
			const h = 1e-4
			// Five points: the error is of order h⁴.
			slope := (8*(w.W(l+h)-w.W(l-h)) - (w.W(l+2*h) - w.W(l-2*h))) / (12 * h)
			if !(math.Abs(w.NegDW(l)+slope) <= 1e-9*(w.W(l)+math.Abs(slope))) {
				t.Errorf("%v: −w′(%v) = %v, finite difference %v", w, l, w.NegDW(l), -slope)
			}
		}
	}
}

// E_t‖v − v̂‖² with t uniform and v from its definition (2.60), integrated over t:
// neither p_Λ nor w enters.
func TestVIsTheVObjective(t *testing.T) {
	for _, s := range []Schedule{Cosine{}, Cosine{Min: -20, Max: 20, Shift: 1.5}, LinearLogSNR{Min: -13, Max: 10}} {
		objective := piecewise(func(time float64) float64 {
			l := s.LogSNR(time)
			a, sg := Alpha(l), Sigma(l)
			return world.mean(l, func(x, eps, z float64) float64 {
				d := a*eps - sg*x - world.vhat(z, l)
				return d * d
			})
		}, 0, 1, 24)
		low, high := s.Bounds()
		enginetest.CloseTo(t, s.String(), world.diffusionLoss(VelocityWeighting{Schedule: s}, low, high), objective, 1e-11)
	}
}

// What the draft prints is a quarter of what it defines.
func TestVAgainstTheDraft(t *testing.T) {
	s := Cosine{Min: -20, Max: 18}
	t0 := 2 / math.Pi * math.Atan(math.Exp(-9))
	t1 := 2 / math.Pi * math.Atan(math.Exp(10))
	for _, l := range []float64{-20, -3.3, 0, 1.7, 18} {
		printed := 1 / (2 * math.Pi * (t1 - t0)) * math.Exp(-l/2)                                    // (2.85)
		printedSlope := 1 / (4 * math.Pi * (t1 - t0)) * math.Exp(-l/2)                               // (2.86)
		enginetest.CloseTo(t, "w", VelocityWeighting{Schedule: s}.W(l), 4*printed, 1e-12)            // 2·p·(1+exp(−λ))
		enginetest.CloseTo(t, "−w′", VelocityWeighting{Schedule: s}.NegDW(l), 4*printedSlope, 1e-12) // and its slope
	}
}

func TestMinSNRIsItsObjective(t *testing.T) {
	const gamma = 5.0
	s := Cosine{Min: -20, Max: 20}
	kink := s.Time(math.Log(gamma))
	over := func(from, to float64) float64 {
		return piecewise(func(time float64) float64 {
			l := s.LogSNR(time)
			return math.Min(math.Exp(l), gamma) * world.mean(l, func(x, _, z float64) float64 {
				d := x - world.xhat(z, l)
				return d * d
			})
		}, from, to, 16)
	}
	got := world.diffusionLoss(MinSNR{Gamma: gamma, Schedule: s}, -20, 20, math.Log(gamma))
	enginetest.CloseTo(t, "min-snr", got, over(0, kink)+over(kink, 1), 1e-11)
	below := (MinSNR{}).NegDW(-2)
	if below >= 0 {
		t.Errorf("−w′(−2) = %v, documented as negative there", below)
	}
}

// The objective as Karras et al. write it: clean x plus noise of deviation s, no
// α, no λ, ln s normal.
func TestEDMIsItsObjective(t *testing.T) {
	for _, e := range []EDM{{}, {Mean: 0.5, Std: 0.8, SigmaData: 1.3}} {
		mean, std, data := -1.2, 1.2, 0.5
		if e != (EDM{}) {
			mean, std, data = e.Mean, e.Std, e.SigmaData
		}
		denoiser := func(noisy, s float64) float64 { return world.xhat(noisy/math.Hypot(1, s), -2*math.Log(s)) }
		objective := piecewise(func(u float64) float64 {
			s := math.Exp(mean + std*u)
			loss := 0.0
			for i, x := range world.x {
				loss += world.p[i] * piecewise(func(n float64) float64 {
					d := denoiser(x+s*n, s) - x
					return math.Exp(-(n*n+u*u)/2) / (2 * math.Pi) * d * d
				}, -9, 9, 6)
			}
			return loss * (s*s + data*data) / (s * data * s * data)
		}, -8, 8, 16)
		got := world.diffusionLoss(e, -2*(mean+8*std), -2*(mean-8*std))
		enginetest.CloseTo(t, e.String(), got, objective, 1e-11)
	}
	if (EDM{}).NegDW(-3.4) >= 0 || (EDM{}).NegDW(-3.2) <= 0 {
		t.Errorf("EDM's w does not turn near λ = −3.3: −w′ %v at −3.4, %v at −3.2", (EDM{}).NegDW(-3.4), (EDM{}).NegDW(-3.2))
	}
}

// −w′ is a probability density of noise levels and w its tail; and the form that
// weighs the error of x̂ gives the same loss.
func TestSigmoidIsItsObjective(t *testing.T) {
	for _, bias := range []float64{0, 2, -3} {
		s := Sigmoid{Bias: bias}
		for _, l := range []float64{-8, -1, 0.4, 6} {
			tail := piecewise(func(y float64) float64 {
				c := math.Cosh((y - bias) / 2)
				return 1 / (4 * c * c)
			}, l, bias+60, 60)
			enginetest.CloseTo(t, "w as a tail", s.W(l), tail, 1e-12)
		}
		objective := piecewise(func(l float64) float64 {
			weight := math.Exp(bias) / (1 + math.Exp(bias-l))
			return weight / 2 * world.mean(l, func(x, _, z float64) float64 {
				d := x - world.xhat(z, l)
				return d * d
			})
		}, -15, 15, 12)
		enginetest.CloseTo(t, s.String(), world.diffusionLoss(s, -15, 15), objective, 1e-11)
	}
	if w := (Sigmoid{}).W(-800); w != 1 {
		t.Errorf("w(−800) = %v", w)
	}
	if w := (Sigmoid{}).W(800); !(w >= 0 && w < 1e-300) {
		t.Errorf("w(800) = %v", w)
	}
}

// With w = 1 and the exact denoiser of standard normal data, the diffusion loss
// is the information that is lost on the way: I(x; z₀) − I(x; z₁), where
// I(x; z) = ½·log(1 + exp(λ)).
func TestELBOIsInformation(t *testing.T) {
	low, high := -12.0, 10.0
	loss := piecewise(func(l float64) float64 {
		a := Alpha(l) // ε̂ = σ·z, so E(ε − ε̂)² = 1 − σ² = α²
		return (UnitWeighting{}).W(l) * a * a / 2
	}, low, high, 20)
	enginetest.CloseTo(t, "elbo", loss, (math.Log1p(math.Exp(high))-math.Log1p(math.Exp(low)))/2, 1e-13)
}

func TestNewWeighting(t *testing.T) {
	s := Cosine{Min: -20, Max: 20}
	type params = map[string]float64
	for _, c := range []struct {
		name   string
		params params
		want   Weighting
	}{
		{"elbo", nil, UnitWeighting{}},
		{"v", nil, VelocityWeighting{Schedule: s}},
		{"sigmoid", nil, Sigmoid{Bias: 2}},
		{"sigmoid", params{"bias": 0}, Sigmoid{}},
		{"min-snr", params{"gamma": 3}, MinSNR{Gamma: 3, Schedule: s}},
		{"min-snr", nil, MinSNR{Gamma: 5, Schedule: s}},
		{"edm", params{"mean": 0}, EDM{Mean: 0, Std: 1.2, SigmaData: 0.5}},
	} {
		got, err := NewWeighting(c.name, s, c.params)
		if err != nil || got != c.want {
			t.Errorf("NewWeighting(%q, %v) = %v, %v, want %v", c.name, c.params, got, err, c.want)
		}
	}
	for _, c := range []struct {
		name   string
		params params
		says   string
	}{
		{"vee", nil, `"vee"`},
		{"", nil, "elbo, v, sigmoid"},
		{"elbo", params{"bias": 1}, `"bias": it has no parameters`},
		{"sigmoid", params{"gamma": 1}, `"gamma": expected bias`},
		{"sigmoid", params{"bias": math.NaN()}, "bias is NaN"},
		{"min-snr", params{"gamma": 0}, "positive"},
		{"edm", params{"std": -1}, "positive"},
		{"edm", params{"sigma_data": 0}, "positive"},
	} {
		_, err := NewWeighting(c.name, s, c.params)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("NewWeighting(%q, %v): error %v, want one with %q", c.name, c.params, err, c.says)
		}
	}
	for _, name := range []string{"v", "min-snr"} {
		if _, err := NewWeighting(name, nil, nil); err == nil || !strings.Contains(err.Error(), "schedule") {
			t.Errorf("NewWeighting(%q) without a schedule: error %v", name, err)
		}
	}
	if (VelocityWeighting{}).W(1) != (VelocityWeighting{Schedule: Cosine{}}).W(1) || (MinSNR{}) == (MinSNR{Gamma: 5}) || (MinSNR{}).W(3) != (MinSNR{Gamma: 5, Schedule: Cosine{}}).W(3) ||
		(EDM{}).W(1) != (EDM{Mean: -1.2, Std: 1.2, SigmaData: 0.5}).W(1) {
		t.Error("a zero value does not have the documented defaults")
	}
}

func ExampleVelocityWeighting() {
	w := VelocityWeighting{Schedule: Cosine{}}
	for _, logSNR := range []float64{-2, 0, 2} {
		fmt.Printf("λ %2.0f  w %.6f  −w′ %.6f\n", logSNR, w.W(logSNR), w.NegDW(logSNR))
	}
	// Output:
	// λ -2  w 1.730513  −w′ 0.865256
	// λ  0  w 0.636620  −w′ 0.318310
	// λ  2  w 0.234199  −w′ 0.117100
}
