package climate

import (
	"slices"
	"testing"
)

// A clip is the frames of the record from its start on.
func TestRecordHoldsTheClips(t *testing.T) {
	a, b := ramp("a", 0, 12, 3, 4), ramp("b", 1000, 12, 3, 4)
	w, err := NewWindows(WindowOptions{Frames: 5, Ranges: []Range{{2, 9}}}, a, b)
	if err != nil {
		t.Fatal(err)
	}
	if w.Record() != 12 {
		t.Fatalf("a record of %d frames, want 12", w.Record())
	}
	clip, frame := make([]float32, 5*3*4*2), make([]float32, 3*4*2)
	for i := range w.Len() {
		if err := w.Clip(i, clip); err != nil {
			t.Fatal(err)
		}
		for f := range 5 {
			if err := w.Frame(w.Start(i)+f, frame); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(frame, clip[f*len(frame):(f+1)*len(frame)]) {
				t.Errorf("frame %d of clip %d is not frame %d of the record", f, i, w.Start(i)+f)
			}
		}
	}
	if w.Frame(12, frame) == nil || w.Frame(0, frame[1:]) == nil {
		t.Error("a frame that is not there, or has no room, was read")
	}
	for _, o := range []WindowOptions{{Frames: 2, Height: 2}, {Frames: 2, Width: 3}, {Frames: 2, Flips: true}} {
		if w, err := NewWindows(o, a); err != nil || w.Record() != 0 {
			t.Errorf("%+v: a record of %d frames (%v), want none", o, w.Record(), err)
		}
	}
}
