package verify

import (
	"fmt"
	"slices"
)

// ensemble is shared by the scores of ensemble forecasts by lead time: the name of the
// score for errors, and the numbers of lead times and members of every forecast.
type ensemble struct {
	who            string
	leads, members int // members is 0 until the first Add
}

func newEnsemble(who string, leads int) (ensemble, error) {
	if leads < 1 {
		return ensemble{}, fmt.Errorf("%s: %d lead times; want at least 1", who, leads)
	}
	return ensemble{who: who, leads: leads}, nil
}

// take refuses a forecast that does not fit, stores the number of members and returns
// how many values a lead time has.
func (e *ensemble) take(k *Case) (perLead int, err error) {
	if err := k.fits(e.who, e.members); err != nil {
		return 0, err
	}
	if len(k.Truth)%e.leads != 0 {
		return 0, fmt.Errorf("%s: a truth of %d values; want %d whole frames", e.who, len(k.Truth), e.leads)
	}
	e.members = len(k.Members)
	return len(k.Truth) / e.leads, nil
}

// takeFrames does what take does, for scores that depend on the size of a frame.
func (e *ensemble) takeFrames(k *Case, height, width int) error {
	if len(k.Truth) != e.leads*height*width {
		return fmt.Errorf("%s: a truth of %d values; want %d frames of %d×%d", e.who, len(k.Truth), e.leads, height, width)
	}
	_, err := e.take(k)
	return err
}

// merge refuses other lead times or members and stores the number of members.
func (e *ensemble) merge(o *ensemble) error {
	if e.leads != o.leads {
		return fmt.Errorf("%s: merging %d lead times with %d; want equal numbers", e.who, e.leads, o.leads)
	}
	if e.members != 0 && o.members != 0 && e.members != o.members {
		return fmt.Errorf("%s: merging %d members with %d; want equal numbers", e.who, e.members, o.members)
	}
	e.members = max(e.members, o.members)
	return nil
}

// fits refuses an empty ensemble, members whose size differs from the truth's, and a
// number of members other than want (where that is not 0).
func (k *Case) fits(who string, want int) error {
	if len(k.Members) == 0 || want != 0 && len(k.Members) != want {
		return fmt.Errorf("%s: %d members; want %d", who, len(k.Members), max(want, 1))
	}
	for i, m := range k.Members {
		if len(m) != len(k.Truth) || len(m) == 0 {
			return fmt.Errorf("%s: member %d has %d values and the truth %d; want equal sizes", who, i, len(m), len(k.Truth))
		}
	}
	return nil
}

// kernelSums are the sums of a kernel score, which is the mean distance between members
// and truth minus half the mean distance between two members: of numbers for the CRPS,
// of vectors for the energy score.
type kernelSums struct {
	n           []int64   // number of values scored at each lead time
	err, spread []float64 // Σ of the mean |x_i − y|, and of ΣΣ|x_i − x_j|
}

func newKernelSums(leads int) kernelSums {
	return kernelSums{n: make([]int64, leads), err: make([]float64, leads), spread: make([]float64, leads)}
}

func (k *kernelSums) add(lead int, err, spread float64) {
	k.n[lead]++
	k.err[lead] += err
	k.spread[lead] += spread
}

func (k *kernelSums) merge(o *kernelSums) {
	for l := range k.n {
		k.n[l] += o.n[l]
		k.err[l] += o.err[l]
		k.spread[l] += o.spread[l]
	}
}

// KernelValue is a score in its plain and its fair form, in the units of the score: a
// mean over cells for the CRPS, over vectors for the energy score, over pairs of cells
// for the variogram score. It is NaN where nothing was scored.
type KernelValue struct {
	Fair, Plain             float64   // over all lead times, each cell, vector or pair with the same weight
	FairByLead, PlainByLead []float64 // at each lead time
	N                       []int64   // number of cells, vectors or pairs scored at each lead time
	Members                 int
}

// value returns the scores of ensembles of m members.
func (k *kernelSums) value(m int) KernelValue {
	finish := func(err, spread float64, n int64) (fair, plain float64) {
		m := float64(m)
		plain = (err - spread/(2*m*m)) / float64(n)
		fair = (err - spread/(2*m*(m-1))) / float64(n) // NaN for one member: its spread is 0
		return fair, plain
	}
	v := KernelValue{N: slices.Clone(k.n), Members: m}
	var err, spread float64
	var n int64
	for l := range k.n {
		f, p := finish(k.err[l], k.spread[l], k.n[l])
		v.FairByLead, v.PlainByLead = append(v.FairByLead, f), append(v.PlainByLead, p)
		err, spread, n = err+k.err[l], spread+k.spread[l], n+k.n[l]
	}
	v.Fair, v.Plain = finish(err, spread, n)
	return v
}
