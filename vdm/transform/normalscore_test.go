package transform

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// Knots are the smallest and the largest value and those at every eighth of a normal
// score. After a tie of more than a hundredth of the values, here of 15 of 1000, the
// next value is one, too; after one of 5 it is not.
func TestKnotsOfTheNormalScore(t *testing.T) {
	for _, tie := range []int{1, 5, 15} {
		const n, first = 1000, 690 // Φ(½) is 0.6915, so that the tie has a knot
		values := make([]float64, n)
		for i := range values {
			values[i] = float64(i)
			if i >= first && i < first+tie {
				values[i] = first
			}
		}
		want := []float64{0, n - 1}
		for s := -8.0; s <= 8; s += 0.125 {
			want = append(want, values[int(distuv.UnitNormal.CDF(s)*n)])
		}
		if tie == 15 {
			want = append(want, first+15)
		}
		slices.Sort(want)
		want = slices.Compact(want)
		x, y := fitNormalScore(slices.Clone(values))
		if !slices.Equal(x, want) {
			t.Errorf("a tie of %d: knots %v, want %v", tie, x, want)
		}
		for i, v := range x {
			rank := v + 0.5
			if v == first {
				rank = first + float64(tie)/2
			}
			if score := distuv.UnitNormal.Quantile(rank / n); !(math.Abs(y[i]-score) < 1e-12) {
				t.Errorf("a tie of %d: the score of %v is %v, want %v", tie, v, y[i], score)
			}
		}
	}
}

// Beyond the knots the score goes on with the mean slope of the outermost unit of y, or
// of the outermost piece where that is longer; where there is one knot, with slope 1.
func TestTailsOfTheNormalScore(t *testing.T) {
	for _, c := range []struct{ x, y, at, score []float64 }{
		{[]float64{-10, -9, -7, 0, 1}, []float64{-2, -1.5, -1, 0, 2}, []float64{-13, -10, -9.5, 1, 2}, []float64{-3, -2, -1.75, 2, 4}},
		{[]float64{-0.5, 1, 3, 4}, []float64{-1, 0, 1.5, 2}, []float64{-2, -0.5, 4, 7}, []float64{-2, -1, 2, 4}}, // at the top from y = 0 to 2
		{[]float64{-0.5, 0.5}, []float64{0, 0.5}, []float64{-2.5, 0, 2.5}, []float64{-1, 0.25, 1.5}},
		{[]float64{5}, []float64{0.25}, []float64{3, 5, 7}, []float64{-1.75, 0.25, 2.25}},
		{[]float64{0, 2}, []float64{0, 1}, []float64{1, 6}, []float64{0.5, 3}},
	} {
		n := NewNormalScore(c.x, c.y)
		for i, x := range c.at {
			if got := n.Forward(x); !(math.Abs(got-c.score[i]) < 1e-14) {
				t.Errorf("knots %v, %v: the score of %v is %v, want %v", c.x, c.y, x, got, c.score[i])
			}
			if got := n.Inverse(c.score[i]); !(math.Abs(got-x) < 1e-14) {
				t.Errorf("knots %v, %v: the value of %v is %v, want %v", c.x, c.y, c.score[i], got, x)
			}
		}
	}
}

// A value between two knots comes from the nearer of them, so that a small one keeps
// its digits beside a large one.
func TestSmallValuesKeepTheirDigits(t *testing.T) {
	n := NewNormalScore([]float64{0, 1e6}, []float64{0, 1})
	for _, y := range []float64{1e-12, 1e-3, 0.3} {
		if got, want := n.Inverse(y), 1e6*y; !(math.Abs(got/want-1) < 1e-15) {
			t.Errorf("the value of %v is %v, off by a share of %.1e", y, got, got/want-1)
		}
	}
	m := NewNormalScore([]float64{-1e6, 0}, []float64{-1, 0})
	for _, y := range []float64{1e-12, 1e-3, 0.3} {
		if got, want := m.Inverse(-y), -1e6*y; !(math.Abs(got/want-1) < 1e-15) {
			t.Errorf("the value of %v is %v, off by a share of %.1e", -y, got, got/want-1)
		}
	}
}

// Numbers that overflow are refused, although each piece has a slope that does not.
func TestKnotsThatOverflow(t *testing.T) {
	const large = 1.7e308
	inf := math.Inf(1)
	for name, c := range map[string]struct {
		x, y []float64
		want string
	}{
		"x":            {[]float64{-large, 0, large}, []float64{-1e10, 0, 1e10}, "overflows"},
		"y":            {[]float64{-1e10, 0, 1e10}, []float64{-large, 0, large}, "overflows"},
		"one infinite": {[]float64{inf}, []float64{0}, "want a finite number"},
		"one below":    {[]float64{0}, []float64{-inf}, "want a finite number"},
		"none":         {[]float64{-1e300, 1e300}, []float64{-1e10, 1e10}, ""},
	} {
		err := checkKnots(c.x, c.y)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: the error is %v, want %q", name, err, c.want)
		}
	}
	if got, want := NewNormalScore([]float64{1, 2, 8}, []float64{-1, 0, 1}).String(), "normal score of 3 knots from 1 to 8"; got != want {
		t.Errorf("it prints as %q, want %q", got, want)
	}
}

// Where there are too many values every second is kept, the first of each two dropped,
// and both extremes.
func TestEverySecondOfManyValues(t *testing.T) {
	const blocks = 5
	data := func(yield func([]float32) bool) {
		x := make([]float32, mostSampled/4)
		for b := range blocks {
			for i := range x {
				x[i] = float32(b*len(x) + i) // exact below 2²⁴
			}
			if !yield(x) {
				return
			}
		}
	}
	kept := sampleOf(data, nil, -1, -2)
	n := blocks * mostSampled / 8
	if len(kept) != n+2 || min(kept[n], kept[n+1]) != -2 || max(kept[n], kept[n+1]) != -1 {
		t.Fatalf("%d values kept, the last two %v; want %d, and the extremes", len(kept), kept[len(kept)-2:], n+2)
	}
	for i, v := range kept[:n] {
		if v != float64(2*i+1) {
			t.Fatalf("value %d that is kept is %v, want %d", i, v, 2*i+1)
		}
	}
}
