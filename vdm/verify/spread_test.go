package verify

import (
	"fmt"
	"math"
	"testing"
)

// Truth and members exchangeable: the ratio is 1 at any number of members; with
// members of half the standard deviation about the truth's mean it is
// √((m+1)/m · ¼)/√(1 + ¼/m).
func TestSpreadSkillOfAGaussianEnsemble(t *testing.T) {
	const cells = 40_000
	for _, m := range []int{2, 5, 20} {
		for _, width := range []float64{1, 0.5} {
			members, truth := normals(51, m, cells), normals(52, 1, cells)[0]
			for _, x := range members {
				for i := range x {
					x[i] *= float32(width)
				}
			}
			s := must(NewSpreadSkill(1))
			check(t, s.Add(members, truth))
			k := float64(m)
			want := math.Sqrt((k+1)/k*width*width) / math.Sqrt(1+width*width/k)
			// The relative standard error of both roots is at most 1/√(2 cells).
			if v := s.Value(); !(math.Abs(v.Ratio/want-1) <= 5/math.Sqrt(cells)) || v.Cells != cells || v.Members != m {
				t.Errorf("%d members of width %v: %+v, want a ratio of %v", m, width, v, want)
			}
		}
	}
}

func TestSpreadSkillMissingAndRefused(t *testing.T) {
	s := must(NewSpreadSkill(2))
	// Lead 0: members 1 and 3, truth 0: variance 2, spread √3, error 2.
	check(t, s.Add([][]float32{{1, 5, 0, missing}, {3, 5, 0, 0}}, []float32{0, missing, 0, 0}))
	v := s.Value()
	first, second := v.ByLead[0], v.ByLead[1]
	if !near(first.Spread, math.Sqrt(3), 1e-15) || first.RMSE != 2 || first.Bias != 2 || first.Cells != 1 || s.Missing != 2 {
		t.Errorf("%+v, %d missing", v, s.Missing)
	}
	if second.Spread != 0 || second.RMSE != 0 || !math.IsNaN(second.Ratio) { // dry
		t.Errorf("dry: %+v", second)
	}
	if !near(v.Ratio, first.Ratio, 1e-15) || v.Cells != 2 {
		t.Errorf("a dry cell changes the ratio: %+v", v)
	}
	one := must(NewSpreadSkill(1))
	check(t, one.Add([][]float32{{1}}, []float32{3}))
	if v := one.Value(); !math.IsNaN(v.Spread) || v.RMSE != 2 || v.Bias != -2 {
		t.Errorf("one member: %+v", v)
	}
	_, noLeads := NewSpreadSkill(0)
	other := must(NewSpreadSkill(2))
	check(t, other.Add([][]float32{{1, 2}}, []float32{1, 2}))
	for name, err := range map[string]error{
		"no lead times": noLeads,
		"half a frame":  other.Add([][]float32{{1, 2, 3}}, []float32{1, 2, 3}),
		"other leads":   s.Merge(one),
		"other members": s.Merge(other),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestSpreadSkillMerges(t *testing.T) {
	laws(t, 1e-13, func() *SpreadSkill { return must(NewSpreadSkill(3)) },
		func(s *SpreadSkill, part int) {
			p := uint32(10 * part)
			check(t, s.Add([][]float32{rain(p, 90), rain(p+1, 90)}, rain(p+3, 90)))
		},
		(*SpreadSkill).Merge,
		func(s *SpreadSkill) []float64 {
			v := s.Value()
			return []float64{v.Spread, v.RMSE, v.Ratio, v.Bias, v.ByLead[2].Ratio, float64(v.Cells)}
		})
}

func ExampleSpreadSkill() {
	s, _ := NewSpreadSkill(1)
	if err := s.Add([][]float32{{0, 3}, {2, 1}}, []float32{0, 4}); err != nil {
		fmt.Println(err)
		return
	}
	v := s.Value()
	fmt.Printf("spread %.2f, error %.2f, ratio %.2f\n", v.Spread, v.RMSE, v.Ratio)
	// Output: spread 1.73, error 1.58, ratio 1.10
}
