package report

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/forecast"
)

// nowcast is a comparison of clips of one known frame and two ahead, on 2×2 cells.
func nowcast(t *testing.T) *Comparison {
	t.Helper()
	c, err := NewComparison(ComparisonOptions{Task: "nowcast", Variable: "rain", Units: "mm/h", Known: []bool{true, false, false}, Height: 2, Width: 2, Minutes: 60, Kilometres: 2})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// around are two members ±1 about a clip, moved by an offset in the frames ahead.
func around(name string, clip []float32, offset float32) Forecast {
	low, high := slices.Clone(clip), slices.Clone(clip)
	for i := 4; i < len(clip); i++ {
		low[i], high[i] = clip[i]+offset-1, clip[i]+offset+1
	}
	return Forecast{Name: name, Members: [][]float32{low, high}}
}

// rising is case i, whose frames are 1e9 (known, and never to be looked at), 2(i + 1) and
// 4(i + 1).
func rising(i int) []float32 {
	v := float32(2 * (i + 1))
	return []float32{1e9, 1e9, 1e9, 1e9, v, v, v, v, 2 * v, 2 * v, 2 * v, 2 * v}
}

// compared are two ensembles in a number of cases, of which the second is 3 too high.
func compared(t *testing.T, cases int) *Compared {
	t.Helper()
	c := nowcast(t)
	for i := range cases {
		clip := rising(i)
		if err := c.Add(Case{Observed: clip, Forecasts: []Forecast{around("right", clip, 0), around("moved", clip, 3)}}); err != nil {
			t.Fatal(err)
		}
	}
	r, err := c.Compare()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The scores of cases that are made such that they are known.
func TestComparison(t *testing.T) {
	r := compared(t, 3)
	right, moved := r.Entries[0], r.Entries[1]
	for _, want := range []struct {
		e     Entry
		key   string
		value float64
	}{
		// Members ±1: 1 − 2·2/(2·4) = ½ plain, 1 − 2·2/(2·2) = 0 fair. Truths are 2, 4, 6,
		// then 4, 8, 12. About a mean that is off by 3: (2 + 4)/2 − ½.
		{right, "crps", 0.5}, {right, "crps_fair", 0}, {moved, "crps", 2.5}, {moved, "crps_excess", 2},
		{right, "twcrps", 0.5}, {right, "rmse", 0}, {moved, "rmse", 3},
		// All cells of a frame are moved alike: four cells, twice as long a vector.
		{right, "energy", 1}, {moved, "energy", 5}, {moved, "variogram", 0}, {moved, "variogram_fair", 0},
		{moved, "bias", 0.5}, {moved, "bias_wettest", 0.5}, {moved, "bias_map", 0.5},
		// (m + 1)/m·2 = 3 over 9.
		{moved, "spread_skill", 1 / math.Sqrt(3)},
		// Two of three ranks are outside: all of the cells over 2/3.
		{moved, "outliers", 1.5}, {right, "outliers", 0},
		{moved, "fss", 1}, {right, "csi", 1}, {moved, "sal_location", 0}, {moved, "brier", 0},
		// Per frame and member 2(x − y)/(x + y), here of +2 and +4 about 2, 4, 6, 4, 8, 12.
		{moved, "sal_amplitude", amplitude(2, 4, 6, 4, 8, 12)},
	} {
		near(t, want.key+" of "+want.e.Name, float64(want.e.Score(want.key).Value), want.value, 1e-6)
	}
	near(t, "CRPS of the second frame", right.Score("crps").ByFrame[1], 0.5, 1e-9)
	near(t, "bias of the first frame", moved.Score("bias").ByFrame[0], 3.0/4, 1e-6)
	near(t, "bias of the second frame", moved.Score("bias").ByFrame[1], 3.0/8, 1e-6)
	near(t, "largest bias", moved.LargestBias(), 0.5, 1e-6)
	if s := right.Score("absent"); !math.IsNaN(float64(s.Value)) {
		t.Errorf("an absent score is %v", s.Value)
	}
	text := r.Table().Text()
	for _, want := range []string{"Nowcast of rain: 3 cases, frames 2, 3 of 3 generated", "0.500 (0.500, 0.500)", "+2.00 (+2.00, +2.00)", "FSS, 10 km", "variogram score", "SAL structure", "twCRPS, mm/h", "interval (3 cases, coverage below 0.7)"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// amplitude is the mean amplitude of two members, 2 and 4 above each truth.
func amplitude(truths ...float64) float64 {
	sum := 0.0
	for _, y := range truths {
		for _, d := range []float64{2, 4} {
			sum += d / (y + d/2) / float64(2*len(truths))
		}
	}
	return sum
}

// One case has scores and no intervals; units that are not rain have no events.
func TestComparisonOfOneCase(t *testing.T) {
	r := compared(t, 1)
	if s := r.Entries[0].Score("crps"); s.Value != 0.5 || s.From == s.From || !strings.Contains(r.Table().Text(), "One case has no interval") {
		t.Errorf("%+v", s)
	}
	scores, one, err := CompareNowcast(ComparisonOptions{Variable: "temperature", Units: "K", Known: climate.FirstFrames(3, 1), Height: 1, Width: 2},
		[]float32{1, 2, 3, 4, 5, 6}, Forecast{Name: "model", Members: [][]float32{{1, 2, 3, 4, 5, 7}}})
	if err != nil {
		t.Fatal(err)
	}
	// The last known frame, held, is off by 2 and by 4.
	persistence := scores.Entries[1]
	if s := persistence.Score("crps"); s.Value != 3 || s.ByFrame[1] != 4 || !persistence.Reference || persistence.Score("crps_excess").Value != 2.75 || len(one.Forecasts) != 2 {
		t.Errorf("%+v", persistence)
	}
	if s := persistence.Score("crps_fair"); !math.IsNaN(float64(s.Value)) {
		t.Errorf("fair CRPS of one member is %v, want none", s.Value)
	}
	for _, key := range []string{"fss", "twcrps", "sal_structure", "power"} {
		if _, exists := persistence.Scores[key]; exists {
			t.Errorf("a temperature on one row has %s", key)
		}
	}
}

func TestComparisonRefuses(t *testing.T) {
	for name, o := range map[string]ComparisonOptions{
		"all known": {Known: []bool{true}, Height: 2, Width: 2}, "no cells": {Known: []bool{false}},
		"a negative step": {Known: []bool{false}, Height: 2, Width: 2, Minutes: -1},
	} {
		if c, err := NewComparison(o); err == nil {
			t.Errorf("%s: no error, %+v", name, c)
		}
	}
	c, clip := nowcast(t), rising(0)
	if _, err := c.Compare(); err == nil {
		t.Error("no case: no error")
	}
	f := around("a", clip, 0)
	if err := c.Add(Case{Observed: clip, Forecasts: []Forecast{f}}); err != nil {
		t.Fatal(err)
	}
	for name, one := range map[string]Case{
		"short truth": {Observed: clip[:3], Forecasts: []Forecast{f}}, "no forecast": {Observed: clip}, "one more": {Observed: clip, Forecasts: []Forecast{f, f}},
		"another name": {Observed: clip, Forecasts: []Forecast{around("b", clip, 0)}}, "another size": {Observed: clip, Forecasts: []Forecast{{Name: "a", Members: [][]float32{clip, clip[:4]}}}},
		"another number": {Observed: clip, Forecasts: []Forecast{{Name: "a", Members: f.Members[:1]}}},
	} {
		if c.Add(one) == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// A comparison is drawn from what was saved, where the truth is dry too.
func TestComparedIsDrawn(t *testing.T) {
	files := func(r *Compared) (names []string) {
		raw, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		again := &Compared{}
		if err := json.Unmarshal(raw, again); err != nil {
			t.Fatal(err)
		}
		if a, b := again.Table().Text(), r.Table().Text(); a != b {
			t.Errorf("read back as\n%s\nwas\n%s", a, b)
		}
		drawings, err := again.Draw()
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range drawings {
			names = append(names, d.File)
		}
		return names
	}
	// Without the power: even frames have none.
	r := compared(t, 3)
	if got, want := files(r), []string{"nowcast-crps.png", "nowcast-ranks.png", "nowcast-bias.png", "nowcast-bias-map.png"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if _, err := r.ReliabilityPicture(1); err != nil {
		t.Error(err)
	}
	if got, want := r.frameLabels(), []string{"now", "+1 h", "+2 h"}; !slices.Equal(got, want) {
		t.Errorf("frames are called %v, want %v", got, want)
	}
	r.Minutes, r.Known = 60*0.16666666668606922, []bool{true, false, true} // as read from a file in hours
	if got, want := r.frameLabels(), []string{"0 min", "10 min", "20 min"}; !slices.Equal(got, want) {
		t.Errorf("frames are called %v, want %v", got, want)
	}
	clip := rising(0)
	if d, err := r.DrawCase(Case{Observed: clip, Forecasts: []Forecast{around("right", clip, 0)}}, 2, "About."); err != nil || d.File != "nowcast-strip.png" {
		t.Errorf("%s, %v", d.File, err)
	}
	c := nowcast(t)
	dry := make([]float32, 12)
	persistence, err := c.Baseline(t.Context(), forecast.Persistence{}, dry, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := c.Add(Case{Observed: dry, Forecasts: []Forecast{persistence}}); err != nil {
			t.Fatal(err)
		}
	}
	if r, err = c.Compare(); err != nil || !math.IsNaN(r.Entries[0].LargestBias()) {
		t.Fatalf("largest bias where all is dry: %v (%v)", r.Entries[0].LargestBias(), err)
	}
	if got, want := files(r), []string{"nowcast-crps.png"}; !slices.Equal(got, want) {
		t.Errorf("where all is dry: %v, want %v", got, want)
	}
}

func TestMeanOfMembers(t *testing.T) {
	if got := (Forecast{Members: [][]float32{{1, 2}, {3, 6}}}).Mean(); !slices.Equal(got, []float32{2, 4}) {
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
	all := SpreadGolden(40, 30)
	if some := SpreadGolden(7, 30); !slices.Equal(some, all[:7]) {
		t.Errorf("%v, then %v", some, all)
	}
	slices.Sort(all)
	if all = slices.Compact(all); len(all) != 30 || all[0] != 0 || all[29] != 29 {
		t.Errorf("%v", all)
	}
}

func TestChannel(t *testing.T) {
	members := vdm.NewSamples(2, 4, 1, 2, 2)
	for i := 1; i < len(members.Data); i += 2 {
		members.Data[i] = 1e6
	}
	second := Channel{Clips: members, Index: 1}
	x := make([]float32, 8)
	if err := second.Clip(1, x); err != nil {
		t.Fatal(err)
	}
	if frames, height, width := second.Shape(); frames != 4 || height != 1 || width != 2 || second.Len() != 2 || x[0] != 1e6 {
		t.Errorf("%v of %d×%d×%d", x, frames, height, width)
	}
}

// The picture of a score has a row for each forecast that has it, and a score that no row
// has is refused.
func TestScorePicture(t *testing.T) {
	r := compared(t, 3)
	both, err := r.ScorePicture("crps")
	if err != nil {
		t.Fatal(err)
	}
	r.Entries = r.Entries[:1]
	one, err := r.ScorePicture("crps")
	if err != nil {
		t.Fatal(err)
	}
	_, tall := both.Size()
	if _, low := one.Size(); low >= tall {
		t.Errorf("a picture of two forecasts is %v tall, of one %v", tall, low)
	}
	if _, err := r.ScorePicture("crsp"); err == nil || !strings.Contains(err.Error(), "no such row") {
		t.Errorf("error %v, want one that names the score", err)
	}
}
