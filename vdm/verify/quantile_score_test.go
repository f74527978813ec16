package verify

import (
	"math"
	"strings"
	"testing"
)

// The scores of quantiles and intervals against numpy, by the definitions.
func TestQuantileAndIntervalScoreAgainstNumpy(t *testing.T) {
	const leads, cells = 2, 30
	var in struct {
		Members [][]float32
		Truth   []float32
		Levels  []float64
	}
	in.Truth, in.Levels = rain(3, leads*cells), []float64{0.1, 0.5, 0.75}
	for m := range uint32(7) {
		in.Members = append(in.Members, rain(20+m, leads*cells))
	}
	var want map[string][]float64
	numpy(t, `
m = np.array(d["Members"], dtype="f4").astype("f8"); y = np.array(d["Truth"], dtype="f4").astype("f8")
q = np.quantile(m, d["Levels"], axis=0); tau = np.array(d["Levels"])[:, None]
out["quantile"] = np.mean(np.where(y < q, 1 - tau, -tau) * (q - y), axis=1)
low, high = np.quantile(m, [0.1, 0.9], axis=0)
out["interval"] = [np.mean(high - low + 2 / 0.2 * (np.maximum(low - y, 0) + np.maximum(y - high, 0))), np.mean(high - low), np.mean((low <= y) & (y <= high))]
`, in, &want)
	q, i := must(NewQuantileScore(leads, in.Levels)), must(NewIntervalScore(leads, 0.8))
	check(t, q.Add(in.Members, in.Truth))
	check(t, i.Add(in.Members, in.Truth))
	if got := q.Value().Score; !allNear(got, want["quantile"], 1e-12) {
		t.Errorf("quantile scores %v, numpy has %v", got, want["quantile"])
	}
	v := i.Value()
	if got := []float64{v.Score, v.Width, v.Coverage}; !allNear(got, want["interval"], 1e-12) {
		t.Errorf("interval score, width and coverage %v, numpy has %v", got, want["interval"])
	}
}

// At the level ½ the quantile score is half the absolute error of the median, one member
// is its own quantile, and a missing cell is counted; more members than are sorted by
// hand give the same.
func TestQuantileScore(t *testing.T) {
	nan := float32(math.NaN())
	s := must(NewQuantileScore(2, []float64{0.5}))
	check(t, s.Add([][]float32{{1, nan, 5, 5}}, []float32{4, 1, nan, 5}))
	if v := s.Value(); v.Score[0] != 0.75 || v.ByLead[0][0] != 1.5 || v.ByLead[1][0] != 0 || s.Missing != 2 {
		t.Errorf("%+v, %d missing", v, s.Missing)
	}
	// What scoringrules 0.10.0 has: quantile_score(3, 5, 0.2) = 1.6, quantile_score(5, 3, 0.2) =
	// 0.4, interval_score(1, 2, 5, 0.2) = 13.
	for _, c := range [][3]float32{{3, 5, 1.6}, {5, 3, 0.4}} {
		s := must(NewQuantileScore(1, []float64{0.2}))
		check(t, s.Add([][]float32{{c[1]}}, c[:1]))
		if got := s.Value().Score[0]; !near(got, float64(c[2]), 1e-6) {
			t.Errorf("a quantile of %v for %v scores %v, scoringrules has %v", c[1], c[0], got, c[2])
		}
	}
	i := must(NewIntervalScore(1, 0.8)) // 2 and 5 are the quantiles at 0.1 and 0.9 of these two
	check(t, i.Add([][]float32{{1.625}, {5.375}}, []float32{1}))
	if got := i.Value().Score; !near(got, 13, 1e-6) {
		t.Errorf("the interval from 2 to 5 scores %v for 1, scoringrules has 13", got)
	}
	truth := rain(1, 40)
	var few, many [][]float32
	for m := range uint32(20) {
		few = append(few, rain(m, 40))
	}
	many = append(append(many, few...), few...)
	a, b := must(NewQuantileScore(1, []float64{0.5})), must(NewQuantileScore(1, []float64{0.5}))
	check(t, a.Add(few, truth))
	check(t, b.Add(many, truth))
	if a, b := a.Value().Score[0], b.Value().Score[0]; !near(a, b, 1e-9) {
		t.Errorf("20 members score %v, the same twice %v", a, b)
	}
}

func TestQuantileAndIntervalScoreLaws(t *testing.T) {
	members := func(part int) [][]float32 { return [][]float32{rain(uint32(part), 24), rain(uint32(part)+9, 24)} }
	laws(t, 1e-12, func() *QuantileScore { return must(NewQuantileScore(2, []float64{0.1, 0.9})) },
		func(s *QuantileScore, part int) { check(t, s.Add(members(part), rain(uint32(part)+50, 24))) },
		func(a, b *QuantileScore) error { return a.Merge(b) },
		func(s *QuantileScore) []float64 { v := s.Value(); return append(v.Score, v.ByLead[1]...) })
	laws(t, 1e-12, func() *IntervalScore { return must(NewIntervalScore(2, 0.9)) },
		func(s *IntervalScore, part int) { check(t, s.Add(members(part), rain(uint32(part)+50, 24))) },
		func(a, b *IntervalScore) error { return a.Merge(b) },
		func(s *IntervalScore) []float64 {
			v := s.Value()
			return []float64{v.Score, v.Width, v.Coverage, v.ByLead[1].Score}
		})
	for _, err := range []error{
		second(NewQuantileScore(0, []float64{0.5})), second(NewQuantileScore(1, nil)), second(NewQuantileScore(1, []float64{0.5, 0.5})), second(NewQuantileScore(1, []float64{1})),
		second(NewIntervalScore(0, 0.5)), second(NewIntervalScore(1, 1)), second(NewIntervalScore(1, math.NaN())),
		must(NewQuantileScore(1, []float64{0.5})).Merge(must(NewQuantileScore(1, []float64{0.4}))),
		must(NewIntervalScore(1, 0.5)).Merge(must(NewIntervalScore(1, 0.4))),
		must(NewIntervalScore(1, 0.5)).Add(nil, []float32{1}),
	} {
		if err == nil || !strings.Contains(err.Error(), "want") {
			t.Errorf("no error that says what is wanted: %v", err)
		}
	}
}
