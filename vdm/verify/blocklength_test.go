package verify

import (
	"math"
	"testing"
)

// For an AR(1) series G/g(0) is 2φ/(1 − φ²), so b = (2φ/(1 − φ²))^⅔ n^⅓.
func TestBlockLengthOfAnAutoregression(t *testing.T) {
	const n = 20_000
	for _, phi := range []float64{0.3, 0.6, 0.8} {
		var each []float64
		for k := range uint32(8) {
			each = append(each, must(lengthOfBlocks(ar1(k, n, phi))))
		}
		want := math.Pow(2*phi/(1-phi*phi), 2.0/3) * math.Cbrt(n)
		mean := 0.0
		for _, b := range each {
			mean += b / float64(len(each))
		}
		if !(math.Abs(mean/want-1) <= 0.1) {
			t.Errorf("φ = %v: blocks of %v, want %v", phi, each, want)
		}
	}
}

func TestBlockLengthExtremes(t *testing.T) {
	for name, c := range map[string]struct {
		series []float64
		want   float64
	}{
		"equal cases": {[]float64{2, 2, 2, 2}, 1},
		"two cases":   {[]float64{1, 2}, 1},
		"three cases": {[]float64{1, 2, 4}, 1},
	} {
		if got := must(lengthOfBlocks(c.series)); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	longest := 0.0
	for k := range uint32(300) {
		n := 5 + int(k)
		b, most := must(lengthOfBlocks(ar1(k, n, 0.97))), min(3*math.Sqrt(float64(n)), float64(n)/3)
		if !(b >= 1 && b <= max(1, most)) {
			t.Errorf("%d cases: %v, want 1 to %v", n, b, most)
		}
		longest = max(longest, b/most)
	}
	if longest != 1 {
		t.Errorf("no series reached the longest blocks: %v of it", longest)
	}
	if _, err := lengthOfBlocks([]float64{1, math.NaN()}); err == nil {
		t.Error("one case has a block length")
	}
	// Missing cases keep their place: every second case of a slow series gone.
	series := ar1(3, 400, 0.9)
	full := must(lengthOfBlocks(series))
	for i := 0; i < len(series); i += 2 {
		series[i] = math.NaN()
	}
	if half := must(lengthOfBlocks(series)); !(half > 2) {
		t.Errorf("half the cases missing: blocks of %v, of all cases %v", half, full)
	}
}

// lengthOfBlocks returns the block length alone.
func lengthOfBlocks(series []float64) (float64, error) {
	block, _, err := blockLength(series)
	return block, err
}
