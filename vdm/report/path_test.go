package report

import (
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// With a network whose output is 0, v̂ = 0 and x̂ = αz, so that from standard normal noise
// x̂ has the power of white noise times α² at the first step, which is known.
func TestMeasurePath(t *testing.T) {
	m := tinyModel(t)
	zero := m.Weights(false)
	for _, w := range zero {
		clear(w)
	}
	if err := m.ImportWeights(zero); err != nil {
		t.Fatal(err)
	}
	o := run.SampleOptions{Evaluations: 4, Batch: 40}
	p, err := MeasurePath(t.Context(), m, tinyClips, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.LogSNR) != 4 || len(p.Bands) != 2 || p.Bands[1] != [2]int{2, 3} {
		t.Fatalf("%d steps, bands %v; want 4 and 1, 2–3", len(p.LogSNR), p.Bands)
	}
	for i := range p.LogSNR {
		if i > 0 && !(p.LogSNR[i] > p.LogSNR[i-1]) {
			t.Errorf("λ does not rise: %v", p.LogSNR)
		}
	}
	// White noise has as much power at each cell of the spectrum, so that the bands stand
	// in the ratio of their numbers of cells, over the data's, at every step alike.
	first := p.Ratios[0][1] / p.Ratios[1][1]
	for i := 2; i < 4; i++ {
		if got := p.Ratios[0][i] / p.Ratios[1][i]; !(math.Abs(got-first) <= 1e-3*first) {
			t.Errorf("step %d: the bands stand in the ratio %v, before %v", i, got, first)
		}
	}
	if _, err := p.Draw(); err != nil {
		t.Error(err)
	}
}
