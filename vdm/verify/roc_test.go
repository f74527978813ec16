package verify

import (
	"math"
	"testing"
)

// The area is the share of pairs of an event and a non-event in which the event
// had more members, ties half; and it is the trapezoids below the curve.
func TestROCAreaIsTheShareOfPairs(t *testing.T) {
	const m, cells = 5, 300
	yes, came := make([]int, cells), make([]bool, cells)
	for i, z := range gaussian(71, cells) {
		yes[i] = min(max(int(z+2), 0), m)
		came[i] = gaussian(uint32(100+i), 1)[0]+z > 0.5
	}
	roc := exceed(t, m, yes, came).ROC()
	wins, pairs := 0.0, 0.0
	for i := range yes {
		for j := range yes {
			if came[i] && !came[j] {
				pairs++
				if yes[i] > yes[j] {
					wins++
				} else if yes[i] == yes[j] {
					wins += 0.5
				}
			}
		}
	}
	trapezoids := 0.0
	for i := 1; i < len(roc.HitRate); i++ {
		trapezoids += (roc.FalseAlarmRate[i] - roc.FalseAlarmRate[i-1]) * (roc.HitRate[i] + roc.HitRate[i-1]) / 2
	}
	if !near(roc.Area, wins/pairs, 1e-14) || !near(roc.Area, trapezoids, 1e-13) || roc.Area < 0.6 {
		t.Errorf("area %v, share of pairs %v, trapezoids %v", roc.Area, wins/pairs, trapezoids)
	}
	if len(roc.HitRate) != m+2 || roc.HitRate[0] != 0 || roc.HitRate[m+1] != 1 || roc.FalseAlarmRate[0] != 0 || roc.FalseAlarmRate[m+1] != 1 {
		t.Errorf("the curve does not go from 0 to 1: %+v", roc)
	}
}

func TestROCExtremes(t *testing.T) {
	for name, c := range map[string]struct {
		yes  []int
		came []bool
		area float64
	}{
		"perfect":       {[]int{2, 1, 0, 0}, []bool{true, true, false, false}, 1},
		"wrong":         {[]int{0, 2}, []bool{true, false}, 0},
		"always dry":    {[]int{0, 0, 0}, []bool{true, false, false}, 0.5}, // all tied
		"no event":      {[]int{0, 1}, []bool{false, false}, math.NaN()},
		"only events":   {[]int{0, 1}, []bool{true, true}, math.NaN()},
		"half are tied": {[]int{1, 1, 0}, []bool{true, false, false}, 0.75},
	} {
		if roc := exceed(t, 2, c.yes, c.came).ROC(); !near(roc.Area, c.area, 0) {
			t.Errorf("%s: %+v, want an area of %v", name, roc, c.area)
		}
	}
}
