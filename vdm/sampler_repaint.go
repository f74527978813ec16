package vdm

import (
	"fmt"
	"math"
)

// RePaint returns the plan of [NoiseLevels.Ancestral] (lower bound) that repeats
// stretches of its path (Lugmayr et al. 2022, RePaint, algorithm 1 and appendix B):
// after every jump steps it goes back to the noise level where they began, by a forward
// sample (2.42), and takes them again, until they were taken resamples times. It is
// meant for [Replacement], whose known cells thus influence the other cells more often;
// without known cells it samples the same distribution as Ancestral.
//
// The step back needs no denoiser, so it is merged with the step before it: evaluations
// are about resamples times those of Ancestral.
func (levels NoiseLevels) RePaint(jump, resamples int) (Plan, error) {
	if jump < 1 || resamples < 1 {
		return Plan{}, fmt.Errorf("RePaint: jump of %d steps, taken %d times: want each at least 1", jump, resamples)
	}
	once, err := levels.Ancestral(LowerBound)
	if err != nil {
		return Plan{}, fmt.Errorf("RePaint: %w", err)
	}
	plan := Plan{Name: fmt.Sprintf("RePaint, %d steps, jump %d, %d times", levels.Steps(), jump, resamples)}
	for from := 0; from < len(once.Steps); from += jump {
		stretch := once.Steps[from:min(from+jump, len(once.Steps))]
		for range resamples - 1 {
			plan.Steps = append(plan.Steps, stretch...)
			last := &plan.Steps[len(plan.Steps)-1]
			*last = last.backTo(stretch[0].LogSNRT)
		}
		plan.Steps = append(plan.Steps, stretch...)
	}
	return plan, plan.Validate()
}

// backTo returns the step followed by a forward sample from its end to λ.
func (p PlanStep) backTo(logSNR float64) PlanStep {
	forward := NewTransition(logSNR, p.LogSNRS)
	return PlanStep{
		LogSNRT: p.LogSNRT, LogSNRS: logSNR,
		Z: forward.Alpha * p.Z, X: forward.Alpha * p.X,
		Noise: math.Hypot(forward.Alpha*p.Noise, forward.Sigma),
	}
}
