package noise

import (
	"math"
	"testing"
)

// The first numbers of one key, fixed: a change here changes every run.
func TestNormalIsFixed(t *testing.T) {
	var got [3]float32
	Key{Seed: 7, Stream: Step, Sample: 3, Step: 11}.Normal(got[:])
	var again [3]float32
	Key{Seed: 7, Stream: Step, Sample: 3, Step: 11}.Normal(again[:])
	if got != again {
		t.Fatalf("the same key gave %v, then %v", got, again)
	}
}

func TestEveryFieldOfTheKeyMatters(t *testing.T) {
	base := Key{Seed: 1, Stream: Latent, Sample: 2, Step: 3}
	seen := map[float32]Key{}
	for _, k := range []Key{
		base,
		{Seed: 1 << 63, Stream: Latent, Sample: 2, Step: 3},
		{Seed: 1, Stream: Step, Sample: 2, Step: 3},
		{Seed: 1, Stream: Latent, Sample: 2 | 1<<31, Step: 3},
		{Seed: 1, Stream: Latent, Sample: 2, Step: 3 | 1<<63},
	} {
		var x [1]float32
		k.Normal(x[:])
		if other, ok := seen[x[0]]; ok {
			t.Errorf("%+v and %+v begin with the same number", k, other)
		}
		seen[x[0]] = k
	}
}

func TestNormalMoments(t *testing.T) {
	const n = 200_000
	x := make([]float32, n)
	Key{Seed: 5, Stream: Training}.Normal(x)
	var m1, m2, m4 float64
	for _, v := range x {
		f := float64(v)
		m1 += f / n
		m2 += f * f / n
		m4 += f * f * f * f / n
	}
	// Five standard errors: 1/√n, √(2/n), √(96/n).
	if math.Abs(m1) > 5/math.Sqrt(n) || math.Abs(m2-1) > 5*math.Sqrt(2.0/n) || math.Abs(m4-3) > 5*math.Sqrt(96.0/n) {
		t.Errorf("moments 1, 2, 4 are %.5f, %.5f, %.5f; want 0, 1, 3", m1, m2, m4)
	}
}

func TestLowDiscrepancyHasOneInEachStratum(t *testing.T) {
	for step := range uint64(50) {
		const n = 8
		var count [n]int
		for _, u := range (Key{Seed: 1, Stream: Time, Step: step}).LowDiscrepancy(n) {
			if u < 0 || u >= 1 {
				t.Fatalf("t = %g is outside [0, 1)", u)
			}
			count[int(u*n)]++
		}
		for i, c := range count {
			if c != 1 {
				t.Errorf("step %d: stratum %d holds %d times, want 1", step, i, c)
			}
		}
	}
}

func TestUniformRange(t *testing.T) {
	x := make([]float32, 10_000)
	Key{Seed: 2, Stream: Weights}.Uniform(x, -0.5, 0.25)
	low, high := x[0], x[0]
	for _, v := range x {
		low, high = min(low, v), max(high, v)
	}
	if low < -0.5 || high > 0.25 || low > -0.499 || high < 0.249 {
		t.Errorf("range [%g, %g], want about [-0.5, 0.25]", low, high)
	}
}
