package main

import (
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/exact"
)

// A small network trains and is measured; what it leaves is larger than nothing, since it
// has hardly learnt, and the exact distribution has the spread of the process.
func TestGapOfASmallNetwork(t *testing.T) {
	o := defaults
	o.out, o.steps, o.clips, o.members, o.evaluations = t.TempDir(), 2, 2, 4, 4
	o.frames, o.side, o.known = 4, 8, 2
	m, p, err := trained(t.Context(), o, nil)
	if err != nil {
		t.Fatal(err)
	}
	truths, err := o.truths(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"map", "replacement"} {
		g, err := o.measure(t.Context(), m, truths, name, nil)
		if err != nil {
			t.Fatal(err)
		}
		if e := g.error(); !(e > 0.05 && e < 3) {
			t.Errorf("%s: a network of two steps has an error of the mean of %v", name, e)
		}
	}
}

// Members that are drawn from the exact distribution have no gap; it is the one of the
// process where nothing is known.
func TestTruthsAreTheConditionalDistribution(t *testing.T) {
	o := defaults
	o.clips, o.frames, o.side, o.known = 1, 3, 4, 1
	p, err := process(o)
	if err != nil {
		t.Fatal(err)
	}
	truths, err := o.truths(p)
	if err != nil {
		t.Fatal(err)
	}
	for j, std := range truths[0].std {
		// Along time the process is Markov: only the last known frame counts.
		d := float64(j / (o.side * o.side))
		r := exact.Exponential(3, 3, 1).At(0, 1)
		want := math.Sqrt(1 - math.Pow(r, 2*d))
		if math.Abs(std-want) > 1e-6 {
			t.Errorf("value %d has the standard deviation %v, want %v", j, std, want)
		}
		if mean := truths[0].mean[j] - math.Pow(r, d)*float64(truths[0].clip[j%(o.side*o.side)]); math.Abs(mean) > 1e-5 {
			t.Errorf("value %d: the mean is off by %v", j, mean)
		}
	}
}
