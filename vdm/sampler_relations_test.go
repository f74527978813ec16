package vdm_test

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/exact"
)

func made(t testing.TB, p vdm.Plan, err error) vdm.Plan {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// samePlan compares all coefficients, relative to 1.
func samePlan(t *testing.T, what string, got, want []vdm.PlanStep) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d steps, want %d", what, len(got), len(want))
	}
	for i := range got {
		g, w := got[i], want[i]
		for name, pair := range map[string][2]float64{
			"λ_t": {g.LogSNRT, w.LogSNRT}, "λ_s": {g.LogSNRS, w.LogSNRS}, "Z": {g.Z, w.Z}, "X": {g.X, w.X},
			"PreviousZ": {g.PreviousZ, w.PreviousZ}, "PreviousX": {g.PreviousX, w.PreviousX}, "EarlierX": {g.EarlierX, w.EarlierX}, "Noise": {g.Noise, w.Noise},
		} {
			if !(math.Abs(pair[0]-pair[1]) <= 1e-13) {
				t.Errorf("%s: step %d: %s is %v, want %v", what, i, name, pair[0], pair[1])
			}
		}
	}
}

// DDIM with η = 1 is the ancestral sampler; the steps of order 1 of the
// multistep methods are DDIM with η = 0, and with η = 1 the ancestral ones.
func TestSamplersThatAreOthers(t *testing.T) {
	for _, name := range []string{"time", "logsnr", "trimmed"} {
		grid := levels(t, name, vdm.Cosine{}, 20)
		plan := func(p vdm.Plan, err error) []vdm.PlanStep { return made(t, p, err).Steps }
		ancestral := plan(grid.Ancestral(vdm.LowerBound))
		ddim := plan(grid.DDIM(0))
		two, stochastic, three := plan(grid.DPMSolver(0)), plan(grid.DPMSolver(1)), plan(grid.DPMSolver3())
		last := len(ddim) - 1
		samePlan(t, name+": DDIM with η = 1", plan(grid.DDIM(1)), ancestral)
		ends := func(p []vdm.PlanStep) []vdm.PlanStep { return []vdm.PlanStep{p[0], p[last]} }
		samePlan(t, name+": ends of 2M", ends(two), ends(ddim))
		samePlan(t, name+": ends of 3M", ends(three), ends(ddim))
		samePlan(t, name+": ends of SDE-2M", ends(stochastic), ends(ancestral))
		samePlan(t, name+": second step of 3M", three[1:2], two[1:2])
		for i := range two { // where x̂ does not change, all are the same
			for what, s := range map[string]vdm.PlanStep{"2M": two[i], "3M": three[i]} {
				if x := s.X + s.PreviousX + s.EarlierX; !(math.Abs(x-ddim[i].X) <= 1e-12) || !(math.Abs(s.Z-ddim[i].Z) <= 1e-13) {
					t.Errorf("%s: step %d of %s moves a constant x̂ by %v, DDIM by %v", name, i, what, x, ddim[i].X)
				}
			}
			if x := stochastic[i].X + stochastic[i].PreviousX; !(math.Abs(x-ancestral[i].X) <= 1e-12) || !(math.Abs(stochastic[i].Noise-ancestral[i].Noise) <= 1e-13) {
				t.Errorf("%s: step %d of SDE-2M: X %v and noise %v, ancestral %v and %v", name, i, x, stochastic[i].Noise, ancestral[i].X, ancestral[i].Noise)
			}
		}
	}
}

// The step of order 3 is exact where x̂ is a parabola in λ, that of order 2 where
// it is a line and steps are short: against the integral by quadrature.
func TestThirdOrderStepIsExactForParabolas(t *testing.T) {
	grid := vdm.NoiseLevels{-2, -1.2, -0.1, 1, 2.5, 3}
	plan, err := grid.DPMSolver3()
	made(t, plan, err)
	x := func(l float64) float64 { return 0.3 - 0.7*l + 0.2*l*l }
	for i := 2; i < len(grid)-2; i++ {
		s := plan.Steps[i]
		if s.EarlierX == 0 {
			t.Fatalf("step %d is not of order 3", i)
		}
		a, b, integral := grid[i], grid[i+1], 0.0
		const n = 20000
		for k := range n { // α_s·∫ e^{(u − λ_s)/2}·x̂(u) du/2, midpoint rule
			u := a + (b-a)*(float64(k)+0.5)/n
			integral += vdm.Alpha(b) * math.Exp((u-b)/2) * x(u) * (b - a) / (2 * n)
		}
		if got := s.X*x(a) + s.PreviousX*x(grid[i-1]) + s.EarlierX*x(grid[i-2]); !(math.Abs(got-integral) <= 1e-8) {
			t.Errorf("step %d: %v, by quadrature %v", i, got, integral)
		}
	}
}

// A step that would extrapolate too far is of lower order.
func TestThirdOrderStepsKeepTheirReach(t *testing.T) {
	plan, err := vdm.NoiseLevels{-30, -10, -9, -8, -7, 12, 13}.DPMSolver3()
	made(t, plan, err)
	order := func(s vdm.PlanStep) int {
		switch {
		case s.EarlierX != 0:
			return 3
		case s.PreviousX != 0:
			return 2
		}
		return 1
	}
	for i, want := range []int{1, 2, 3, 3, 1, 1} {
		if got := order(plan.Steps[i]); got != want {
			t.Errorf("step %d is of order %d, want %d", i, got, want)
		}
	}
}

// RePaint with stretches taken once is Ancestral. Taken twice it comes to the
// same marginals at the end of each stretch where the ancestral step is exact, and
// nearer to the right ones where it is not.
func TestRePaintComesToTheSameMarginals(t *testing.T) {
	grid := vdm.UniformTime(vdm.Cosine{Min: -12, Max: 12}, 24)
	once, err := grid.Ancestral(vdm.LowerBound)
	made(t, once, err)
	again, err := grid.RePaint(5, 1)
	samePlan(t, "one resample", made(t, again, err).Steps, once.Steps)

	twice, err := grid.RePaint(5, 3)
	made(t, twice, err)
	if want := 3 * 24; twice.Evaluations() != want {
		t.Errorf("%d evaluations, want %d", twice.Evaluations(), want)
	}
	point, err := exact.NewGaussianProcess([]float64{0.7}, mat.NewSymDense(1, nil), exact.Exponential(1, 1, 1), exact.Exponential(1, 1, 1))
	if err != nil {
		t.Fatal(err)
	}
	p := series(t)
	for stretch := 1; stretch <= 4; stretch++ {
		a, b := once, twice
		a.Steps, b.Steps = once.Steps[:5*stretch], twice.Steps[:15*stretch]
		level := b.Steps[len(b.Steps)-1].LogSNRS
		if level != a.Steps[len(a.Steps)-1].LogSNRS {
			t.Fatalf("stretch %d ends at λ = %v", stretch, level)
		}
		if w := point.PlanModesFrom(b, point.Noisy(-12)).Wasserstein2(point.Noisy(level)); w > 1e-12 {
			t.Errorf("stretch %d: distance %v to the marginal of one point", stretch, w)
		}
		right := p.Noisy(level)
		single, more := p.PlanModes(a).Wasserstein2(right), p.PlanModes(b).Wasserstein2(right)
		t.Logf("end of stretch %d, λ = %.2f: distance %.4f, taken three times %.4f", stretch, level, single, more)
		if more > 1.02*single {
			t.Errorf("stretch %d: distance %v after one passage, %v after three", stretch, single, more)
		}
	}
}

// The last step leaves its noise out, whatever the sampler: what comes out is x̂
// but for λ_max.
func TestTheLastStepAddsNoNoise(t *testing.T) {
	for _, name := range vdm.SamplerNames() {
		for _, grid := range vdm.GridNames() {
			plan, err := vdm.NewPlan(name, grid, vdm.Cosine{}, 9)
			last := made(t, plan, err).Steps[len(plan.Steps)-1]
			if last.Noise != 0 || last.LogSNRS != 30 || plan.Steps[0].LogSNRT != -30 {
				t.Errorf("%s on %s: from λ = %v, last step %+v", name, grid, plan.Steps[0].LogSNRT, last)
			}
		}
	}
}

// NewPlan takes as many evaluations as it was allowed, where the sampler can use
// them: one an interval, or two less one.
func TestNewPlanCountsEvaluations(t *testing.T) {
	for _, name := range vdm.SamplerNames() {
		for n := 1; n <= 40; n++ {
			plan, err := vdm.NewPlan(name, "logsnr", vdm.Cosine{Min: -5, Max: 5}, n)
			made(t, plan, err)
			want := n
			switch name {
			case "predictor-corrector":
				want = n - (n+1)%2
			case "heun": // intervals that are too long are taken in one evaluation
				if want = n - (n+1)%2; n < 9 {
					want = (n + 1) / 2
				}
			}
			if got := plan.Evaluations(); got != want {
				t.Errorf("%s with %d evaluations takes %d, want %d", name, n, got, want)
			}
		}
	}
}

func TestSamplersRefuse(t *testing.T) {
	grid := levels(t, "logsnr", vdm.Cosine{}, 4)
	for says, f := range map[string]func() (vdm.Plan, error){
		"η is -0.1":                   func() (vdm.Plan, error) { return grid.DDIM(-0.1) },
		"η is 1.5":                    func() (vdm.Plan, error) { return grid.DDIM(1.5) },
		"η is NaN":                    func() (vdm.Plan, error) { return grid.DPMSolver(math.NaN()) },
		"η is +Inf":                   func() (vdm.Plan, error) { return grid.DPMSolver(math.Inf(1)) },
		"DPM-Solver++(3M): a sampler": func() (vdm.Plan, error) { return vdm.NoiseLevels(nil).DPMSolver3() },
		"Heun: ":                      func() (vdm.Plan, error) { return vdm.NoiseLevels{1}.Heun() },
		"point 1 is 1":                func() (vdm.Plan, error) { return vdm.NoiseLevels{2, 1}.EulerMaruyama() },
		"0 corrections":               func() (vdm.Plan, error) { return grid.PredictorCorrector(0, 0.1) },
		"ratio 1:":                    func() (vdm.Plan, error) { return grid.PredictorCorrector(1, 1) },
		"jump of 0 steps":             func() (vdm.Plan, error) { return grid.RePaint(0, 1) },
		"taken 0 times":               func() (vdm.Plan, error) { return grid.RePaint(1, 0) },
		`sampler "best"`:              func() (vdm.Plan, error) { return vdm.NewPlan("best", "time", vdm.Cosine{}, 3) },
		`grid "fine"`:                 func() (vdm.Plan, error) { return vdm.NewPlan("ddim", "fine", vdm.Cosine{}, 3) },
		"ddim with 0 evaluations":     func() (vdm.Plan, error) { return vdm.NewPlan("ddim", "time", vdm.Cosine{}, 0) },
	} {
		if _, err := f(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, want one that says %q", err, says)
		}
	}
	if err := (vdm.Plan{Name: "x", Steps: []vdm.PlanStep{{EarlierX: math.NaN()}}}).Validate(); err == nil {
		t.Error("a plan with NaN is not refused")
	}
}
