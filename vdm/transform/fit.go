package transform

import (
	"fmt"
	"iter"
	"math"
)

// Fit returns the Spec with every unfitted affine step given the range of the
// training data at its place in the chain; s itself is unchanged, and numbers
// already given are kept. Data come in slices of any length (of any layout:
// values count one by one; [slices.Values] makes an iterator of a
// [][]float32), are read once and not kept. NaN is missing and skipped.
//
// It fails, naming the value, on infinite data, on data outside the domain of
// a step, on a constant where a range is to be fitted, and where no value is
// left. Every step is monotone, so the smallest and the largest value alone
// decide all of this.
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
	return s.fitRange(float64(lo), float64(hi))
}

// fitRange fits on data whose smallest and largest values are lo and hi.
func (s Spec) fitRange(lo, hi float64) (Spec, error) {
	out := Spec{Steps: append([]Step(nil), s.Steps...)}
	for i := range out.Steps {
		step := &out.Steps[i]
		fail := func(format string, args ...any) (Spec, error) {
			return Spec{}, fmt.Errorf("transform %v: step %d (%s): "+format, append([]any{s, i + 1, step.Kind}, args...)...)
		}
		if step.Kind == KindAffine && step.Min == nil {
			if lo == hi {
				return fail("every value is %v here; a constant has no range to scale", lo)
			}
			low, high := lo, hi // own variables: the Spec keeps their addresses
			step.Min, step.Max = &low, &high
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
	}
	return out, nil
}
