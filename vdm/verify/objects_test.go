package verify

import "testing"

func TestObjects(t *testing.T) {
	// An arch, a cell that touches it at a corner, and one that wraps round the
	// edge, which does not touch.
	f := newObjectFinder(4, 6)
	rain := []float64{
		2, 2, 2, 0, 0, 3,
		2, 0, 2, 0, 0, 0,
		0, 0, 0, 4, 0, 0,
		5, 0.9, 0, 0, 0, 1,
	}
	want := []object{
		{cells: 6, sum: 14, max: 4, y: (2*0*3 + 2*1*2 + 4*2) / 14.0, x: (2*(0+1+2) + 2*(0+2) + 4*3) / 14.0},
		{cells: 1, sum: 3, max: 3, y: 0, x: 5},
		{cells: 1, sum: 5, max: 5, y: 3, x: 0},
		{cells: 1, sum: 1, max: 1, y: 3, x: 5},
	}
	for range 2 { // work space is cleared between fields
		got := f.find(rain, 1)
		if len(got) != len(want) {
			t.Fatalf("%d objects, want %d: %+v", len(got), len(want), got)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("object %d: %+v, want %+v", i, got[i], want[i])
			}
		}
	}
	if got := f.find(rain, 6); len(got) != 0 {
		t.Errorf("above all values: %+v", got)
	}
}
