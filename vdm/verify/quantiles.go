package verify

import (
	"math"
	"slices"
)

// quantilesStored is how many values Quantiles stores.
const quantilesStored = 1 << 22

// QuantileLevels returns the 54 levels of the dissertation's quantile plot:
// 1 − 10^−n + m·10^−(n+1) for n = 1…6, m = 1…9, from 0.91 to 0.9999999.
func QuantileLevels() []float64 {
	var levels []float64
	for n := 1; n <= 6; n++ {
		unit := math.Pow10(n + 1)
		for m := 1; m <= 9; m++ {
			levels = append(levels, 1-float64(10-m)/unit)
		}
	}
	return levels
}

// Quantiles estimates quantiles of a stream. Up to 2²² values (16 MiB) it stores them
// all and is exact; beyond, it counts them in buckets of 1/4096 of a power of
// two and each order statistic is within 1/8192 of itself. The zero value is ready
// for use.
type Quantiles struct {
	Missing int64 // NaN

	most     int // values stored before the sketch takes over; 0 is quantilesStored
	n        int64
	values   []float32 // nil once the sketch is in use
	sketch   *sketch
	min, max float32
}

func (q *Quantiles) limit() int {
	if q.most == 0 {
		return quantilesStored
	}
	return q.most
}

// Exact reports whether every value is stored.
func (q *Quantiles) Exact() bool { return q.sketch == nil }

// Add adds every value.
func (q *Quantiles) Add(values []float32) {
	for _, v := range values {
		if v != v {
			q.Missing++
			continue
		}
		if v == 0 {
			v = 0 // −0 becomes 0
		}
		if q.n == 0 {
			q.min, q.max = v, v
		}
		q.min, q.max = min(q.min, v), max(q.max, v)
		q.n++
		if q.sketch == nil && len(q.values) >= q.limit() {
			q.spill()
		}
		if q.sketch != nil {
			q.sketch.add(v)
		} else {
			q.values = append(q.values, v)
		}
	}
}

// spill moves the stored values to the sketch.
func (q *Quantiles) spill() {
	q.sketch = new(sketch)
	for _, v := range q.values {
		q.sketch.add(v)
	}
	q.values = nil
}

// Value returns the quantile at each level in [0, 1] (any order), interpolated linearly
// between order statistics as numpy does by default. With the sketch, a quantile between
// values of one sign has a relative error of at most 1/8192; the smallest and the
// largest value are always exact. It is NaN where there is no value or the level is
// outside [0, 1].
func (q *Quantiles) Value(levels []float64) []float64 {
	order := q.orderStatistic()
	out := make([]float64, len(levels))
	for i, p := range levels {
		if q.n == 0 || !(p >= 0 && p <= 1) {
			out[i] = math.NaN()
			continue
		}
		at := p * float64(q.n-1)
		low := math.Floor(at)
		a := order(int64(low))
		b := a
		if int64(low) < q.n-1 {
			b = order(int64(low) + 1)
		}
		// Interpolation starts from the nearer end, as in numpy: exact at both, and
		// monotone.
		if f := at - low; a == b {
			out[i] = a
		} else if f < 0.5 {
			out[i] = a + (b-a)*f
		} else {
			out[i] = b - (b-a)*(1-f)
		}
	}
	return out
}

// orderStatistic returns the function from a rank (0 the smallest) to a value.
func (q *Quantiles) orderStatistic() func(rank int64) float64 {
	if q.sketch == nil {
		slices.Sort(q.values) // their order has no meaning
		return func(rank int64) float64 { return float64(q.values[rank]) }
	}
	inner := q.sketch.orderStatistic()
	return func(rank int64) float64 {
		switch rank {
		case 0:
			return float64(q.min)
		case q.n - 1:
			return float64(q.max)
		}
		return min(max(inner(rank), float64(q.min)), float64(q.max))
	}
}
