package report

import (
	"math"
	"slices"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// seededCase is case i of made rain, half of it known: what was observed, four members
// that resemble it, and others that do not.
func seededCase(i int) (truth []float32, members, random [][]float32) {
	const frame, half = 32 * 32, 5 * 32 * 32
	clip := func(sample int) []float32 {
		x := make([]float32, 2*half)
		noise.Key{Seed: 77, Stream: noise.Synthetic, Sample: uint32(sample)}.Normal(x)
		for k := len(x) - 1; k > 40; k-- {
			x[k] = (x[k] + x[k-1] + x[k-32] + x[k-33]) / 2 // so that neighbours resemble each other
		}
		for k, z := range x {
			x[k] = float32(1.5 * math.Expm1(0.9*max(float64(z)-0.5, 0)))
		}
		return x
	}
	truth = clip(100 * i)
	for m := range 4 {
		like, unlike := clip(100*i+1+m), clip(100*i+20+m)
		for k := range like {
			if k < half {
				like[k], unlike[k] = truth[k], truth[k]
			} else {
				like[k] = 0.6*truth[k] + 0.4*like[k]
			}
		}
		members, random = append(members, like), append(random, unlike)
	}
	return truth, members, random
}

// The scores of seeded cases are those that three tables gave which this one replaces
// (two of studies and one of the notebooks), to 12 digits.
func TestComparisonAgreesWithFormerTables(t *testing.T) {
	o := ComparisonOptions{Task: "nowcast", Variable: "rain", Units: "mm/h", Minutes: 60, Known: climate.FirstFrames(10, 5), Height: 32, Width: 32, Seed: 3}
	c, err := NewComparison(o)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		truth, members, random := seededCase(i)
		if err := c.Add(Case{Observed: truth, Forecasts: []Forecast{{Name: "model", Members: members}, {Name: "random", Members: random[:3]}}}); err != nil {
			t.Fatal(err)
		}
	}
	r, err := c.Compare()
	if err != nil {
		t.Fatal(err)
	}
	same := func(what string, got Value, want float64) {
		t.Helper()
		near(t, what, float64(got), want, 1e-10*max(1, math.Abs(want)))
	}
	for key, want := range map[string][2]float64{
		"crps": {0.20177953682, 0.541039326109}, "crps_fair": {0.159740259793, 0.403400860358}, "energy": {14.6410827589, 39.1360158578},
		"rmse": {0.581188851109, 1.50698973815}, "spread_skill": {1.05688047753, 1.03941385124},
		"power": {0.549426350501, 1.13214256388}, "power_off": {1.83013791711, 1.13291867563},
		"bias_driest": {-0.31605860752, -0.829695030743}, "bias_wettest": {4.2299947797, 8.9539336967},
		"fss": {0.951958729231, 0.708866289815}, "csi": {0.521132436653, 0.0734446578986},
		"brier_skill": {0.594017034643, -0.355432987473}, "roc": {0.898782315019, 0.492829211426},
	} {
		for i, e := range r.Entries {
			same(key+" of "+e.Name, e.Score(key).Value, want[i])
		}
	}
	model, random := r.Entries[0], r.Entries[1]
	same("CRPS, from", model.Score("crps").From, 0.18906333207)
	same("CRPS, to", model.Score("crps").To, 0.215385427972)
	same("energy score, to", random.Score("energy").To, 41.3207080433)
	same("excess", random.Score("crps_excess").Value, 0.339259789289)
	same("excess, from", random.Score("crps_excess").From, 0.318951961886)
	same("excess, to", random.Score("crps_excess").To, 0.362546832425)
	same("CRPS of the last frame", Value(random.Score("crps").ByFrame[4]), 0.5169591259)
	same("bias of the second frame", Value(random.Score("bias").ByFrame[1]), 0.167173854941)

	truth, members, _ := seededCase(0)
	one, _, err := CompareNowcast(o, truth, Forecast{Name: "model", Members: members})
	if err != nil {
		t.Fatal(err)
	}
	same("CRPS of one case", one.Entries[0].Score("crps").Value, 0.211720639677)
	same("CRPS of persistence", one.Entries[1].Score("crps").Value, 0.815365709152)
	if got := one.Entries[0].Score("outliers").Y; !slices.Equal(got, []float64{1019, 1045, 974, 1065, 1017}) {
		t.Errorf("ranks %v", got)
	}
}
