package stochastic

import (
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

func TestTallyAgreesWithAverage(t *testing.T) {
	r := noise.Key{Seed: 1, Stream: noise.Probe}.Rand()
	var tally Tally
	columns := make([][]float64, 3)
	for range 5000 {
		e := r.NormFloat64()
		values := []float64{e, 1e6 + e*e, math.Cos(e)}
		tally.Add(values...)
		for k, v := range values {
			columns[k] = append(columns[k], v)
		}
	}
	means, errors, worst := tally.Means(), tally.Errors(), 0.0
	for k, c := range columns {
		mean, se := Average(c)
		worst = math.Max(worst, se)
		if math.Abs(means[k]-mean) > 1e-11*(1+math.Abs(mean)) || math.Abs(errors[k]/se-1) > 1e-8 {
			t.Errorf("quantity %d: %.12g ± %.12g, want %.12g ± %.12g", k, means[k], errors[k], mean, se)
		}
	}
	if math.Abs(tally.Worst()/worst-1) > 1e-8 {
		t.Errorf("largest standard error %g, want %g", tally.Worst(), worst)
	}
	defer func() {
		if recover() == nil {
			t.Error("a draw with too few values was counted")
		}
	}()
	tally.Add(1, 2)
}
