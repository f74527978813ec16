package verify

import (
	"fmt"
	"math"
	"testing"
)

// For independent standard normal cells E√|X_a − X_b| = √2 Γ(3/4)/√π =: γ. At a
// truth of 0 the fair score expects γ² at any number of members.
func TestVariogramScoreIsFair(t *testing.T) {
	const frames = 400
	gamma := math.Sqrt(2/math.Pi) * math.Gamma(0.75)
	for _, m := range []int{2, 3, 8} {
		s := must(NewVariogramScore(frames, 6, 6))
		check(t, s.Add(normals(41, m, frames*36), make([]float32, frames*36)))
		v := s.Value()
		expect(t, fmt.Sprintf("fair, %d members", m), v.FairByLead, gamma*gamma)
		// Plain is above it by the variance of √|X_a − X_b|, over m.
		second := 2 / math.Sqrt(math.Pi)
		expect(t, fmt.Sprintf("plain, %d members", m), v.PlainByLead, gamma*gamma+(second-gamma*gamma)/float64(m))
	}
}

// By hand: 2×2 cells, truth 0 1 / 4 9 and one member of zeros: squares
// of the roots are the differences themselves, four at distance 1 (1, 4, 8, 5)
// and two at √2 (9, 3).
func TestVariogramScoreByHand(t *testing.T) {
	s := must(NewVariogramScore(1, 2, 2))
	check(t, s.Add([][]float32{{0, 0, 0, 0}}, []float32{0, 1, 4, 9}))
	v := s.Value()
	want := (1 + 4 + 8 + 5 + (9+3)/math.Sqrt2) / (4 + 2/math.Sqrt2)
	if !near(v.Plain, want, 1e-14) || !math.IsNaN(v.Fair) || v.N[0] != 6 || v.Members != 1 {
		t.Errorf("%+v, want plain %v", v, want)
	}
}

// All pairs within the radius, each once.
func TestVariogramPairs(t *testing.T) {
	for _, c := range []struct{ height, width int }{{7, 5}, {1, 9}, {9, 1}, {4, 4}, {64, 64}} {
		s := must(NewVariogramScore(1, c.height, c.width))
		field := make([]float32, c.height*c.width)
		check(t, s.Add([][]float32{field}, field))
		want := int64(0)
		for a := range field {
			for b := range a {
				if math.Hypot(float64(a/c.width-b/c.width), float64(a%c.width-b%c.width)) <= 4 {
					want++
				}
			}
		}
		if got := s.Value().N[0]; got != want {
			t.Errorf("%d×%d: %d pairs, want %d", c.height, c.width, got, want)
		}
	}
}

// A common bias is not seen, a wrong pattern is.
func TestVariogramScoreSeesStructure(t *testing.T) {
	truth := smoothRain(1, 1, 16, 16)
	biased, shuffled := make([]float32, 256), make([]float32, 256)
	for i, v := range truth {
		biased[i] = v + 16            // exact in float32 to 2⁻¹⁹
		shuffled[i*37%256] = truth[i] // the same values elsewhere
	}
	score := func(member []float32) float64 {
		s := must(NewVariogramScore(1, 16, 16))
		check(t, s.Add([][]float32{member}, truth))
		return s.Value().Plain
	}
	if b, s := score(biased), score(shuffled); b > 1e-10 || s < 0.1 {
		t.Errorf("biased %v, shuffled %v; want 0 and clearly more", b, s)
	}
}

// Equal members have no variance, also where their values round: fair is never above
// plain, nor beyond rounding below it.
func TestVariogramOfEqualMembers(t *testing.T) {
	for i, a := range rain(3, 300) {
		s := must(NewVariogramScore(1, 1, 2))
		m := []float32{a + 0.1, 0.3 + float32(i)/7}
		check(t, s.Add([][]float32{m, m, m}, []float32{9, 1}))
		if v := s.Value(); !(v.Fair <= v.Plain) || !near(v.Fair, v.Plain, 1e-12) {
			t.Errorf("members %v: fair %v, plain %v", m, v.Fair, v.Plain)
		}
	}
}

func TestVariogramScoreMissingAndRefused(t *testing.T) {
	s := must(NewVariogramScore(2, 1, 3))
	check(t, s.Add([][]float32{{0, 0, 5, 0, missing, missing}, {0, 0, 5, 0, 0, 0}}, []float32{0, 3, missing, 0, 0, 0}))
	v := s.Value()
	if !near(v.PlainByLead[0], 3, 1e-14) || v.N[0] != 1 || v.N[1] != 0 || !math.IsNaN(v.PlainByLead[1]) || !near(v.Fair, 3, 1e-14) || s.Missing != 3 {
		t.Errorf("%+v, %d missing", v, s.Missing)
	}
	_, noLeads := NewVariogramScore(0, 2, 2)
	_, oneCell := NewVariogramScore(1, 1, 1)
	six := make([]float32, 6)
	for name, err := range map[string]error{
		"no lead times": noLeads,
		"one cell":      oneCell,
		"another size":  s.Add([][]float32{{1, 2}, {1, 2}}, []float32{1, 2}),
		"another count": s.Add([][]float32{six}, six),
		"another shape": s.Merge(must(NewVariogramScore(2, 3, 1))),
		"other leads":   s.Merge(must(NewVariogramScore(1, 1, 3))),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestVariogramScoreMerges(t *testing.T) {
	laws(t, 1e-13, func() *VariogramScore { return must(NewVariogramScore(3, 5, 6)) },
		func(s *VariogramScore, part int) {
			p := uint32(10 * part)
			check(t, s.Add([][]float32{rain(p, 90), rain(p+1, 90), rain(p+2, 90)}, rain(p+3, 90)))
		},
		(*VariogramScore).Merge,
		func(s *VariogramScore) []float64 {
			v := s.Value()
			return append(append(v.FairByLead, v.PlainByLead...), v.Fair, v.Plain)
		})
}

func ExampleVariogramScore() {
	s, _ := NewVariogramScore(1, 1, 3)
	// The truth rises by 2 a cell, the forecast by 1.
	if err := s.Add([][]float32{{5, 6, 7}}, []float32{0, 2, 4}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.3f over %d pairs\n", s.Value().Plain, s.Value().N[0])
	// Output: 0.206 over 3 pairs
}

func BenchmarkVariogramScore(b *testing.B) {
	s, truth := must(NewVariogramScore(5, 64, 64)), rain(0, 5*64*64)
	members := ensembleOf(32, len(truth))
	for b.Loop() {
		check64(b, s.Add(members, truth))
	}
}
