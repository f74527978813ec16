package climate

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// The dissertation's record: 240 seasons, 48 of them for tests, 414,288 windows of
// 10 hours to train on, and test windows that do not overlap.
func TestSeasonSplitOfUKCP18(t *testing.T) {
	f := SyntheticRecord{Hours: 518400, Height: 2, Width: 2}.Field()
	f.Grid = Grid{Height: 1, Width: 1}
	f.Data = make([]float32, f.Frames())
	split, err := SeasonSplit{}.Split(f.Times)
	if err != nil {
		t.Fatal(err)
	}
	if gaps := f.Gaps(); !slices.Equal(gaps, []int{172799, 345599}) || f.Date(172800) != "2020-12-01 00:30:00" || f.Date(518399) != "2080-11-30 23:30:00" {
		t.Errorf("gaps after %v; the second period from %s, the last frame at %s", gaps, f.Date(172800), f.Date(518399))
	}
	if len(split.Test) != 48 || len(split.Train) != 48 || split.Test[1] != (Range{10800, 12960}) || split.Train[0] != (Range{2160, 10800}) {
		t.Errorf("%d test and %d training ranges, %v, %v", len(split.Test), len(split.Train), split.Test[:2], split.Train[:2])
	}
	train, err := NewWindows(WindowOptions{Frames: 10, Ranges: split.Train}, f)
	if err != nil {
		t.Fatal(err)
	}
	test, err := NewWindows(WindowOptions{Frames: 10, StrideT: 10, Ranges: split.Test}, f)
	if err != nil {
		t.Fatal(err)
	}
	if train.Len() != 48*8631 || train.Len() != 414288 || test.Len() != 48*216 {
		t.Errorf("%d training and %d test windows, want 414288 and 10368", train.Len(), test.Len())
	}
	used := make([]int, f.Frames()) // 1 trained on, 2 tested on
	for i := range train.Len() {
		start, _, _, _ := train.Origin(i)
		for n := start; n < start+10; n++ {
			used[n] = 1
		}
	}
	for i := range test.Len() {
		start, _, _, _ := test.Origin(i)
		for n := start; n < start+10; n++ {
			if used[n] != 0 {
				t.Fatalf("test window %d shares hour %d with a window of part %d", i, n, used[n])
			}
			used[n] = 2
		}
	}
	if slices.Contains(used, 0) {
		t.Error("an hour is in no window")
	}
}

// A month that is missing moves no border between seasons, and no window spans it.
func TestSeasonSplitWithGap(t *testing.T) {
	f := SyntheticRecord{Hours: 6 * 2160, Height: 2, Width: 2}.Field()
	f.Grid = Grid{Height: 1, Width: 1}
	f.Times = slices.Concat(f.Times[:4320], f.Times[5040:]) // the first month of season 2
	f.Data = make([]float32, f.Frames())
	split, err := SeasonSplit{}.Split(f.Times)
	if err != nil {
		t.Fatal(err)
	}
	if want := []Range{{2160, 10800 - 720}}; !slices.Equal(split.Train, want) {
		t.Errorf("training ranges %v, want %v", split.Train, want)
	}
	if want := []Range{{0, 2160}, {10080, 12240}}; !slices.Equal(split.Test, want) {
		t.Errorf("test ranges %v, want %v", split.Test, want)
	}
	w, err := NewWindows(WindowOptions{Frames: 10, Ranges: split.Train}, f)
	if err != nil {
		t.Fatal(err)
	}
	if w.gaps != 9 || w.Len() != 7920-9-9 {
		t.Errorf("%s", w.Summary())
	}
	if !strings.Contains(split.Describe(), "7920 frames train in 1 ranges, 4320 frames test in 2") {
		t.Error(split.Describe())
	}
}

func TestSplitRefused(t *testing.T) {
	times := []float64{0, 1, 2, 3}
	for say, s := range map[string]SeasonSplit{
		"before the first training season": {},
		"every 1th":                        {Every: 1},
		"seasons of -4 h":                  {Hours: -4},
		"+Inf":                             {Hours: math.Inf(1)},
	} {
		if _, err := s.Split(times); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%+v: error %v, want one with %q", s, err, say)
		}
	}
	if _, err := (SeasonSplit{Hours: 2, Every: 2}).Split(nil); err == nil {
		t.Error("no frames are split")
	}
	for _, s := range []Split{{Train: []Range{{0, 5}}}, {Test: []Range{{2, 3}, {1, 2}}}, {Test: []Range{{-1, 2}}}, {Train: []Range{{2, 2}}}} {
		if err := s.check(4); err == nil {
			t.Errorf("%+v is accepted for 4 frames", s)
		}
	}
	f := ramp("pr", 0, 6, 2, 2)
	for say, ranges := range map[string][]Range{
		"has 6 frames": {{0, 7}}, "do not overlap": {{0, 3}, {2, 4}}, "Ranges[0] is frames 3 to 3": {{3, 3}}, "no window": {{0, 2}},
	} {
		if _, err := NewWindows(WindowOptions{Frames: 3, Ranges: ranges}, f); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%v: error %v, want one with %q", ranges, err, say)
		}
	}
}

// Of windows in ranges, the smallest and largest value are those of the ranges.
func TestRangeOfRanges(t *testing.T) {
	f := ramp("pr", 0, 6, 2, 2) // 0 to 23
	w, err := NewWindows(WindowOptions{Frames: 2, Ranges: []Range{{1, 3}, {4, 6}}, StrideT: 2}, f)
	if err != nil {
		t.Fatal(err)
	}
	if low, high := w.Range(0); low != 4 || high != 23 || w.Len() != 2 {
		t.Errorf("%v to %v of %d windows", low, high, w.Len())
	}
	w, err = NewWindows(WindowOptions{Frames: 2, Ranges: []Range{{1, 3}}}, f)
	if err != nil {
		t.Fatal(err)
	}
	if low, high := w.Range(0); low != 4 || high != 11 {
		t.Errorf("%v to %v", low, high)
	}
}
