package verify

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// Truth and members from one law, two thirds of the cells tied at zero: flat by
// chi-square. An ensemble without spread is not.
func TestRankHistogramIsFlatUnderExchangeability(t *testing.T) {
	const members, cases, cells = 7, 20, 3000
	flat, narrow := must(NewRankHistogram(members, 1)), must(NewRankHistogram(members, 1))
	for c := range uint32(cases) {
		var ens, same [][]float32
		for m := range uint32(members) {
			ens = append(ens, rain(100*c+m, cells))
			x := rain(100*c+m, cells)
			for i := range x {
				x[i] = 0.3 + x[i]/10
			}
			same = append(same, x)
		}
		truth := rain(100*c+99, cells)
		check(t, flat.Add(uint64(c), ens, truth))
		check(t, narrow.Add(uint64(c), same, truth))
	}
	limit := distuv.ChiSquared{K: members}.Quantile(1 - 1e-4)
	if x2 := chiSquare(flat.Value()); x2 > limit {
		t.Errorf("chi-square %v of %v, limit %v", x2, flat.Value(), limit)
	}
	if x2 := chiSquare(narrow.Value()); x2 < 100*limit {
		t.Errorf("a narrow ensemble passes: chi-square %v of %v", x2, narrow.Value())
	}
}

func chiSquare(counts []int64) float64 {
	total := int64(0)
	for _, c := range counts {
		total += c
	}
	want, x2 := float64(total)/float64(len(counts)), 0.0
	for _, c := range counts {
		x2 += (float64(c) - want) * (float64(c) - want) / want
	}
	return x2
}

func TestRanks(t *testing.T) {
	r := must(NewRankHistogram(2, 0))
	check(t, r.Add(0, [][]float32{{1, 1, 1, missing, 1}, {3, 3, 3, 1, 3}}, []float32{0, 2, 4, 1, missing}))
	if got := r.Value(); !slices.Equal(got, []int64{1, 1, 1}) || r.Missing != 2 {
		t.Errorf("counts %v, %d missing; want one each, 2 missing", got, r.Missing)
	}
	if r.Add(1, [][]float32{{1}}, []float32{1}) == nil || r.Add(1, [][]float32{{1}, {1, 2}}, []float32{1}) == nil {
		t.Error("another number of members or another size is taken")
	}
}

// A truth that one of two members equals has the two ranks about it equally often.
func TestOneTieHasTwoRanks(t *testing.T) {
	const cells = 4000
	r := must(NewRankHistogram(2, 1))
	low, high, truth := make([]float32, cells), make([]float32, cells), make([]float32, cells)
	for i := range cells {
		low[i], high[i], truth[i] = 1, 2, 1
	}
	check(t, r.Add(0, [][]float32{low, high}, truth))
	got := r.Value()
	if spread := 4 * math.Sqrt(cells/4.0); got[2] != 0 || !(math.Abs(float64(got[0])-cells/2) <= spread) || got[0]+got[1] != cells {
		t.Errorf("ranks %v, want half of %d each and none above both", got, cells)
	}
}

// All tied: the ranks are the random numbers alone. They depend on seed and case and
// on nothing else.
func TestTiesAreKeyed(t *testing.T) {
	zeros := make([]float32, 500)
	ranks := func(seed uint64, cases ...uint64) []int64 {
		r := must(NewRankHistogram(3, seed))
		for _, c := range cases {
			check(t, r.Add(c, [][]float32{zeros, zeros, zeros}, zeros))
		}
		return r.Value()
	}
	base := ranks(1, 4, 5)
	if !slices.Equal(base, ranks(1, 5, 4)) {
		t.Error("the order of the cases matters")
	}
	if slices.Equal(base, ranks(2, 4, 5)) || slices.Equal(base, ranks(1, 4, 6)) {
		t.Error("seed or case does not matter")
	}
	if x2 := chiSquare(base); x2 > 21.1 { // 1e-4 of chi-square with 3 degrees
		t.Errorf("ties are not broken evenly: %v", base)
	}
}
