package vdm_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// laplace is a noise schedule that is written outside the package: λ of training
// follows a Laplace distribution around 0 with the scale b (Hang & Gu 2024, Improved
// noise schedule for diffusion training), cut off at ±limit.
type laplace struct{ b, limit float64 }

// above returns the probability that a Laplace variable exceeds λ.
func (s laplace) above(logSNR float64) float64 {
	if logSNR > 0 {
		return math.Exp(-logSNR/s.b) / 2
	}
	return 1 - math.Exp(logSNR/s.b)/2
}

// mass returns the probability between the bounds.
func (s laplace) mass() float64 { return s.above(-s.limit) - s.above(s.limit) }

func (s laplace) LogSNR(t float64) float64 {
	p := s.above(s.limit) + t*s.mass()
	if p < 0.5 {
		return -s.b * math.Log(2*p)
	}
	return s.b * math.Log(2*(1-p))
}

func (s laplace) Time(logSNR float64) float64 {
	logSNR = max(-s.limit, min(s.limit, logSNR))
	return (s.above(logSNR) - s.above(s.limit)) / s.mass()
}

func (s laplace) Density(logSNR float64) float64 {
	if math.Abs(logSNR) > s.limit {
		return 0
	}
	return math.Exp(-math.Abs(logSNR)/s.b) / (2 * s.b * s.mass())
}

func (s laplace) DensitySlope(logSNR float64) float64 {
	return -math.Copysign(s.Density(logSNR)/s.b, logSNR)
}

func (s laplace) Bounds() (low, high float64) { return -s.limit, s.limit }

func (s laplace) String() string {
	return fmt.Sprintf("Laplace, scale %g, λ within ±%g", s.b, s.limit)
}

// euler is a sampler that is written outside the package: Euler's method in λ for the
// probability-flow ODE. With dα/dλ = ½·α·σ² and dσ/dλ = −½·σ·α² the ODE is
// dz/dλ = ½·α·x̂ − ½·α²·z.
func euler(levels vdm.NoiseLevels) (vdm.Plan, error) {
	plan := vdm.Plan{Name: "Euler in λ"}
	for i, t := range levels[:len(levels)-1] {
		s, a := levels[i+1], vdm.Alpha(t)
		plan.Steps = append(plan.Steps, vdm.PlanStep{LogSNRT: t, LogSNRS: s, Z: 1 - (s-t)*a*a/2, X: (s - t) * a / 2})
	}
	return plan, plan.Validate()
}

// A sampler of one's own is a function from noise levels to a plan: everything that
// takes a plan takes it, and here its order of convergence is measured.
func TestASamplerOfOnesOwn(t *testing.T) {
	coarse, fine := errorsOf(t, series(t), euler, 0, 256), errorsOf(t, series(t), euler, 0, 512)
	for i, what := range []string{"distance", "mean", "variance"} {
		if order := math.Log2(coarse[i] / fine[i]); math.Abs(order-1) > 0.1 {
			t.Errorf("%s: order %.3f, want 1", what, order)
		}
	}
}

// A schedule of one's own has the methods of vdm.Schedule: the noise levels of a
// sampler and the factor of the loss come from it as from any other. The weighted loss
// is an integral over λ in which the schedule cancels (2.77): what is expected under
// its density does not change with it.
func TestAScheduleOfOnesOwn(t *testing.T) {
	own := laplace{b: 2, limit: 12}
	for _, u := range []float64{0, 0.1, 0.5, 0.9, 1} {
		if back := own.Time(own.LogSNR(u)); math.Abs(back-u) > 1e-12 {
			t.Errorf("t = %v comes back as %v", u, back)
		}
	}
	// The mean over t of factor(λ)·‖v − v̂‖², with an error that has no special shape.
	loss := func(s vdm.Schedule) (sum float64) {
		const n = 200000
		for k := range n {
			logSNR := s.LogSNR((float64(k) + 0.5) / n)
			sum += vdm.LossFactor(s, vdm.Sigmoid{Bias: 1}, logSNR) / (1 + math.Exp(logSNR-2)) / n
		}
		return sum
	}
	with, without := loss(own), loss(vdm.LinearLogSNR{Min: -12, Max: 12})
	if math.Abs(with/without-1) > 1e-4 {
		t.Errorf("the weighted loss is %v under %s and %v under a linear schedule", with, own, without)
	}
	p := series(t)
	levels := vdm.UniformTime(own, 200)
	plan, err := levels.DPMSolver(0)
	if err != nil {
		t.Fatal(err)
	}
	if d := p.PlanModes(plan).Wasserstein2(p.Modes()); d > 0.01 {
		t.Errorf("samples over 200 levels of %s are %v from the data's distribution", own, d)
	}
}
