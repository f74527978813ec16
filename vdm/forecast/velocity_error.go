package forecast

import (
	"math"
	"math/rand/v2"
)

// velocityError is a member's error of the velocity, the same everywhere. Either it is
// constant, or it grows with the lead as in Bowler et al. (2006): along the mean motion
// and across it a random number each, times a standard deviation
//
//	along: 10.88 t^0.23 − 7.68 km/h,  across: 5.76 t^0.31 − 2.72 km/h,  t in minutes.
type velocityError struct {
	along, across [2]float64 // of rows and columns
	minutes       float64    // between frames; 0 where the error is constant
	cells         float64    // cells per frame in 1 km/h
}

// newVelocityError draws an error for motion v. Random numbers are normal for a
// constant error, and Laplace's, of variance 1, for one that grows.
func newVelocityError(st settings, v *velocity, r *rand.Rand) velocityError {
	dy, dx, speed := v.meanSpeed()
	if st.Kilometres == 0 {
		size := st.velocityError * speed
		return velocityError{along: [2]float64{size * r.NormFloat64(), size * r.NormFloat64()}}
	}
	e := velocityError{minutes: st.Minutes, cells: st.Minutes / 60 / st.Kilometres}
	along, across := laplace(r), laplace(r)
	if long := math.Hypot(dy, dx); long > 0 && st.velocityError > 0 {
		e.along = [2]float64{along * dy / long, along * dx / long}
		e.across = [2]float64{across * dx / long, -across * dy / long}
	}
	return e
}

// at returns the error in cells per frame at a number of frames after the last known
// one.
func (e velocityError) at(frames int) (dy, dx float64) {
	if e.minutes == 0 {
		return e.along[0], e.along[1]
	}
	t := float64(frames) * e.minutes
	along := e.cells * max(10.88*math.Pow(t, 0.23)-7.68, 0)
	across := e.cells * max(5.76*math.Pow(t, 0.31)-2.72, 0)
	return along*e.along[0] + across*e.across[0], along*e.along[1] + across*e.across[1]
}

// laplace returns a number from Laplace's distribution of variance 1.
func laplace(r *rand.Rand) float64 {
	size := r.ExpFloat64() / math.Sqrt2
	if r.Uint64()&1 == 0 {
		return size
	}
	return -size
}
