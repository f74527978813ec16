package forecast

import (
	"fmt"
	"math"
)

// STEPS is an ensemble of advected rain with stochastic growth and decay, after Bowler,
// Pierce and Seed (2006, Q. J. R. Meteorol. Soc. 132, doi:10.1256/qj.04.100) and its
// implementation in pysteps (Pulkkinen et al. 2019, Geosci. Model Dev. 12,
// doi:10.5194/gmd-12-4185-2019).
//
// In the frame that moves with the rain the decibels of rain are a Gaussian process,
// autoregressive in time with a memory that depends on scale and with the power spectrum
// of the known frames. Members start from the last known frames and continue with noise
// of their own (Pulkkinen et al., equation 6, has the variance of the noise). In the
// same coordinates each field is mapped to the distribution of the last known frame,
// rank by rank; only then is it moved, with a perturbed velocity. So the rain of the
// domain changes by outflow, as in pysteps. Inflow is not known: it has the constant
// value at the edge, as in [Advection], where pysteps has no value. Rain may appear only
// within a distance of known rain that grows with the lead, by 1 km a minute.
//
// It differs from STEPS as follows: there is no numerical forecast for blending; octaves
// of wavelength are used to estimate the memory, between which it is interpolated in the
// logarithm of the wavenumber, so that each mode is an AR process by itself, rather than
// evolved as separate fields; the octaves' weights are linear in that logarithm where
// pysteps has Gaussians; a dry cell counts as one at the threshold, and the memory is of
// the process below it, which remembers longer than decibels held there show; the noise has the
// windowed periodogram of the known frames, the same everywhere, without local
// parameters; the error of the velocity has the direction of the mean motion everywhere,
// and where the size of a cell is not given it is normal, the same along the motion and
// across, constant in time and a share of the mean speed.
//
// Between two known frames members are drawn from the AR(1) process given both ends,
// with the unperturbed velocity, on a grid that is larger than the domain. After they
// are moved they are matched to the ends' distributions, averaged quantile by quantile
// with weights linear in time; rain that enters the domain in the gap is known at one
// end only and counts for both. Before the first known frame time is reversed. AR(2) is
// used where the two known frames next to the gap are consecutive and some are known two
// frames apart, AR(1) otherwise.
type STEPS struct {
	// Kilometres is the side of a cell and Minutes the time between frames. Where
	// both are given, errors of the velocity are those of Bowler et al.: from
	// Laplace's distribution, of 8.1 km/h along the mean motion and 6.8 km/h across at
	// 5 minutes, 20.2 and 17.8 at 60. Both 0 means normal errors with a standard
	// deviation of 0.3 of the mean speed, along and across.
	Kilometres, Minutes float64
}

// Name returns a short name for tables.
func (STEPS) Name() string { return "STEPS" }

// Validate names the first setting out of its range.
func (st STEPS) Validate() error {
	if !(st.Kilometres >= 0 && st.Minutes >= 0) || math.IsInf(st.Kilometres+st.Minutes, 0) || (st.Kilometres == 0) != (st.Minutes == 0) {
		return fmt.Errorf("STEPS: Kilometres is %g and Minutes is %g, expected the side of a cell and the time between frames, or 0 for both", st.Kilometres, st.Minutes)
	}
	return nil
}

// settings are the settings of STEPS for one case.
type settings struct {
	STEPS
	// velocityError is the standard deviation of a constant error of the velocity as
	// a share of the mean speed; 0 means no error, constant or growing.
	velocityError float64
	// maskGrowth is how many cells per frame rain may appear away from known rain, in the
	// coordinates that move: 1 km a minute as in pysteps, or a sixteenth of the shorter side
	// a frame where the size of a cell is not known.
	maskGrowth float64
}

// forCase returns the settings with which a case is forecast.
func (st STEPS) forCase(c Case) settings {
	out := settings{st, 0.3, float64(min(c.Height, c.Width)) / 16}
	if st.Kilometres > 0 {
		out.maskGrowth = st.Minutes / st.Kilometres
	}
	return out
}
