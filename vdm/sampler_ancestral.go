package vdm

import "fmt"

// VarianceBound names the bound of the reverse step's variance that the ancestral
// sampler uses (Ho et al. 2020, Denoising Diffusion Probabilistic Models, section 3.2).
// With many steps both give the same process.
type VarianceBound string

// The two bounds are equal in the limit of many steps.
const (
	LowerBound VarianceBound = "lower" // σ̃²_{s|t} (2.51): exact for data that are one point
	UpperBound VarianceBound = "upper" // σ²_{t|s}: exact for standard normal data
)

// Validate refuses a name that is neither of the two.
func (b VarianceBound) Validate() error {
	if b != LowerBound && b != UpperBound {
		return fmt.Errorf("variance bound %q: want lower or upper", string(b))
	}
	return nil
}

// Ancestral returns the plan of the discrete-time ancestral sampler (2.48–2.51) over
// these noise levels: z_s is drawn from q(z_s | z_t, x = x̂). The last step adds no
// noise: the result is the mean of z_0. The dissertation's program took 1000 steps of
// [UniformTime] and the lower bound.
func (levels NoiseLevels) Ancestral(bound VarianceBound) (Plan, error) {
	if err := bound.Validate(); err != nil {
		return Plan{}, err
	}
	return levels.plan(fmt.Sprintf("ancestral, %s bound", bound), func(i int, t Transition) PlanStep {
		return PlanStep{Z: t.MeanZ, X: t.MeanX, Noise: ancestralNoise(levels, i, t, bound)}
	})
}

func ancestralNoise(levels NoiseLevels, i int, t Transition, bound VarianceBound) float64 {
	switch {
	case levels.last(i):
		return 0
	case bound == UpperBound:
		return t.Upper
	}
	return t.Lower
}
