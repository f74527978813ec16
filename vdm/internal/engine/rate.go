package engine

import (
	"math"
	"time"
)

// Finite reports whether x is neither NaN nor infinite.
func Finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// RateTimer measures steps per second over the last 50 steps.
type RateTimer struct{ at []time.Time }

// Tick counts a step that has just ended.
func (r *RateTimer) Tick() {
	r.at = append(r.at, time.Now())
	if len(r.at) > 50 {
		r.at = r.at[1:]
	}
}

// Rate returns steps per second, 0 before the second step.
func (r *RateTimer) Rate() float64 {
	if len(r.at) < 2 {
		return 0
	}
	span := r.at[len(r.at)-1].Sub(r.at[0]).Seconds()
	return float64(len(r.at)-1) / span
}

// Left returns the time that a number of further steps will take, 0 where it is unknown.
func (r *RateTimer) Left(steps int64) time.Duration {
	rate := r.Rate()
	if rate == 0 {
		return 0
	}
	return time.Duration(float64(steps) / rate * float64(time.Second)).Round(time.Second)
}
