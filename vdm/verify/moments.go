package verify

import (
	"math"
)

// DefaultDry is the rate in mm/h below which a cell counts as dry.
const DefaultDry = 0.01

// Moments summarises values one by one: number, dry share, mean, standard deviation,
// extremes. The zero value is ready for use; missing cells are skipped and counted.
type Moments struct {
	Dry     float64 // values below, compared as float32, count as dry; 0 means DefaultDry
	Missing int64   // number of NaN

	n, dry   int64
	mean, m2 float64 // mean, and sum of squared deviations from it
	min, max float64
}

// MomentsValue is the result of Moments; everything but N is NaN where N is 0.
type MomentsValue struct {
	N        int64
	DryShare float64
	Mean     float64
	Std      float64 // population standard deviation (divided by N)
	Min, Max float64
}

func (m *Moments) threshold() float64 {
	if m.Dry == 0 {
		return DefaultDry
	}
	return m.Dry
}

// Add adds every value.
func (m *Moments) Add(values []float32) {
	part := Moments{Dry: m.Dry}
	dry := float32(m.threshold())
	sum := 0.0
	for _, v32 := range values {
		v := float64(v32)
		if v != v {
			part.Missing++
			continue
		}
		if part.n == 0 {
			part.min, part.max = v, v
		}
		part.min, part.max = min(part.min, v), max(part.max, v)
		part.n++
		sum += v
		if v32 < dry {
			part.dry++
		}
	}
	if part.n > 0 {
		part.mean = sum / float64(part.n)
		for _, v32 := range values {
			if v := float64(v32); v == v {
				part.m2 += (v - part.mean) * (v - part.mean)
			}
		}
	}
	m.merge(&part)
}

// merge combines two means and sums of squares without cancellation (Chan,
// Golub and LeVeque 1983, The American Statistician 37, eq. 2.1).
func (m *Moments) merge(o *Moments) {
	m.Missing += o.Missing
	if o.n == 0 {
		return
	}
	if m.n == 0 {
		m.min, m.max = o.min, o.max
	}
	m.min, m.max = min(m.min, o.min), max(m.max, o.max)
	n, d := float64(m.n+o.n), o.mean-m.mean
	m.m2 += o.m2 + d*d*float64(m.n)*float64(o.n)/n
	m.mean += d * float64(o.n) / n
	m.n += o.n
	m.dry += o.dry
}

// Value returns the summary.
func (m *Moments) Value() MomentsValue {
	if m.n == 0 {
		nan := math.NaN()
		return MomentsValue{DryShare: nan, Mean: nan, Std: nan, Min: nan, Max: nan}
	}
	n := float64(m.n)
	return MomentsValue{
		N: m.n, DryShare: float64(m.dry) / n, Mean: m.mean, Std: math.Sqrt(m.m2 / n), Min: m.min, Max: m.max,
	}
}
