package climate

import (
	"fmt"
	"slices"
	"testing"
)

func TestKnownFramesAsText(t *testing.T) {
	for text, want := range map[string]KnownFrames{"0, 1": {true, true, false}, "the first 1": {true, false, false}, "2": {false, false, true}, "the first 0": {false, false, false}} {
		got, ok := ParseKnownFrames(text, 3)
		if !ok || !slices.Equal(got, want) {
			t.Errorf("%q: %v, %v", text, got, ok)
		}
		if again, ok := ParseKnownFrames(got.String(), 3); got.Span() > 0 && (!ok || !slices.Equal(again, got)) {
			t.Errorf("%q: written as %q it is read as %v", text, got, again)
		}
	}
	for _, text := range []string{"", "3", "-1", "some", "the first 4"} {
		if got, ok := ParseKnownFrames(text, 3); ok {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}

func TestKnownFrames(t *testing.T) {
	for _, test := range []struct {
		known    KnownFrames
		text     string
		span     int
		lead     int
		nowcast  bool
		enclosed bool
	}{
		{FirstFrames(4, 2), "0, 1", 2, 2, true, false},
		{FirstFrames(4, 0), "", 0, 0, false, false},
		{FirstFrames(4, 9), "0, 1, 2, 3", 4, 4, false, false},
		{EverySecondFrame(4), "0, 2", 3, 3, false, true},
		{EverySecondFrame(2), "0", 1, 1, true, false},
		{KnownFrames{false, true, true, false}, "1, 2", 3, 3, false, false},
		{KnownFrames{true, false, false, true}, "0, 3", 4, 4, false, true},
	} {
		lead, ok := test.known.Lead()
		if test.known.String() != test.text || test.known.Span() != test.span || lead != test.lead || ok != test.nowcast || test.known.Enclosed() != test.enclosed {
			t.Errorf("%v: %q, span %d, lead %d, %v, enclosed %v", []bool(test.known), test.known, test.known.Span(), lead, ok, test.known.Enclosed())
		}
	}
	k := KnownFrames{false, true}
	clip := []float32{0, 1, 10, 11}
	if !slices.Equal(k.Of(clip), clip[2:]) || !slices.Equal(k.Unknown(clip), clip[:2]) {
		t.Errorf("known %v, unknown %v", k.Of(clip), k.Unknown(clip))
	}
	if got := fmt.Sprint(k.Cells(8, 4)); got != "[false false true true false false true true]" {
		t.Errorf("marks of two clips: %s", got)
	}
	if fmt.Sprint(k.Numbers(), k.Ahead()) != "[1] [0]" {
		t.Errorf("numbers %v, ahead %v", k.Numbers(), k.Ahead())
	}
}
