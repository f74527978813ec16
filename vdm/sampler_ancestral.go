package vdm

import "fmt"

// VarianceBound says which bound of the reverse step's variance the ancestral
// sampler uses (Ho et al. 2020, Denoising Diffusion Probabilistic Models,
// section 3.2). Both tend to the same process as steps grow many.
type VarianceBound string

// The two bounds.
const (
	LowerBound VarianceBound = "lower" // σ̃²_{s|t} (2.51): exact for data that are one point
	UpperBound VarianceBound = "upper" // σ²_{t|s}: exact for standard normal data
)

// Validate refuses an unknown name.
func (b VarianceBound) Validate() error {
	if b != LowerBound && b != UpperBound {
		return fmt.Errorf("variance bound %q: want lower or upper", string(b))
	}
	return nil
}

// Ancestral is the discrete-time ancestral sampler (2.48–2.51) over uniform
// steps in t, from λ_min to λ_max: z_s is drawn from q(z_s | z_t, x = x̂). The
// last step adds no noise: what is kept is the mean of z_0.
func Ancestral(s Schedule, steps int, bound VarianceBound) (Plan, error) {
	if err := bound.Validate(); err != nil {
		return Plan{}, err
	}
	grid, err := uniformTimes(s, steps)
	if err != nil {
		return Plan{}, err
	}
	plan := Plan{Name: fmt.Sprintf("ancestral, %d steps, %s bound", steps, bound)}
	for i := range steps {
		t := NewTransition(grid[i], grid[i+1])
		noise := t.Lower
		if bound == UpperBound {
			noise = t.Upper
		}
		if i == steps-1 {
			noise = 0
		}
		plan.Steps = append(plan.Steps, PlanStep{
			LogSNRT: grid[i], LogSNRS: grid[i+1],
			Z: t.MeanZ, X: t.MeanX, Noise: noise,
		})
	}
	return plan, nil
}
