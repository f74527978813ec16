package verify

import (
	"math"
	"testing"
)

func TestBiasMap(t *testing.T) {
	b := must(NewBiasMap(1, 4))
	check(t, b.AddTest([]float32{1, 2, 0, missing}))
	check(t, b.AddTest([]float32{3, missing, 0, missing, 2, 2, 0, missing}))
	check(t, b.AddGenerated([]float32{3, 1, 1, 1}))
	got := b.Value()
	if got[0] != 0.5 || got[1] != -0.5 || !math.IsNaN(got[2]) || !math.IsNaN(got[3]) {
		t.Errorf("bias %v, want [0.5 -0.5 NaN NaN]", got)
	}
	if mean, cells := b.MeanAbs(); mean != 0.5 || cells != 2 || b.Missing != 4 {
		t.Errorf("mean absolute bias %v over %d cells, %d missing", mean, cells, b.Missing)
	}
	if mean, cells := must(NewBiasMap(2, 2)).MeanAbs(); !math.IsNaN(mean) || cells != 0 {
		t.Errorf("an empty map has a bias of %v over %d cells", mean, cells)
	}
}

// A forecast counts every member and the truth once, and must fit it.
func TestBiasMapOfAForecast(t *testing.T) {
	b := must(NewBiasMap(1, 2))
	check(t, b.Add([][]float32{{1, 4}, {2, 2}}, []float32{1, 2}))
	if got := b.Value(); got[0] != 0.5 || got[1] != 0.5 {
		t.Errorf("bias %v, want [0.5 0.5]", got)
	}
	if b.Add([][]float32{{1}}, []float32{1, 2}) == nil || b.Add(nil, []float32{1, 2}) == nil {
		t.Error("members of another size, or none, are taken")
	}
}

// Where cells lack values each keeps its own count through a merge.
func TestBiasMapMergesMissing(t *testing.T) {
	a, b := must(NewBiasMap(1, 3)), must(NewBiasMap(1, 3))
	check(t, a.AddTest([]float32{1, 1, 2}))
	check(t, a.AddGenerated([]float32{2, missing, 2}))
	check(t, b.AddTest([]float32{1, 3, missing, 1, missing, 4}))
	check(t, b.AddGenerated([]float32{missing, 4, 4, missing, missing, 6}))
	check(t, a.Merge(b))
	if generated, test := a.Means(); !allNear(generated, []float64{2, 4, 4}, 1e-15) || !allNear(test, []float64{1, 2, 3}, 1e-15) {
		t.Errorf("means %v and %v, want [2 4 4] and [1 2 3]", generated, test)
	}
}

func TestBiasMapMerges(t *testing.T) {
	laws(t, 1e-13, func() *BiasMap { return must(NewBiasMap(3, 4)) },
		func(b *BiasMap, part int) {
			check(t, b.AddTest(rain(uint32(part), 12*20)))
			check(t, b.AddGenerated(rain(uint32(part)+9, 12*10*(part+1))))
		},
		(*BiasMap).Merge,
		func(b *BiasMap) []float64 { return b.Value() })
}

func TestSizesAreRefused(t *testing.T) {
	b, s, p := must(NewBiasMap(3, 4)), must(NewSpatialPower(3, 4)), must(NewTemporalPower(5))
	for name, err := range map[string]error{
		"bias clip": b.AddTest(make([]float32, 13)), "bias empty": b.AddGenerated(nil),
		"bias merge": b.Merge(must(NewBiasMap(4, 3))), "bias map": second(NewBiasMap(0, 3)),
		"spatial clip": s.Add(make([]float32, 11)), "spatial merge": s.Merge(must(NewSpatialPower(4, 3))),
		"spatial":       second(NewSpatialPower(1, 8)),
		"temporal clip": p.Add(make([]float32, 6)),
		"temporal":      second(NewTemporalPower(1)), "crps": second(NewCRPS(0)), "rank": second(NewRankHistogram(0, 1)),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func second[T any](_ T, err error) error { return err }
