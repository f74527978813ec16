package train

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/floats"
)

// walk returns the weights of a random walk after each step from 0 on.
func walk(steps int) [][]float64 {
	r := rand.New(rand.NewPCG(1, 2))
	out := [][]float64{make([]float64, 8)}
	for range steps {
		next := append([]float64(nil), out[len(out)-1]...)
		for i := range next {
			next[i] += r.NormFloat64()
		}
		out = append(out, next)
	}
	return out
}

// averaged follows the rule of training itself.
func averaged(weights [][]float64, decay float64) (all [][]float64) {
	average := append([]float64(nil), weights[0]...)
	all = append(all, append([]float64(nil), average...))
	for k := 1; k < len(weights); k++ {
		d := averageDecay(decay, int64(k))
		for i := range average {
			average[i] = d*average[i] + (1-d)*weights[k][i]
		}
		all = append(all, append([]float64(nil), average...))
	}
	return all
}

func combined(coefficients []float64, vectors [][]float64) []float64 {
	out := make([]float64, len(vectors[0]))
	for i, c := range coefficients {
		floats.AddScaled(out, c, vectors[i])
	}
	return out
}

// The profile says what the average contains.
func TestAverageProfile(t *testing.T) {
	const steps = 300
	weights := walk(steps)
	for _, halfLife := range []float64{3, 30, 1000} {
		profile := AverageProfile(DecayOf(halfLife), steps)
		if sum := floats.Sum(profile); math.Abs(sum-1) > 1e-12 {
			t.Errorf("half-life %v: the profile sums to %v", halfLife, sum)
		}
		want := averaged(weights, DecayOf(halfLife))[steps]
		if d := floats.Distance(combined(profile, weights), want, 2); d > 1e-9 {
			t.Errorf("half-life %v: the profile gives an average that is %v off", halfLife, d)
		}
	}
}

// From the averages of snapshots every 50 steps one that looks further back can be made,
// as exactly as the difference says, and the average that was kept is found again. A
// shorter one cannot: what it would need was averaged away.
func TestAverageAfter(t *testing.T) {
	const last, kept = 1000, 40.0
	weights := walk(last)
	averages := averaged(weights, DecayOf(kept))
	var steps []int64
	var vectors [][]float64
	for s := int64(50); s <= last; s += 50 {
		steps, vectors = append(steps, s), append(vectors, averages[s])
	}
	vectors = append(vectors, weights[last])
	for _, c := range []struct{ halfLife, difference, off float64 }{{20, 0.25, 0.5}, {40, 1e-12, 1e-12}, {80, 0.13, 0.2}, {160, 0.13, 0.2}, {320, 0.13, 0.2}} {
		coefficients, difference, err := AverageAfter(DecayOf(kept), steps, DecayOf(c.halfLife))
		if err != nil {
			t.Fatal(err)
		}
		if sum := floats.Sum(coefficients); math.Abs(sum-1) > 1e-9 {
			t.Errorf("half-life %v: the coefficients sum to %v", c.halfLife, sum)
		}
		// Measured by how far the kept average is from the weights themselves.
		want := averaged(weights, DecayOf(c.halfLife))[last]
		off := floats.Distance(combined(coefficients, vectors), want, 2) / floats.Distance(averages[last], weights[last], 2)
		if difference > c.difference || off > c.off {
			t.Errorf("half-life %v: the profile is %.3g off, the average %.3g", c.halfLife, difference, off)
		}
	}
	// One snapshot is not enough for an average that looks further back.
	if _, difference, err := AverageAfter(DecayOf(kept), []int64{last}, DecayOf(320)); err != nil || difference < 0.3 {
		t.Errorf("from one snapshot the profile is %v off, %v", difference, err)
	}
}
