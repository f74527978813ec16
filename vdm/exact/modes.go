package exact

import (
	"math"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// Modes is a normal distribution that is independent along the eigenvectors of a
// [GaussianProcess]: one mean and one variance for each mode.
type Modes struct{ Mean, Variance []float64 }

// Modes returns the distribution of the data.
func (p *GaussianProcess) Modes() Modes {
	return Modes{append([]float64(nil), p.centre...), append([]float64(nil), p.variance...)}
}

// PlanModes returns the exact distribution of the samples that a plan draws with the
// process's own denoiser, without an observation, from z ~ N(0, I): each step maps every
// mode alone. Plans that use the steps before are propagated with the values that they
// use, (z, z₋₁, x̂₋₁, x̂₋₂).
func (p *GaussianProcess) PlanModes(plan vdm.Plan) Modes {
	return p.PlanModesFrom(plan, p.start())
}

// start returns N(0, I), the distribution of the first z.
func (p *GaussianProcess) start() Modes {
	m := Modes{make([]float64, len(p.mean)), make([]float64, len(p.mean))}
	for k := range m.Variance {
		m.Variance[k] = 1
	}
	return m
}

// Noisy returns the distribution of z = α·x + σ·ε at λ.
func (p *GaussianProcess) Noisy(logSNR float64) Modes {
	alpha, sigma := vdm.Alpha(logSNR), vdm.Sigma(logSNR)
	m := p.Modes()
	for k := range m.Mean {
		m.Mean[k] *= alpha
		m.Variance[k] = alpha*alpha*m.Variance[k] + sigma*sigma
	}
	return m
}

// PlanModesFrom does what PlanModes does, for another distribution of the first z. It
// propagates variances with the means, and so has its own loop over the plan, where
// [vdm.Plan.Follow] takes one z through it.
func (p *GaussianProcess) PlanModesFrom(plan vdm.Plan, first Modes) Modes {
	out := Modes{make([]float64, len(p.mean)), make([]float64, len(p.mean))}
	past := looksBack(plan)
	for k, c := range p.variance {
		state := modeState{mean: [4]float64{first.Mean[k]}}
		state.cov[0][0] = first.Variance[k]
		for _, s := range plan.Steps {
			alpha, sigma := vdm.Alpha(s.LogSNRT), vdm.Sigma(s.LogSNRT)
			gain := alpha * c / (alpha*alpha*c + sigma*sigma)
			offset := (1 - gain*alpha) * p.centre[k]
			if past {
				state = state.step(s, gain, offset)
				continue
			}
			a := s.Z + s.X*gain
			state.mean[0] = a*state.mean[0] + s.X*offset
			state.cov[0][0] = a*a*state.cov[0][0] + s.Noise*s.Noise
		}
		out.Mean[k], out.Variance[k] = state.mean[0], state.cov[0][0]
	}
	return out
}

// looksBack reports whether a plan uses the steps before.
func looksBack(plan vdm.Plan) bool {
	return slices.ContainsFunc(plan.Steps, func(s vdm.PlanStep) bool {
		return s.PreviousZ != 0 || s.PreviousX != 0 || s.EarlierX != 0
	})
}

// modeState is the distribution of (z, z₋₁, x̂₋₁, x̂₋₂) of a mode.
type modeState struct {
	mean [4]float64
	cov  [4][4]float64
}

// step returns the distribution after a step of a plan with x̂ = gain·z + offset.
func (m modeState) step(s vdm.PlanStep, gain, offset float64) (to modeState) {
	z := s.Z + s.X*gain
	rows := [4][4]float64{
		{z, s.PreviousZ, s.PreviousX, s.EarlierX},
		{1},
		{gain},
		{2: 1},
	}
	for i, a := range rows {
		for j, v := range a {
			to.mean[i] += v * m.mean[j]
		}
		for k, b := range rows[:i+1] {
			sum := 0.0
			for j, v := range a {
				if v == 0 {
					continue
				}
				for l, w := range b {
					sum += v * w * m.cov[j][l]
				}
			}
			to.cov[i][k], to.cov[k][i] = sum, sum
		}
	}
	to.mean[0] += s.X * offset
	to.mean[2] += offset
	to.cov[0][0] += s.Noise * s.Noise
	return to
}

// Wasserstein2 returns the 2-Wasserstein distance of two distributions along the same
// modes.
func (m Modes) Wasserstein2(o Modes) float64 {
	square := 0.0
	for k := range m.Mean {
		d, s := m.Mean[k]-o.Mean[k], math.Sqrt(m.Variance[k])-math.Sqrt(o.Variance[k])
		square += d*d + s*s
	}
	return math.Sqrt(square)
}
