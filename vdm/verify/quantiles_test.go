package verify

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// sketchRelativeError bounds |estimate − v|/|v| of an order statistic v that Quantiles
// takes from its sketch: half a bucket, 2⁻¹³. (Below 1.2e-38, where float32 itself loses
// digits, the bound is 3e-42 absolute: the bucket that contains 0 stands for 0.)
const sketchRelativeError = 1.0 / 8192

func TestQuantileLevels(t *testing.T) {
	l := QuantileLevels()
	if len(l) != 54 || l[0] != 0.91 || l[8] != 0.99 || l[9] != 0.991 || l[53] != 0.9999999 || !slices.IsSorted(l) {
		t.Errorf("levels %v", l)
	}
}

// The order statistics of a sketch are within the stated bound of the stored
// values', for either sign and every size of number.
func TestSketchKeepsItsBound(t *testing.T) {
	values := rain(1, 200_000)
	for i, v := range rain(2, 20_000) {
		values = append(values, -v*1e-20, v*1e25)
		if i%3 == 0 {
			values = append(values, float32(math.Pow(1.0005, float64(i))))
		}
	}
	exact, sketched := Quantiles{most: len(values)}, Quantiles{most: 100}
	exact.Add(values)
	sketched.Add(values)
	if !exact.Exact() || sketched.Exact() {
		t.Fatal("the cap does not decide which is exact")
	}
	levels := append(QuantileLevels(), 0, 1)
	for p := 0.0005; p < 1; p += 0.0005 {
		levels = append(levels, p)
	}
	want, worst := exact.Value(levels), 0.0
	for i, got := range sketched.Value(levels) {
		// A quantile between a negative and a positive value is bounded by the
		// larger of the two, and 1e-12 covers the interpolation's own rounding.
		if want[i] == 0 && got == 0 {
			continue
		}
		e := math.Abs(got-want[i]) / math.Abs(want[i])
		worst = max(worst, e)
		if !(e <= sketchRelativeError*(1+1e-12)) {
			t.Errorf("level %v: %v, exactly %v: off by %g, bound %g", levels[i], got, want[i], e, sketchRelativeError)
		}
	}
	if worst < sketchRelativeError/100 {
		t.Errorf("the worst error is %g: the test does not reach the sketch", worst)
	}
	t.Logf("worst relative error %.3g of a bound of %.3g", worst, sketchRelativeError)
}

// Every float32 lies within the bound of the value that stands for it.
func FuzzSketchBucket(f *testing.F) {
	for _, v := range []float32{0, 1, -1, 0.1, math.MaxFloat32, 1.2e-38, 1e-45, float32(math.Inf(1)), float32(math.Inf(-1))} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v float32) {
		if v != v || v == 0 {
			return
		}
		got := middle(orderedBits(v) >> dropped)
		bound := max(sketchRelativeError*math.Abs(float64(v)), 3e-42)
		if got != float64(v) && !(math.Abs(got-float64(v)) <= bound) {
			t.Errorf("%g stands for %g, off by more than %g", got, v, bound)
		}
	})
}

func TestQuantilesOfFewValues(t *testing.T) {
	var q Quantiles
	if v := q.Value([]float64{0.5}); !math.IsNaN(v[0]) {
		t.Errorf("the median of nothing is %v", v)
	}
	q.Add([]float32{missing, 3, 1, float32(math.Copysign(0, -1)), 2})
	got := q.Value([]float64{0, 0.5, 1, 0.9, -0.1, 1.1, math.NaN()})
	if !allNear(got[:4], []float64{0, 1.5, 3, 2.7}, 1e-15) || !math.IsNaN(got[4]) || !math.IsNaN(got[5]) || !math.IsNaN(got[6]) {
		t.Errorf("got %v", got)
	}
	if q.n != 4 || q.Missing != 1 {
		t.Errorf("%d values, %d missing", q.n, q.Missing)
	}
}

// The ends are exact in a sketch, too, where the values next to them are not.
func TestTheEndsOfASketchAreExact(t *testing.T) {
	q := Quantiles{most: 1}
	next := math.Nextafter32(3, 4)
	for i := range 101 {
		q.Add([]float32{next + float32(i), -next - float32(i)})
	}
	end := float64(next + 100)
	got := q.Value([]float64{0, 1.0 / 201, 200.0 / 201, 1})
	if q.Exact() || got[0] != -end || got[3] != end || !near(got[1], 1-end, sketchRelativeError) || !near(got[2], end-1, sketchRelativeError) {
		t.Errorf("ends and their neighbours %v, want ±%v and near ±%v", got, end, end-1)
	}
	above := Quantiles{most: 1}
	above.Add([]float32{5.01, 5, 7})
	if got := above.Value([]float64{0, 1}); got[0] != 5 || got[1] != 7 {
		t.Errorf("values above 0 have the ends %v", got)
	}
}

func ExampleQuantiles() {
	test := Quantiles{}
	test.Add([]float32{0, 0, 0, 0, 0, 0.5, 1, 2, 4, 12})
	fmt.Printf("%.2f\n", test.Value([]float64{0.5, 0.9, 1}))
	// Output: [0.25 4.80 12.00]
}

func BenchmarkQuantilesAdd(b *testing.B) {
	q, x := Quantiles{most: 1}, rain(1, 1<<16)
	b.SetBytes(int64(4 * len(x)))
	for b.Loop() {
		q.Add(x)
	}
}
