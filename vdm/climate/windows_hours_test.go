package climate

import (
	"slices"
	"testing"
)

// Hours count from midnight, also before 1970, and no times without dates have any.
func TestHoursOfDay(t *testing.T) {
	if got := HoursOfDay([]float64{0.5, 23.5, 24.5, -1, 426907}); !slices.Equal(got, []float64{0.5, 23.5, 0.5, 23, 19}) {
		t.Errorf("%v", got)
	}
	f := SyntheticRecord{Hours: 30, Height: 4, Width: 4}.withDefaults().Field()
	f.Data = make([]float32, f.Frames()*f.Height()*f.Width())
	w, err := NewWindows(WindowOptions{Frames: 3, Height: f.Height(), Width: f.Width()}, f)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{0, 23} {
		start := w.Start(i)
		want := HoursOfDay(f.Times)[start : start+3]
		if got := w.HoursOfDay(i); !slices.Equal(got, want) {
			t.Errorf("window %d: hours %v, want %v", i, got, want)
		}
	}
	f.Epoch = RelativeEpoch
	if got := w.HoursOfDay(0); got != nil {
		t.Errorf("a record without dates has the hours %v", got)
	}
}
