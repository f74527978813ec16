package stochastic

import (
	"fmt"
	"math"
)

// Tally averages several quantities over the same independent draws. The zero
// value is empty.
type Tally struct {
	draws        float64
	mean, spread []float64 // for each quantity: mean, and sum of squares about it
}

// Add counts one draw, with one value for each quantity in the same order every
// time.
func (t *Tally) Add(values ...float64) {
	if t.draws == 0 {
		t.mean, t.spread = make([]float64, len(values)), make([]float64, len(values))
	}
	if len(values) != len(t.mean) {
		panic(fmt.Sprintf("tally of %d quantities was given %d values", len(t.mean), len(values)))
	}
	t.draws++
	for i, v := range values { // Welford (1962)
		off := v - t.mean[i]
		t.mean[i] += off / t.draws
		t.spread[i] += off * (v - t.mean[i])
	}
}

// Means returns the average of each quantity.
func (t *Tally) Means() []float64 { return append([]float64(nil), t.mean...) }

// Errors returns the standard errors of the averages.
func (t *Tally) Errors() []float64 {
	out := make([]float64, len(t.spread))
	for i, s := range t.spread {
		out[i] = math.Sqrt(s / (t.draws - 1) / t.draws)
	}
	return out
}

// Worst returns the largest of the standard errors.
func (t *Tally) Worst() (worst float64) {
	for _, e := range t.Errors() {
		worst = math.Max(worst, e)
	}
	return worst
}
