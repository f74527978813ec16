package verify

import (
	"math"
	"math/rand/v2"
	"testing"
)

// What random changes of the code showed to be untested: ends of ranges, empty classes and
// what is merged.

func TestMedianOfThree(t *testing.T) {
	for _, c := range [][3]float32{{1, 2, 3}, {1, 3, 2}, {2, 1, 3}, {2, 3, 1}, {3, 1, 2}, {3, 2, 1}} {
		if got := median3(c[0], c[1], c[2]); got != 2 {
			t.Errorf("the median of %v is %v", c, got)
		}
	}
}

func TestMembersWithoutValues(t *testing.T) {
	k := NewCase([][]float32{{}, {}}, nil)
	if err := k.fits("score", 2); err == nil {
		t.Error("members without a value are scored")
	}
}

// Differences of noise have no power at long waves, where the estimate grows without bound:
// the block is at most 3√n.
func TestLongestBlock(t *testing.T) {
	series := make([]float64, 10_000)
	r, last := rand.New(rand.NewPCG(1, 1)), 0.0
	for i := range series {
		now := r.NormFloat64()
		series[i], last = now-last, now
	}
	b, _, err := blockLength(series)
	if err != nil || !(math.Abs(b-300) <= 1e-9) {
		t.Errorf("the block is %v cases long, want 300 (%v)", b, err)
	}
}

func TestShortestTemporalPower(t *testing.T) {
	if _, err := NewTemporalPower(2); err != nil {
		t.Errorf("two frames: %v", err)
	}
	if _, err := NewTemporalPower(1); err == nil {
		t.Error("one frame has a spectrum")
	}
}

// Counts make the figures again that they were taken from, and a curve is not defined
// where all is an event, or nothing.
func TestExceedanceOfCounts(t *testing.T) {
	e, err := NewExceedance(1, 1)
	if err != nil {
		t.Fatal(err)
	}
	truth := []float32{2, 0, 2, 0, 0, 2}
	if err := e.Add([][]float32{{2, 2, 0, 0, 0, 2}, {2, 0, 2, 0, 2, 2}, {0, 0, 0, 2, 0, 2}}, truth); err != nil {
		t.Fatal(err)
	}
	again := e.WithCounts(e.Counts())
	a, b := e.ROC(), again.ROC()
	if a.Events != 3 || a.Others != 3 || a.Events != b.Events || a.Others != b.Others || a.Area != b.Area || !(a.Area > 0.5 && a.Area < 1) {
		t.Errorf("the counts have the curve %+v, the forecasts %+v", b, a)
	}
	for k, c := range e.Counts() {
		if again.Counts()[k] != c {
			t.Errorf("count %d is %v, want %v", k, again.Counts()[k], c)
		}
	}
	for _, value := range []float32{0, 2} {
		one, err := NewExceedance(1, 1)
		if err != nil {
			t.Fatal(err)
		}
		if err := one.Add([][]float32{{value}, {value}}, []float32{value}); err != nil {
			t.Fatal(err)
		}
		v := one.ROC()
		undefined, other := v.HitRate, v.FalseAlarmRate
		if value > 1 {
			undefined, other = other, undefined
		}
		if !math.IsNaN(undefined[0]) || other[0] != 0 || !math.IsNaN(v.Area) {
			t.Errorf("of %v alone the curve is %+v", value, v)
		}
	}
}

func TestMissingHoursAreMerged(t *testing.T) {
	nan := float32(math.NaN())
	var parts [2]*DiurnalCycle
	for i := range parts {
		d, err := NewDiurnalCycle(2)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Add([]float32{1, nan, nan, nan}, []float64{0, float64(i + 1)}); err != nil {
			t.Fatal(err)
		}
		parts[i] = d
	}
	if err := parts[0].Merge(parts[1]); err != nil || parts[0].Missing != 6 {
		t.Errorf("%d values are missing in both, want 6 (%v)", parts[0].Missing, err)
	}
}

// A clip of another size is refused with the frames and the cells that each has.
func TestClipsOfAnotherSize(t *testing.T) {
	lag, err := NewLagCorrelation(2, 3, 1)
	if err != nil {
		t.Fatal(err)
	}
	spells, err := NewSpells(2, 3, 0.1)
	if err != nil {
		t.Fatal(err)
	}
	maxima, err := NewMaxima(2, 3, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	wet, err := NewWetIntensity(2, 3, 1, 1, 0.1)
	if err != nil {
		t.Fatal(err)
	}
	for who, add := range map[string]func([]float32) error{
		"lag correlation": lag.Add, "spells": spells.Add, "maxima": maxima.Add, "wet intensity": wet.Add,
	} {
		if err := add(make([]float32, 5)); err == nil || err.Error() != who+": a clip of 5 values; want 2 frames of 3 cells" {
			t.Errorf("%s: %v", who, err)
		}
	}
}
