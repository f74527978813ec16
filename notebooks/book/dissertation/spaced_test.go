package dissertation

import (
	"math"
	"slices"
	"testing"
)

func TestSpaced(t *testing.T) {
	even := Spaced(-1, 2, 4)
	for i, want := range []float64{-1, 0, 1, 2} {
		if math.Abs(even[i]-want) > 1e-15 {
			t.Errorf("value %d is %v, want %v", i, even[i], want)
		}
	}
	if even[0] != -1 || even[3] != 2 {
		t.Errorf("the ends are %v and %v, want -1 and 2 exactly", even[0], even[3])
	}
	got := LogSpaced(0.1, 100, 4)
	for i, want := range []float64{0.1, 1, 10, 100} {
		if math.Abs(got[i]/want-1) > 1e-14 {
			t.Errorf("value %d is %v, want %v", i, got[i], want)
		}
	}
	if got[0] != 0.1 || got[3] != 100 {
		t.Errorf("the ends are %v and %v, want 0.1 and 100 exactly", got[0], got[3])
	}
}

func TestFieldOf(t *testing.T) {
	f := FieldOf([]float64{1, 2, 3}, []float64{10, 20}, func(x, y float64) float64 { return x + y })
	if want := []float64{11, 12, 13, 21, 22, 23}; !slices.Equal(f.Data, want) || f.Height != 2 || f.Width != 3 {
		t.Errorf("field %v of %d rows and %d columns, want %v of 2 and 3", f.Data, f.Height, f.Width, want)
	}
	if err := f.Validate(); err != nil {
		t.Error(err)
	}
}
