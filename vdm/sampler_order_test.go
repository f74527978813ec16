package vdm_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/exact"
)

// series is Gaussian data with variances from 0.03 to 3 and a mean.
func series(t testing.TB) *exact.GaussianProcess {
	t.Helper()
	p, err := exact.NewGaussianProcess([]float64{0.5, -0.3, 0.8, 0, -1, 0.2},
		exact.Exponential(6, 4, 0.8), exact.Exponential(1, 1, 1), exact.Exponential(1, 1, 1))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The interval of λ that orders are measured on, inside the schedule.
const from, to = -3.0, 4.0

// interior is n uniform intervals over it and one more, which samplers treat as
// the last. The first is halved again and again, so that what a multistep method
// loses by starting with order 1 does not hide its own order.
func interior(n int) vdm.NoiseLevels {
	h := (to - from) / float64(n)
	grid := vdm.NoiseLevels{from}
	for k := 2 * math.Ilogb(float64(n)); k > 0; k-- {
		grid = append(grid, from+h*math.Pow(0.5, float64(k)))
	}
	for i := 1; i <= n+1; i++ {
		grid = append(grid, from+float64(i)*h)
	}
	return grid
}

// errorsOf is how far a sampler that starts with the law of z at the left end of
// the interval, its mean moved by 1, is from where that law should come: in
// distance, and in the largest mean and variance of a mode.
//
// Along a mode whose z has the variance v(λ) the probability-flow ODE moves an
// offset of the mean by the factor √(v_b/v_a), the reverse SDE by that of the
// posterior mean, α_a·v_b/(α_b·v_a), and the family between them by
// √(v_b/v_a)·(α_a·√v_b/(α_b·√v_a))^{η²}; all of them bring v_a to v_b.
func errorsOf(t testing.TB, p *exact.GaussianProcess, sampler func(vdm.NoiseLevels) (vdm.Plan, error), eta float64, n int) [3]float64 {
	t.Helper()
	plan, err := sampler(interior(n))
	if err != nil {
		t.Fatal(err)
	}
	plan.Steps = plan.Steps[:len(plan.Steps)-1]
	if last := plan.Steps[len(plan.Steps)-1]; !(math.Abs(last.LogSNRS-to) <= 1e-12) {
		t.Fatalf("%s: the step before the last ends at λ = %v", plan.Name, last.LogSNRS)
	}
	start, want := p.Noisy(from), p.Noisy(to)
	for k := range start.Mean {
		root := math.Sqrt(want.Variance[k] / start.Variance[k])
		start.Mean[k]++
		want.Mean[k] += root * math.Pow(root*vdm.Alpha(from)/vdm.Alpha(to), eta*eta)
	}
	got := p.PlanModesFrom(plan, start)
	var e [3]float64
	e[0] = got.Wasserstein2(want)
	for k := range got.Mean {
		e[1] = max(e[1], math.Abs(got.Mean[k]-want.Mean[k]))
		e[2] = max(e[2], math.Abs(got.Variance[k]-want.Variance[k]))
	}
	return e
}

// Each sampler has the order that it is said to have: the error falls as the
// number of steps to the minus order. For deterministic ones this is the strong
// order, for the others the weak order in mean and variance. Where the reverse SDE
// is solved with steps that are right for a constant x̂ the mean is exact: along
// that equation the mean of x̂ does not change.
func TestOrderOfConvergence(t *testing.T) {
	p := series(t)
	for _, c := range []struct {
		name    string
		sampler func(vdm.NoiseLevels) (vdm.Plan, error)
		eta     float64 // of the equation that is solved: 0 the ODE, 1 the reverse SDE
		order   float64
	}{
		{"DDIM", func(g vdm.NoiseLevels) (vdm.Plan, error) { return g.DDIM(0) }, 0, 1},
		{"DDIM, η = ½", func(g vdm.NoiseLevels) (vdm.Plan, error) { return g.DDIM(0.5) }, 0.5, 1},
		{"2M", func(g vdm.NoiseLevels) (vdm.Plan, error) { return g.DPMSolver(0) }, 0, 2},
		{"3M", vdm.NoiseLevels.DPMSolver3, 0, 3},
		{"Heun", vdm.NoiseLevels.Heun, 0, 2},
		{"ancestral, lower", func(g vdm.NoiseLevels) (vdm.Plan, error) { return g.Ancestral(vdm.LowerBound) }, 1, 1},
		{"ancestral, upper", func(g vdm.NoiseLevels) (vdm.Plan, error) { return g.Ancestral(vdm.UpperBound) }, 1, 1},
		{"Euler–Maruyama", vdm.NoiseLevels.EulerMaruyama, 1, 1},
		{"SDE-2M", func(g vdm.NoiseLevels) (vdm.Plan, error) { return g.DPMSolver(1) }, 1, 2},
		{"SDE-2M, η = ½", func(g vdm.NoiseLevels) (vdm.Plan, error) { return g.DPMSolver(0.5) }, 0.5, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			coarse, fine := errorsOf(t, p, c.sampler, c.eta, 128), errorsOf(t, p, c.sampler, c.eta, 256)
			for i, what := range []string{"distance", "mean", "variance"} {
				if what == "mean" && c.eta == 1 && c.name != "Euler–Maruyama" {
					if fine[i] > 1e-13 {
						t.Errorf("error %v of the mean, want none", fine[i])
					}
					continue
				}
				order := math.Log2(coarse[i] / fine[i])
				t.Logf("%s: error %.2e with 256 steps, order %.3f", what, fine[i], order)
				if !(math.Abs(order-c.order) <= 0.1) {
					t.Errorf("%s: order %.3f, want %v", what, order, c.order)
				}
			}
		})
	}
}

// The variance that Langevin steps leave is too large by exactly the share
// r²σ²/(v − r²σ²) of v = α²c + σ², which is at most r²/(1 − r²); the mean stays.
func TestLangevinStepsAreStationary(t *testing.T) {
	p := series(t)
	for _, ratio := range []float64{0.05, 0.16, 0.5} {
		for _, logSNR := range []float64{-8, -1, 0, 3, 12} {
			plan, err := vdm.NoiseLevels{-20, logSNR, 20}.PredictorCorrector(1, ratio)
			if err != nil {
				t.Fatal(err)
			}
			step := plan.Steps[1]
			if step.LogSNRT != logSNR || step.LogSNRS != logSNR {
				t.Fatalf("a correction from λ = %v to %v", step.LogSNRT, step.LogSNRS)
			}
			for len(plan.Steps) < 20000 {
				plan.Steps = append(plan.Steps, step)
			}
			plan.Steps = plan.Steps[3:]
			noisy, sigma := p.Noisy(logSNR), vdm.Sigma(logSNR)
			got := p.PlanModesFrom(plan, noisy)
			for k, v := range noisy.Variance {
				share := ratio * ratio * sigma * sigma / (v - ratio*ratio*sigma*sigma)
				settled := 1 - math.Pow(1-2*ratio*ratio*sigma*sigma/v, 2*float64(len(plan.Steps)))
				want := v * (1 + share*settled)
				if !(math.Abs(got.Variance[k]-want) <= 1e-10*want) || !(math.Abs(got.Mean[k]-noisy.Mean[k]) <= 1e-9) {
					t.Errorf("ratio %v, λ = %v: mean %v and variance %v, want %v and %v", ratio, logSNR, got.Mean[k], got.Variance[k], noisy.Mean[k], want)
				}
				if share > ratio*ratio/(1-ratio*ratio) {
					t.Errorf("ratio %v, λ = %v: the variance is too large by the share %v", ratio, logSNR, share)
				}
			}
		}
	}
}

// gaussianClips are the clips that samplers are compared on, 10×16×16 cells with
// a mean, rough and smooth.
func gaussianClips(t testing.TB) map[string]*exact.GaussianProcess {
	t.Helper()
	mean := make([]float64, 10*16*16)
	for i := range mean {
		mean[i] = -0.9
	}
	clips := map[string]*exact.GaussianProcess{}
	var err error
	if clips["rough"], err = exact.NewGaussianProcess(mean, exact.Exponential(10, 5, 0.25), exact.Exponential(16, 4, 1), exact.Exponential(16, 4, 1)); err != nil {
		t.Fatal(err)
	}
	if clips["smooth"], err = exact.NewGaussianProcess(mean, exact.SquaredExponential(10, 3, 0.25), exact.SquaredExponential(16, 3, 1), exact.SquaredExponential(16, 3, 1)); err != nil {
		t.Fatal(err)
	}
	return clips
}

// The recommended sampler is nearer to the truth in 25 evaluations than 1000
// ancestral steps, and no other pair of sampler and grid is.
func TestTheRecommendedSamplerIsNearer(t *testing.T) {
	for name, p := range gaussianClips(t) {
		truth := p.Modes()
		distance := func(sampler, grid string, evaluations int) float64 {
			plan, err := vdm.NewPlan(sampler, grid, vdm.Cosine{}, evaluations)
			if err != nil {
				t.Fatal(err)
			}
			return p.PlanModes(plan).Wasserstein2(truth)
		}
		bar := distance("ancestral", "time", 1000)
		for _, sampler := range vdm.SamplerNames() {
			for _, grid := range vdm.GridNames() {
				w := distance(sampler, grid, vdm.DefaultEvaluations)
				t.Logf("%s: %s on %s %.4f (1000 ancestral steps: %.4f)", name, sampler, grid, w, bar)
				if best := sampler == vdm.DefaultSampler && grid == vdm.DefaultGrid; best != (w <= bar) {
					t.Errorf("%s: %s on %s in %d evaluations is %.4f from the truth, 1000 ancestral steps %.4f", name, sampler, grid, vdm.DefaultEvaluations, w, bar)
				}
			}
		}
	}
}

// How far from the truth samplers are, on Gaussian data, where it is known.
func ExampleNewPlan() {
	clips, err := exact.NewGaussianProcess(nil, exact.Exponential(10, 5, 0.25), exact.Exponential(16, 4, 1), exact.Exponential(16, 4, 1))
	if err != nil {
		panic(err)
	}
	for _, c := range []struct {
		sampler, grid string
		evaluations   int
	}{{"ancestral", "time", 1000}, {"ancestral", "time", 25}, {"dpm++2m", "logsnr", 25}, {"dpm++3m", "trimmed", 25}} {
		plan, err := vdm.NewPlan(c.sampler, c.grid, vdm.Cosine{}, c.evaluations)
		if err != nil {
			panic(err)
		}
		w := clips.PlanModes(plan).Wasserstein2(clips.Modes())
		fmt.Printf("%-10s %-8s %4d evaluations: distance %.2f\n", c.sampler, c.grid, plan.Evaluations(), w)
	}
	// Output:
	// ancestral  time     1000 evaluations: distance 0.11
	// ancestral  time       25 evaluations: distance 3.01
	// dpm++2m    logsnr     25 evaluations: distance 1.13
	// dpm++3m    trimmed    25 evaluations: distance 0.06
}
