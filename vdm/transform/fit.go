package transform

import (
	"fmt"
	"iter"
	"math"
)

// Fit returns the Spec with every step that has no numbers fitted on the training data
// at its place in the chain: affine takes their range, standardise their mean and
// standard deviation, normal-score their quantiles. s itself is unchanged, and numbers
// already given are kept. Data come in slices of any length (of any layout: values count
// one by one; [slices.Values] makes an iterator of a [][]float32) and are not kept. They
// are read once for their range, and once more for each standardise and normal-score
// that is fitted. NaN is missing and skipped.
//
// The scale of standardise has a floor, so that standardised values stay bounded: it is
// the largest of the standard deviation, a thirtieth of the largest distance from the
// mean (so that one wet cell in a million lies at 30, not at 1000) and 2⁻²⁰ of the
// largest magnitude (the resolution of float32). Where all values are equal it is 1.
//
// It is an error, which names the value, if data are infinite or outside the domain of a
// step, if affine is fitted on a constant, or if no value is left. Every step is
// monotone, so the smallest and the largest value alone decide this.
func (s Spec) Fit(data iter.Seq[[]float32]) (Spec, error) {
	if err := s.Validate(); err != nil {
		return Spec{}, fmt.Errorf("transform %v: %w", s, err)
	}
	lo, hi := float32(math.Inf(1)), float32(math.Inf(-1))
	valid, missing := 0, 0
	for values := range data {
		for _, v := range values {
			if v != v {
				missing++
				continue
			}
			valid++
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	switch {
	case valid == 0:
		return Spec{}, fmt.Errorf("transform %v: no value to fit on (%d are missing)", s, missing)
	case math.IsInf(float64(lo), 0) || math.IsInf(float64(hi), 0):
		return Spec{}, fmt.Errorf("transform %v: the training data hold an infinite value (range %v to %v); want finite or NaN", s, lo, hi)
	}
	return s.fitSteps(float64(lo), float64(hi), data)
}

// fitSteps fits on data whose smallest and largest values are lo and hi.
func (s Spec) fitSteps(lo, hi float64, data iter.Seq[[]float32]) (Spec, error) {
	out := Spec{Steps: append([]Step(nil), s.Steps...)}
	var before Chain // the fitted steps so far
	for i := range out.Steps {
		step := &out.Steps[i]
		fail := func(format string, args ...any) (Spec, error) {
			return Spec{}, fmt.Errorf("transform %v: step %d (%s): "+format, append([]any{s, i + 1, step.Kind}, args...)...)
		}
		if step.fits() && !step.fitted() {
			switch step.Kind {
			case KindAffine:
				if lo == hi {
					return fail("every value is %v here; a constant has no range to scale", lo)
				}
				low, high := lo, hi // own variables: the Spec keeps their addresses
				step.Min, step.Max = &low, &high
			case KindStandardise:
				mean, std := moments(data, before)
				mean = max(lo, min(hi, mean)) // the mean is kept within the range despite rounding
				std = scaleOf(std, mean, lo, hi)
				step.Mean, step.Std = &mean, &std
			case KindNormalScore:
				step.X, step.Y = fitNormalScore(sampleOf(data, before, lo, hi))
			}
			if err := step.validate(); err != nil {
				return fail("fitted on values from %v to %v: %w", lo, hi, err)
			}
		}
		t := step.build()
		yLo, yHi := t.Forward(lo), t.Forward(hi)
		if math.IsNaN(yLo) {
			return fail("the smallest value here is %v; want ≥ 0", lo)
		}
		if math.IsInf(yLo, 0) || math.IsInf(yHi, 0) {
			return fail("the range %v to %v overflows", lo, hi)
		}
		lo, hi = yLo, yHi
		before = append(before, t)
	}
	return out, nil
}

const (
	farthest   = 30.0            // the largest distance from the mean, in scales
	resolution = 1.0 / (1 << 20) // the smallest scale, as a share of the largest magnitude
)

// scaleOf returns the number by which standardise divides; see [Spec.Fit].
func scaleOf(std, mean, lo, hi float64) float64 {
	if lo == hi {
		return 1
	}
	return max(std, max(hi-mean, mean-lo)/farthest, resolution*max(math.Abs(lo), math.Abs(hi)))
}

// transformed yields the values that are not missing, in blocks, after the steps of
// before. A block is valid until the next.
func transformed(data iter.Seq[[]float32], before Chain) iter.Seq[[]float64] {
	return func(yield func([]float64) bool) {
		var buf [block]float64
		for values := range data {
			for len(values) > 0 {
				n := 0
				for _, v := range values[:min(block, len(values))] {
					if v == v {
						buf[n] = float64(v)
						n++
					}
				}
				values = values[min(block, len(values)):]
				forward(before, buf[:n])
				if n > 0 && !yield(buf[:n]) {
					return
				}
			}
		}
	}
}

// moments returns the mean and the standard deviation of all values. Those of each block
// are computed by themselves and then combined (Chan et al. 1983), which loses no
// digits.
func moments(data iter.Seq[[]float32], before Chain) (mean, std float64) {
	count, square := 0.0, 0.0
	for x := range transformed(data, before) {
		n, m, s := float64(len(x)), 0.0, 0.0
		for _, v := range x {
			m += v
		}
		m /= n
		for _, v := range x {
			s += (v - m) * (v - m)
		}
		all, d := count+n, m-mean
		mean += d * n / all
		square += s + d*d*count*n/all
		count = all
	}
	return mean, math.Sqrt(square / count)
}

// mostSampled is the number of values from which the quantiles are computed at most: 32
// MiB.
const mostSampled = 1 << 22

// sampleOf returns the values, or every second, fourth … of them where there are many,
// and both extremes.
func sampleOf(data iter.Seq[[]float32], before Chain, lo, hi float64) []float64 {
	var kept []float64
	every, at := 1, 0
	for x := range transformed(data, before) {
		for _, v := range x {
			if at++; at%every != 0 {
				continue
			}
			if kept = append(kept, v); len(kept) == mostSampled {
				for i := range len(kept) / 2 {
					kept[i] = kept[2*i+1]
				}
				kept = kept[:len(kept)/2]
				every *= 2
			}
		}
	}
	if every > 1 {
		kept = append(kept, lo, hi)
	}
	return kept
}
