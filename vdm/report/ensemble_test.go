package report

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
)

// Cases whose scores are known: two members ±1 about a truth of 2·case, moved by
// offset.
func ensembleOf(t *testing.T, cases int, offset float32) EnsembleValue {
	t.Helper()
	s, err := NewEnsembleScore(2, 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	for i := range cases {
		truth := make([]float32, 8)
		low, high := make([]float32, 8), make([]float32, 8)
		for j := range truth {
			truth[j] = float32(2 * (i + 1))
			if j >= 4 { // the second frame has twice as much
				truth[j] *= 2
			}
			low[j], high[j] = truth[j]+offset-1, truth[j]+offset+1
		}
		if err := s.Add([][]float32{low, high}, truth); err != nil {
			t.Fatal(err)
		}
	}
	v, err := s.Value()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestEnsembleScore(t *testing.T) {
	v := ensembleOf(t, 3, 0)
	// Members ±1: 1 − 2·2/(2·4) = ½. Truths are 2, 4, 6, then 4, 8, 12.
	near(t, "CRPS", v.CRPS.Estimate, 0.5, 1e-9)
	near(t, "CRPS of the second frame", v.ByLead[1], 0.5, 1e-9)
	near(t, "RMSE of the mean", v.Spread.RMSE, 0, 1e-9)
	near(t, "bias of the map", v.Bias[3], 0, 1e-9)
	moved := ensembleOf(t, 3, 3)
	near(t, "RMSE of the moved mean", moved.Spread.RMSE, 3, 1e-6)
	near(t, "bias of the moved map", moved.Bias[0], 3.0/6, 1e-6)
	near(t, "bias of the first frame", moved.BiasByLead[0], 3.0/4, 1e-6)
	near(t, "bias of the second frame", moved.BiasByLead[1], 3.0/8, 1e-6)
	if len(moved.Each) != 3 || moved.Members != 2 {
		t.Errorf("%d cases of %d members", len(moved.Each), moved.Members)
	}
	one, err := NewEnsembleScore(1, 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := one.Add([][]float32{{1, 1, 1, 1}}, make([]float32, 4)); err != nil {
		t.Fatal(err)
	}
	if _, err := one.Value(); err == nil {
		t.Error("one case has an interval")
	}
}

// A comparison is a table, pictures and JSON, where the truth is dry too.
func TestComparison(t *testing.T) {
	first, second := ensembleOf(t, 3, 0), ensembleOf(t, 3, 3)
	c := &Comparison{Task: "nowcast", Variable: "rain", Units: "mm/h", Step: 1, Known: []bool{true, false, false}, Cases: 3}
	for _, e := range []struct {
		name string
		v    EnsembleValue
	}{{"right", first}, {"moved", second}} {
		if err := c.Add(Compared{Name: e.name, Height: 2, Width: 2}, e.v, first); err != nil {
			t.Fatal(err)
		}
	}
	moved := c.Entries[1]
	// ±1 about a mean that is off by 3: (2 + 4)/2 − ½.
	near(t, "excess of the CRPS", float64(moved.Excess), 2, 1e-6)
	near(t, "wettest cell", float64(moved.Wettest), 0.5, 1e-6)
	near(t, "largest bias", moved.LargestBias(), 0.5, 1e-6)
	text := c.Table().Text()
	for _, want := range []string{"Nowcast of rain: 3 test windows, frames 2, 3 generated", "0.500 (0.500, 0.500)  –", "+2 (+2, +2)", "+0.50 … +0.50"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	raw, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	again := &Comparison{}
	if err := json.Unmarshal(raw, again); err != nil {
		t.Fatal(err)
	}
	drawings, err := again.Draw()
	if err != nil {
		t.Fatal(err)
	}
	var files []string // without the power: even frames have none
	for _, d := range drawings {
		files = append(files, d.File)
	}
	if want := []string{"nowcast-crps.png", "nowcast-bias.png", "nowcast-bias-map.png"}; !slices.Equal(files, want) {
		t.Errorf("%v, want %v", files, want)
	}
	dry := &Comparison{Task: "nowcast", Known: []bool{true, false}, Cases: 2}
	v := first
	v.Bias, v.BiasByLead = []float64{nan, nan, nan, nan}, []float64{nan}
	v.ByLead = v.ByLead[:1]
	if err := dry.Add(Compared{Name: "dry", Height: 2, Width: 2}, v, v); err != nil {
		t.Fatal(err)
	}
	if !math.IsNaN(dry.Entries[0].LargestBias()) {
		t.Errorf("largest bias where all is dry: %v", dry.Entries[0].LargestBias())
	}
	if drawings, err := dry.Draw(); err != nil || len(drawings) != 1 {
		t.Errorf("%d pictures where all is dry, want that of the CRPS (%v)", len(drawings), err)
	}
}

func TestUnknown(t *testing.T) {
	if got := Unknown([]float32{1, 2, 3, 4, 5, 6}, []bool{false, true, false}); !slices.Equal(got, []float32{1, 2, 5, 6}) {
		t.Errorf("%v", got)
	}
}

func TestMedian(t *testing.T) {
	if a, b := Median([]float64{5, nan, 1, 3}), Median([]float64{1, 2}); a != 3 || b != 1.5 || !math.IsNaN(Median(nil)) {
		t.Errorf("%v, %v", a, b)
	}
}

// Different places, the first of more the same, none left out where all are asked
// for.
func TestSpread(t *testing.T) {
	all := Spread(40, 30)
	if some := Spread(7, 30); !slices.Equal(some, all[:7]) {
		t.Errorf("%v, then %v", some, all)
	}
	slices.Sort(all)
	if all = slices.Compact(all); len(all) != 30 || all[0] != 0 || all[29] != 29 {
		t.Errorf("%v", all)
	}
}

func TestChannel(t *testing.T) {
	c := forecastCase()
	second := Channel{Clips: c.Members, Index: 1}
	x := make([]float32, 8)
	if err := second.Clip(1, x); err != nil {
		t.Fatal(err)
	}
	if frames, height, width := second.Shape(); frames != 4 || height != 1 || width != 2 || second.Len() != 2 || x[0] != 1e6 {
		t.Errorf("%v of %d×%d×%d", x, frames, height, width)
	}
}
