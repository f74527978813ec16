package climate

import (
	"math"
	"testing"
)

// The range is that of the record's own channel, missing cells aside.
func TestWindowsRange(t *testing.T) {
	field := func(name string, from float32) *Field {
		f := &Field{Name: name, Units: RainUnits, Kind: KindRain, Grid: Grid{Height: 2, Width: 3}, Calendar: Standard, Epoch: RelativeEpoch}
		for i := range 4 {
			f.Times = append(f.Times, float64(i))
			for j := range 6 {
				f.Data = append(f.Data, from+float32(i*6+j))
			}
		}
		return f
	}
	a, b := field("a", 2), field("b", 100)
	b.Data[0] = float32(math.NaN())
	w, err := NewWindows(WindowOptions{Frames: 2, Height: 1, Width: 1, Missing: KeepMissing}, a, b)
	if err != nil {
		t.Fatal(err)
	}
	if low, high := w.Range(0); low != 2 || high != 25 {
		t.Errorf("channel 0 ranges over %v … %v, want 2 … 25", low, high)
	}
	if low, high := w.Range(1); low != 101 || high != 123 {
		t.Errorf("channel 1 ranges over %v … %v, want 101 … 123", low, high)
	}
}
