package climate

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
)

// The parts of a record of which the end is held out have the clips of the two fields
// that SplitTime makes, in their order, and the same extremes.
func TestHoldOut(t *testing.T) {
	f := ramp("pr", 3, 12, 4, 5)
	f.Data[7*20+3] = nan
	r := &Record{Fields: []*Field{f}}
	if _, err := r.Test(WindowOptions{Frames: 3}); err == nil {
		t.Error("the test part of a record without one")
	}
	if err := r.HoldOut(12); err == nil || !strings.Contains(err.Error(), "cannot hold out 12 of 12 frames") {
		t.Errorf("holding out all: %v", err)
	}
	if err := r.HoldOutHours(4.6); err != nil { // 5 frames
		t.Fatal(err)
	}
	if err := r.HoldOut(2); err == nil {
		t.Error("held out twice")
	}
	if _, err := r.Test(WindowOptions{Frames: 6}); err == nil || !strings.Contains(err.Error(), "a clip of 6 frames is longer than the record of 5") {
		t.Errorf("clips longer than what is held out: %v", err)
	}
	before, after, err := SplitTime(f, 5)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []WindowOptions{{Frames: 3, Ranges: []Range{{0, 3}}}, {Frames: 3, StrideT: 3}} {
		if _, err := r.Test(o); err == nil || !strings.Contains(err.Error(), "which the record's split says") {
			t.Errorf("tests with %+v: %v", o, err)
		}
	}
	if _, err := r.Train(WindowOptions{Frames: 3, Ranges: []Range{{0, 3}}}); err == nil || !strings.Contains(err.Error(), "Ranges is set") {
		t.Errorf("training with ranges: %v", err)
	}
	o := WindowOptions{Frames: 3, Height: 3, Width: 4, Flips: true}
	train, err := r.Train(o)
	if err != nil {
		t.Fatal(err)
	}
	test, err := r.Test(o)
	if err != nil {
		t.Fatal(err)
	}
	wantTrain, err := NewWindows(o, before)
	if err != nil {
		t.Fatal(err)
	}
	o.Flips = false
	wantTest, err := NewWindows(o, after)
	if err != nil {
		t.Fatal(err)
	}
	for name, pair := range map[string][2]*Windows{"training": {train, wantTrain}, "test": {test, wantTest}} {
		got, want := pair[0], pair[1]
		if got.Len() != want.Len() || got.Summary() != want.Summary() {
			t.Errorf("%s: %s, want %s", name, got.Summary(), want.Summary())
			continue
		}
		a, b := make([]float32, 36), make([]float32, 36)
		for i := range got.Len() {
			if err := errors.Join(got.Clip(i, a), want.Clip(i, b)); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(a, b) || got.Describe(i) != want.Describe(i) {
				t.Fatalf("%s: clip %d is %s, want %s", name, i, got.Describe(i), want.Describe(i))
			}
		}
		low, high := got.Range(0)
		if l, h := want.Range(0); l != low || h != high {
			t.Errorf("%s: %v to %v, want %v to %v", name, low, high, l, h)
		}
	}
	origin := r.Origin()
	if origin.Training != before.Period() || origin.HeldOut != after.Period() || origin.HeldOutHours != 4.6 || r.TestPeriod() != after.Period() {
		t.Errorf("%+v", origin)
	}
	if r.InTraining(7, 5) || !r.InTraining(6, 1) || (&Record{}).InTraining(0, 1) {
		t.Error("frames are of the wrong part")
	}
}

func TestOpenRecord(t *testing.T) {
	dir := t.TempDir()
	two := []*Field{ramp("pr", 0, 6, 3, 3), ramp("tas", 100, 6, 3, 3)}
	if err := WritePrepared(dir, two, nil); err != nil {
		t.Fatal(err)
	}
	open := func(variables ...string) (*Record, error) {
		r, err := OpenRecord([]string{dir}, RecordOptions{Variables: variables})
		if err == nil {
			t.Cleanup(func() { r.Close() })
		}
		return r, err
	}
	if r, err := open(); err != nil || r.Names() != "pr, tas" || len(r.Sources) != 1 || r.Split != nil {
		t.Errorf("%v: %+v", err, r)
	}
	if r, err := open("tas"); err != nil || r.Names() != "tas" || r.Fields[0].Data[0] != 100 {
		t.Errorf("%v: %+v", err, r)
	}
	if _, err := open("wind"); !errors.Is(err, ErrNoVariable) || !strings.Contains(err.Error(), `there is no variable "wind"; there are: pr, tas`) {
		t.Errorf("a variable that is not there: %v", err)
	}
	named := RecordOptions{Name: func(option string) string { return "--" + strings.ToLower(option) }}
	for say, paths := range map[string][]string{"give --data FILE.nc": nil, "--data: a folder of prepared data stands alone, 2": {dir, dir}, "no such file": {dir + "x"}} {
		if _, err := OpenRecord(paths, named); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%q: %v, want %q", paths, err, say)
		}
	}

	as := func(o RecordOptions, channels ...Channel) (*Record, error) {
		r, err := OpenRecordAs([]string{dir}, channels, o)
		if err == nil {
			t.Cleanup(func() { r.Close() })
		}
		return r, err
	}
	rain := Channel{"rain", RainUnits}
	if r, err := as(RecordOptions{Variables: []string{"tas"}}, rain); err != nil || r.Names() != "rain" || r.Fields[0].Data[0] != 100 {
		t.Errorf("%v: %+v", err, r)
	}
	if _, err := as(named, rain, Channel{"tas", RainUnits}); !errors.Is(err, ErrNoVariable) || !strings.HasSuffix(err.Error(), "; --variables says what the data call a channel of the run") {
		t.Errorf("two channels, one of which the data call otherwise: %v", err)
	}
	if _, err := as(named, rain); err == nil || !strings.Contains(err.Error(), "the data have 2 variables, the run 1 channels") {
		t.Errorf("two variables, neither of the name: %v", err)
	}
	if _, err := as(named, Channel{"pr", "K"}); err == nil || !strings.Contains(err.Error(), "pr is in mm/h in the data, pr of the run or of the forecasts in K") {
		t.Errorf("other units: %v", err)
	}
	if err := WritePrepared(dir, two[:1], nil); err != nil {
		t.Fatal(err)
	}
	if r, err := as(RecordOptions{}, rain); err != nil || r.Names() != "rain" {
		t.Errorf("one variable and one channel: %v", err)
	}
}

func TestCut(t *testing.T) {
	f := ramp("pr", 0, 6, 5, 4)
	f.Times[5] += 7 // a gap before the last frame
	r := &Record{Fields: []*Field{f, ramp("tas", 1000, 6, 5, 4)}}
	o := CutOptions{Height: 3, Width: 2, Known: KnownFrames{true, false, true}, Start: 1, Row: 2, Column: -1, Step: 1}
	clip, place, err := r.Cut(o)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		for i := range 6 {
			want := float32((1+n)*20 + (2+i/2)*4 + 1 + i%2)
			at := (n*6 + i) * 2
			if n == 1 && clip[at] == clip[at] || n != 1 && (clip[at] != want || clip[at+1] != 1000+want) {
				t.Errorf("frame %d, cell %d: %v, want %v", n, i, clip[at:at+2], want)
			}
		}
	}
	if place.Row != 2 || place.Column != 1 || !slices.Equal(place.Times, f.Times[1:4]) || place.Grid.Height != 3 {
		t.Errorf("%+v", place)
	}
	// Frames that are not known may lie beyond the end, at the record's step.
	o.Known, o.Start = FirstFrames(3, 2), 3
	if _, _, err := r.Cut(o); err != nil {
		t.Error(err)
	}
	o.Start = 5
	o.Known = FirstFrames(3, 1)
	if _, place, err = r.Cut(o); err != nil || !slices.Equal(place.Times, []float64{f.Times[5], f.Times[5] + 1, f.Times[5] + 2}) {
		t.Errorf("%v: %v", err, place.Times)
	}
	f.Grid.Y, f.Grid.X, f.Grid.YUnits, f.Grid.XUnits = []float64{0, 3, 6, 9, 12}, []float64{0, 3, 6, 9}, "km", "km"
	o.Kilometres = 3.1
	if _, _, err := r.Cut(o); err != nil {
		t.Errorf("cells of 3 km where 3.1 are wanted: %v", err)
	}
	for say, change := range map[string]func(*CutOptions){
		"cannot begin at frame 6: the data have 6 frames":          func(o *CutOptions) { o.Start = 6 },
		"span a gap in time after":                                 func(o *CutOptions) { o.Start, o.Known = 4, FirstFrames(3, 2) },
		"are 1 h apart, those of the run 2 h":                      func(o *CutOptions) { o.Step = 2 },
		"are 3 km a side, those of the run 4 km; Kilometres takes": func(o *CutOptions) { o.Kilometres = 4 },
		"the run's clips have 6 rows, the data 5":                  func(o *CutOptions) { o.Height = 6 },
		"Column is 3: want 0 to 2":                                 func(o *CutOptions) { o.Column = 3 },
	} {
		bad := o
		change(&bad)
		if _, _, err := r.Cut(bad); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%v, want %q", err, say)
		}
	}
}

func TestRecordAt(t *testing.T) {
	f := ramp("pr", 0, 4, 3, 3)
	f.Grid.Y, f.Grid.X, f.Grid.YStandardName, f.Grid.XStandardName = []float64{50, 51, 52}, []float64{1, 2, 3}, "latitude", "longitude"
	r := &Record{Fields: []*Field{f}}
	part := *f
	part.Grid = f.Grid.Window(1, 1, 2, 2)
	part.Times = f.Times[1:3]
	if got, err := r.At(&part); err != nil || !slices.Equal(got, []float32{13, 14, 16, 17, 22, 23, 25, 26}) {
		t.Errorf("%v: %v", err, got)
	}
	part.Times = []float64{f.Times[0], f.Times[0] + 0.5}
	if _, err := r.At(&part); err == nil {
		t.Error("a time that the record lacks")
	}
	part.Times, part.Grid.Y = f.Times[1:3], []float64{51, 51 + math.Pi}
	if _, err := r.At(&part); err == nil || !strings.Contains(err.Error(), "cells are not cells of the data's grid") {
		t.Errorf("a cell that the record lacks: %v", err)
	}
}
