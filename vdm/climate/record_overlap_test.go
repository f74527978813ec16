package climate

import (
	"slices"
	"strings"
	"testing"
)

// A clip that reaches past a record at both ends and over a gap has the record's values
// where it has frames, and NaN elsewhere.
func TestOverlap(t *testing.T) {
	grid := Grid{Height: 1, Width: 2, Y: []float64{50}, X: []float64{0, 1}, YUnits: "degrees_north", XUnits: "degrees_east"}
	field := func(name string, offset float32, times ...float64) *Field {
		f := &Field{Name: name, Units: "K", Grid: grid, Times: times, Calendar: Standard, Epoch: Epoch}
		for i := range times {
			f.Data = append(f.Data, offset+float32(i), offset+float32(i)+10)
		}
		return f
	}
	r := &Record{Fields: []*Field{field("a", 0, 100, 101, 103), field("b", 100, 100, 101, 103)}}
	clip := field("clip", 0, 99, 100, 101, 102, 103, 104)
	values, covered, err := r.Overlap(clip)
	if err != nil {
		t.Fatal(err)
	}
	if want := []bool{false, true, true, false, true, false}; !slices.Equal(covered, want) {
		t.Errorf("covered %v, want %v", covered, want)
	}
	if got := values[4*4 : 5*4]; !slices.Equal(got, []float32{2, 102, 12, 112}) {
		t.Errorf("the frame at 103 h is %v", got)
	}
	for i, v := range values {
		if missing := v != v; missing == covered[i/4] {
			t.Errorf("value %d is %v", i, v)
		}
	}
	whole := *clip
	whole.Times = []float64{100, 101}
	want := []float32{0, 100, 10, 110, 1, 101, 11, 111}
	if got, covered, err := r.Overlap(&whole); err != nil || slices.Contains(covered, false) || !slices.Equal(got, want) {
		t.Errorf("%v, want %v (%v)", got, want, err)
	}
	if got, err := r.At(&whole); err != nil || !slices.Equal(got, want) {
		t.Errorf("At has %v, want %v (%v)", got, want, err)
	}
	if _, err := r.At(clip); err == nil {
		t.Error("At has frames that the record lacks")
	}
	late := *clip
	late.Times = []float64{300, 301}
	if _, _, err := r.Overlap(&late); err == nil || !strings.Contains(err.Error(), "the data have no frame at") {
		t.Errorf("no overlap: %v", err)
	}
	east := *clip
	east.Grid.X = []float64{5, 6}
	if _, _, err := r.Overlap(&east); err == nil || !strings.Contains(err.Error(), "not cells of the data's grid") {
		t.Errorf("other cells: %v", err)
	}
	late.Epoch = RelativeEpoch
	if _, _, err := r.Overlap(&late); err == nil {
		t.Error("times without a date are found")
	}
}
