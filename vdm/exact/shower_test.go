package exact

import (
	"math"
	"slices"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// The showers of these tests: 35 % are dry, and the variance of a frame is about 1.
var showers = Shower{Frames: 4, Dry: 0.35, Ends: 0.25, Decay: 0.8, Scale: 1.4}

// Where nothing can be seen the estimate is the mean of the distribution; where all can
// be seen it is the clip.
func TestShowerDenoiserAtBothEnds(t *testing.T) {
	const draws = 200_000
	mean := make([]float64, showers.Frames)
	for i := range draws {
		for f, v := range showers.Draw(1, i) {
			mean[f] += v / draws
		}
	}
	blind, err := showers.DenoiseMap(make([]float64, 4), slices.Repeat([]float64{-25}, 4))
	if err != nil {
		t.Fatal(err)
	}
	x := []float64{1.5, 1.2, 0.96, 0}
	seen, err := showers.DenoiseMap(x, slices.Repeat([]float64{10}, 4))
	if err != nil {
		t.Fatal(err)
	}
	for f := range x {
		if !(math.Abs(blind[f]-mean[f]) <= 0.01) {
			t.Errorf("frame %d: the estimate of nothing seen is %.4f, the mean of %d clips %.4f", f, blind[f], draws, mean[f])
		}
		if !(math.Abs(seen[f]-x[f]) <= 0.005) {
			t.Errorf("frame %d: the estimate of what is seen is %.4f, want %.2f", f, seen[f], x[f])
		}
	}
}

// With a first frame that a gauge saw with errors, the truth ranks among the members of
// its conditional draws as one of them does: the coverage is what it should be, though
// the distribution has an atom at 0 and a heavy tail.
func TestMapCoversShowers(t *testing.T) {
	const cases, members = 200, 9
	plan, err := vdm.NewPlan(vdm.DefaultSampler, vdm.DefaultGrid, vdm.Cosine{}, vdm.DefaultEvaluations)
	if err != nil {
		t.Fatal(err)
	}
	ranks, err := showers.RanksByMap(t.Context(), plan, cases, members, []uint64{3, 2, 5})
	if err != nil {
		t.Fatal(err)
	}
	inside := 0
	for _, n := range ranks[1:members] {
		inside += n
	}
	chi2 := 0.0
	for _, n := range ranks {
		want := float64(cases) / float64(len(ranks))
		chi2 += (float64(n) - want) * (float64(n) - want) / want
	}
	coverage := float64(inside) / cases
	t.Logf("ranks %v, χ² = %.1f, coverage of the members' range %.3f", ranks, chi2, coverage)
	if chi2 > 27.9 { // 0.1 % of χ² with 9 degrees of freedom
		t.Errorf("ranks of the truth among %d members: %v, χ² = %.1f, want at most 27.9", members, ranks, chi2)
	}
	if want := float64(members-1) / float64(members+1); !(math.Abs(coverage-want) <= 0.085) {
		t.Errorf("the truth lies within the members in %.3f of the cases, want %.3f ± 0.085", coverage, want)
	}
}
