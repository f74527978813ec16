package verify

import (
	"fmt"
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// crpsOfNormal is the score of N(0, 1) at y (Gneiting et al. 2005, Monthly
// Weather Review 133, eq. 5).
func crpsOfNormal(y float64) float64 {
	cdf := 0.5 * math.Erfc(-y/math.Sqrt2)
	pdf := math.Exp(-y*y/2) / math.Sqrt(2*math.Pi)
	return y*(2*cdf-1) + 2*pdf - 1/math.Sqrt(math.Pi)
}

// The fair score expects the closed form whatever the number of members; the
// plain one is above it by the mean difference of two members over 2m.
func TestCRPSOfAGaussianEnsemble(t *testing.T) {
	const cells = 60_000
	truth := make([]float32, cells)
	ys := []float64{-1.3, 0, 0.4, 2.5}
	for i := range truth {
		truth[i] = float32(ys[i/(cells/len(ys))])
	}
	for _, m := range []int{2, 3, 8} {
		members := make([][]float32, m)
		for i := range members {
			members[i] = make([]float32, cells)
			noise.Key{Seed: 8, Stream: noise.Synthetic, Sample: uint32(i), Step: uint64(m)}.Normal(members[i])
		}
		s := must(NewCRPS(len(ys)))
		check(t, s.Add(members, truth))
		v := s.Value()
		for lead, y := range ys {
			// One cell's score has a standard deviation below 1.
			tol := 5 / math.Sqrt(cells/float64(len(ys)))
			want := crpsOfNormal(y)
			if got := v.FairByLead[lead]; !(math.Abs(got-want) <= tol) {
				t.Errorf("%d members, y = %v: fair %v, closed form %v ± %v", m, y, got, want, tol)
			}
			want += 1 / (float64(m) * math.Sqrt(math.Pi))
			if got := v.PlainByLead[lead]; !(math.Abs(got-want) <= tol) {
				t.Errorf("%d members, y = %v: plain %v, closed form %v ± %v", m, y, got, want, tol)
			}
		}
		mean := (v.FairByLead[0] + v.FairByLead[1] + v.FairByLead[2] + v.FairByLead[3]) / 4
		if !near(v.Fair, mean, 1e-12) || v.Members != m || v.N[0] != cells/4 {
			t.Errorf("overall %v, mean of leads %v, %d members, cells %v", v.Fair, mean, v.Members, v.N)
		}
	}
}

// One member: the absolute error, as for persistence.
func TestCRPSOfOneMember(t *testing.T) {
	s := must(NewCRPS(2))
	check(t, s.Add([][]float32{{1, 2, 3, 4}}, []float32{2, 2, 0, missing}))
	v := s.Value()
	if v.PlainByLead[0] != 0.5 || v.PlainByLead[1] != 3 || !near(v.Plain, 4.0/3, 1e-15) || !math.IsNaN(v.Fair) || s.Missing != 1 {
		t.Errorf("%+v, %d missing", v, s.Missing)
	}
}

func TestCRPSRefuses(t *testing.T) {
	s := must(NewCRPS(2))
	two := [][]float32{{1, 2}, {3, 4}}
	check(t, s.Add(two, []float32{1, missing}))
	if v := s.Value(); !math.IsNaN(v.FairByLead[1]) || v.N[1] != 0 {
		t.Errorf("a lead time without cells scores %v", v)
	}
	for name, err := range map[string]error{
		"no members":    s.Add(nil, []float32{1, 2}),
		"another count": s.Add(two[:1], []float32{1, 2}),
		"another size":  s.Add(two, []float32{1, 2, 3, 4}),
		"half a frame":  s.Add([][]float32{{1, 2, 3}, {1, 2, 3}}, []float32{1, 2, 3}),
		"other leads":   s.Merge(must(NewCRPS(3))),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	other := must(NewCRPS(2))
	check(t, other.Add(two[:1], []float32{1, 2}))
	if s.Merge(other) == nil {
		t.Error("other members merge")
	}
}

func TestCRPSMerges(t *testing.T) {
	laws(t, 1e-13, func() *CRPS { return must(NewCRPS(3)) },
		func(s *CRPS, part int) {
			p := uint32(10 * part)
			check(t, s.Add([][]float32{rain(p, 90), rain(p+1, 90), rain(p+2, 90)}, rain(p+3, 90)))
		},
		(*CRPS).Merge,
		func(s *CRPS) []float64 {
			v := s.Value()
			return append(append(v.FairByLead, v.PlainByLead...), v.Fair, v.Plain)
		})
}

func ExampleCRPS() {
	s, _ := NewCRPS(1)
	members := [][]float32{{0, 2}, {1, 4}} // two members of two cells
	if err := s.Add(members, []float32{1, 3}); err != nil {
		fmt.Println(err)
		return
	}
	v := s.Value()
	fmt.Println("fair", v.Fair, "plain", v.Plain)
	// Output: fair 0 plain 0.375
}

func BenchmarkCRPS(b *testing.B) {
	s, truth := must(NewCRPS(5)), rain(0, 5*32*32)
	var members [][]float32
	for m := range uint32(16) {
		members = append(members, rain(m+1, len(truth)))
	}
	for b.Loop() {
		check64(b, s.Add(members, truth))
	}
}
