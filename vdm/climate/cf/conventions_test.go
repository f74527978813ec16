package cf

import (
	"math"
	"slices"
	"testing"
)

// Times are written in the longest unit in which they are round, whatever adding up steps
// has left of them.
func TestClock(t *testing.T) {
	for _, test := range []struct {
		times []float64
		unit  string
		want  []float64
	}{
		{[]float64{24.5, 25.5, 26.5}, "hours", []float64{24.5, 25.5, 26.5}},
		{[]float64{0, 1. / 3, 1./3 + 1e-12 + 1./3}, "minutes", []float64{0, 20, 40}},
		{[]float64{412345 + 1./12, 412345 + 1./12 + 1./12}, "minutes", []float64{24740705, 24740710}},
		{[]float64{0, 1. / 1200, 1. / 600}, "seconds", []float64{0, 3, 6}},
		{[]float64{0, math.Pi, 4}, "hours", []float64{0, math.Pi, 4}},
	} {
		p := &place{times: test.times}
		if c := p.clock(); c.unit != test.unit || !slices.Equal(c.of(test.times, 0), test.want) {
			t.Errorf("times %v h are written as %v %s, want %v %s", test.times, c.of(test.times, 0), c.unit, test.want, test.unit)
		}
	}
}
