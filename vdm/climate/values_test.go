package climate

import (
	"slices"
	"testing"
)

// Each cell of the frames in the ranges once, whatever the windows overlap.
func TestValuesAreThoseOfTheRanges(t *testing.T) {
	f := ramp("a", 0, 9, 3, 4)
	w, err := NewWindows(WindowOptions{Frames: 2, Height: 2, Width: 2, Flips: true, Ranges: []Range{{1, 4}, {6, 9}}}, f)
	if err != nil {
		t.Fatal(err)
	}
	var got []float32
	for range 2 { // read again, the same
		got = nil
		for values := range w.Values(0) {
			got = append(got, values...)
		}
	}
	want := append(slices.Clone(f.Data[12:4*12]), f.Data[6*12:9*12]...)
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
