package plotting

import (
	"slices"
	"testing"
)

// A method has the same place in every figure, whatever else is drawn and in which order;
// the others take what is free, and without methods the places are those of the order.
func TestAMethodLooksTheSameInEveryFigure(t *testing.T) {
	for _, c := range []struct {
		names []string
		want  []int
	}{
		{[]string{"a", "b", "c"}, []int{0, 1, 2}},
		{[]string{"network (8 members)", "STEPS", "advection"}, []int{1, 0, 4}},
		{[]string{"advection", "network", "mine", "other"}, []int{4, 1, 0, 2}},
		{[]string{"", "truth"}, []int{0, 6}},
		{[]string{"training", "STEPS"}, []int{0, 1}}, // both want the same place
		{[]string{"ancestral, 250", "ancestral, 1000"}, []int{5, 0}},
	} {
		if got := places(c.names); !slices.Equal(got, c.want) {
			t.Errorf("the places of %q are %v, want %v", c.names, got, c.want)
		}
	}
	many := make([]string, 20)
	many[3] = "network"
	got := places(many)
	if got[0] != 0 || got[1] != 2 || got[3] != 1 {
		t.Errorf("beside a method the others have the places %v", got)
	}
	for name, place := range methods {
		if place < 0 || place >= len(okabeIto) {
			t.Errorf("%s has the place %d of %d", name, place, len(okabeIto))
		}
	}
	traces, err := seriesTraces([]Series{{Name: "x", X: []float64{0, 1}, Y: []float64{0, 1}}, {Name: "STEPS", X: []float64{0, 1}, Y: []float64{0, 1}}})
	if err != nil {
		t.Fatal(err)
	}
	if traces[1].color != okabeIto[0] || traces[0].color == okabeIto[0] {
		t.Error("STEPS has not its colour in curves, or another line has it, too")
	}
}
