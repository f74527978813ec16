package forecast

import (
	"context"
	"fmt"
	"math"
)

// STEPS is an ensemble of advected rain with stochastic growth and decay, after
// Bowler, Pierce and Seed (2006, Q. J. R. Meteorol. Soc. 132,
// doi:10.1256/qj.04.100) and its implementation in pysteps (Pulkkinen et al.
// 2019, Geosci. Model Dev. 12, doi:10.5194/gmd-12-4185-2019).
//
// In the frame that moves with the rain the decibels of rain are a Gaussian
// process, autoregressive in time with a memory that depends on scale, with the
// power spectrum of the known frames. Members start from the last known frames,
// carry on with noise of their own, move with a perturbed velocity, and are
// mapped to the marginal distribution of the last known frame rank by rank.
// Rain may appear only within a distance of known rain that grows with the lead.
//
// How it differs from STEPS: there is no numerical forecast to blend with;
// octaves of wavelength are used to estimate the memory, between which it is
// interpolated in the logarithm of the wavenumber, so that each mode is an AR
// process by itself, rather than evolved as separate fields; the octaves'
// weights are linear in that logarithm where pysteps has Gaussians; the noise
// has the windowed periodogram of the known frames, the same everywhere, without
// local parameters; the periodic grid is larger than the domain, and what flows
// in from outside is drawn from the process where STEPS has nothing; ranks are
// matched after the advection and not before; the error of the velocity is
// normal, the same along the motion and across, constant in time and a share of
// the mean speed, where Bowler et al. fit functions of the lead in km/h.
//
// Between two known frames members are drawn from the AR(1) process given both
// ends, with the unperturbed velocity, and matched to the ends' distributions
// averaged quantile by quantile with weights linear in time; what enters the
// domain in the gap is seen in one end only and counts for both. Before the
// first known frame time is reversed. AR(2) is used where the two known frames
// next to the gap are consecutive and some are known two frames apart, AR(1)
// otherwise.
type STEPS struct {
	Motion Motion
	// VelocityError is the standard deviation of the error of the velocity,
	// along the mean motion and across, as a share of the mean speed; 0 means
	// 0.3, negative none. On radar of Brisbane (2 km, 10 min) and on US Stage
	// IV (4 km, 1 h) 0.3 had a lower CRPS than 0.15, and 0.15 than none.
	VelocityError float64
	// MaskGrowth is how many cells per frame rain may appear away from known
	// rain; 0 means a sixteenth of the shorter side, negative only where there was
	// rain (after moving).
	MaskGrowth float64
}

// Name is a short name for tables.
func (STEPS) Name() string { return "STEPS" }

// Validate names the first setting that makes no sense.
func (st STEPS) Validate() error {
	if err := st.Motion.Validate(); err != nil {
		return err
	}
	if math.IsNaN(st.VelocityError) || math.IsInf(st.VelocityError, 0) {
		return fmt.Errorf("STEPS: VelocityError is %g, expected a share of the mean speed", st.VelocityError)
	}
	if math.IsNaN(st.MaskGrowth) {
		return fmt.Errorf("STEPS: MaskGrowth is %g, expected cells per frame", st.MaskGrowth)
	}
	return nil
}

func (st STEPS) withDefaults(c Case) STEPS {
	st.Motion = st.Motion.withDefaults()
	if st.VelocityError == 0 {
		st.VelocityError = 0.3
	}
	if st.MaskGrowth == 0 {
		st.MaskGrowth = float64(min(c.Height, c.Width)) / 16
	}
	st.VelocityError, st.MaskGrowth = max(st.VelocityError, 0), max(st.MaskGrowth, 0)
	return st
}

// Forecast is as in [Forecaster]. At least two frames must be known, since
// motion and memory are estimated from them, and known values must not be
// negative.
func (st STEPS) Forecast(ctx context.Context, c Case, members int, seed uint64) ([][]float32, error) {
	if err := c.validFor(ctx, st.Name(), members, 2); err != nil {
		return nil, err
	}
	if err := c.validRain(st.Name()); err != nil {
		return nil, err
	}
	if err := st.Validate(); err != nil {
		return nil, err
	}
	st = st.withDefaults(c)
	s := newScene(c)
	all := same(c.start(), members)
	if !s.any {
		return all, nil
	}
	for _, g := range c.gaps() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		sim := newSimulation(st, s, g)
		for m := range all {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			sim.draw(seed, uint32(m), func(f int) []float32 { return c.frame(all[m], f) })
		}
	}
	return all, nil
}
