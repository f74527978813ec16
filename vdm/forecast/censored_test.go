package forecast

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Pairs of normal variables of a known correlation are censored: the power brings the
// correlation of what is left back, where the censored correlation itself is far off.
func TestCorrelationOfCensoredVariables(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct{ share, correlation, least, within float64 }{
		{0.5, 0.98, 0.007, 0.004}, {0.5, 0.9, 0.03, 0.02}, {0.8, 0.98, 0.015, 0.006}, {0.8, 0.9, 0.06, 0.035},
	} {
		quantile := math.Sqrt2 * math.Erfinv(2*c.share-1)
		var n, sa, sb, saa, sbb, sab float64
		for range 400_000 {
			a := r.NormFloat64()
			b := max(c.correlation*a+math.Sqrt(1-c.correlation*c.correlation)*r.NormFloat64(), quantile)
			a = max(a, quantile)
			n, sa, sb, saa, sbb, sab = n+1, sa+a, sb+b, saa+a*a, sbb+b*b, sab+a*b
		}
		censored := (sab - sa*sb/n) / math.Sqrt((saa-sa*sa/n)*(sbb-sb*sb/n))
		got := math.Pow(censored, uncensored(c.share))
		if !(c.correlation-censored > c.least) || !(math.Abs(got-c.correlation) <= c.within) {
			t.Errorf("%g censored: correlation %g is seen as %.4f and restored to %.4f, expected within %g", c.share, c.correlation, censored, got, c.within)
		}
	}
	if all, none := uncensored(0), uncensored(1); all != 1 || !(none > 0 && none < 0.3) {
		t.Errorf("powers of %g without a dry cell and %g without a wet one, expected 1 and a small number above 0", all, none)
	}
}

// A scene that is all wet has the memory of its decibels; the same scene of which the
// weaker part is dry has a longer one than its decibels show.
func TestMemoryIsOfTheProcessBelowTheThreshold(t *testing.T) {
	fields := newLatent(64, 0, 0).fields(12, 3)
	scene := func(shift float64) *simulation {
		return simulated(caseOf(4, 64, 64, []int{0, 1, 2}, func(f int, y, x float64) float64 {
			return math.Pow(10, fields[min(f, 2)][int(y)*64+int(x)]+shift)
		}), STEPS{}, gap{2, 4})
	}
	known := []int{0, 1, 2}
	wet, half := scene(10), scene(-1)
	if share := wet.dryShare(known); share != 0 {
		t.Fatalf("%g dry, expected none", share)
	}
	if share := half.dryShare(known); !(share > 0.3 && share < 0.7) {
		t.Fatalf("%g dry, expected about a half", share)
	}
	c := newCascade(half.fft, 64)
	shown, memory := half.correlations(c, known, 1), half.memory(false).lag1
	for i := range memory {
		if level, next := c.split(i); next == 0 && shown[level] > 0.05 && !(memory[i] > shown[level]) {
			t.Fatalf("level %d: memory %.3f, expected more than the %.3f that the decibels show", level, memory[i], shown[level])
		}
	}
	c = newCascade(wet.fft, 64)
	shown, memory = wet.correlations(c, known, 1), wet.memory(false).lag1
	for i := range memory {
		if level, next := c.split(i); next == 0 && !(math.Abs(memory[i]-min(max(shown[level], 0), 0.999)) <= 1e-12) {
			t.Fatalf("level %d: memory %.6f, expected the %.6f of the decibels", level, memory[i], shown[level])
		}
	}
}
