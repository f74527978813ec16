package report

import (
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// forecastCase is two frames known and two ahead on a grid of 1×2, two channels of
// which the second must not count.
func forecastCase() Case {
	members := vdm.NewSamples(2, 4, 1, 2, 2)
	truth := make([]float32, members.Size())
	for i := range truth {
		truth[i] = float32(i)
	}
	for k := range members.Len() {
		for i := range members.Size() {
			members.At(k)[i] = truth[i] + float32(2*k-1) // one below, one above
			if i%2 == 1 {
				members.At(k)[i] = 1e6
			}
		}
	}
	return Case{Members: members, Truth: truth, Known: 2}
}

func TestScoreForecast(t *testing.T) {
	c := forecastCase()
	f, err := ScoreForecast(ForecastOptions{Variable: "rain", Units: "mm/h", Step: 1}, c)
	if err != nil {
		t.Fatal(err)
	}
	// Members ±1 about the truth: 1 − 2·2/(2·4) = ½ plain, 1 − 2·2/(2·2) = 0 fair.
	near(t, "plain CRPS", float64(f.Entries[0].Plain), 0.5, 1e-9)
	near(t, "fair CRPS", float64(f.Entries[0].Fair), 0, 1e-9)
	// A frame has 4 values, so the truth rises by 4 a frame.
	near(t, "persistence at +1", f.Entries[1].PlainByLead[0], 4, 1e-9)
	near(t, "persistence at +2", f.Entries[1].PlainByLead[1], 8, 1e-9)
	if !math.IsNaN(float64(f.Entries[1].Fair)) {
		t.Errorf("fair CRPS of one member is %v, want none", f.Entries[1].Fair)
	}
	if len(f.Ranks) != 3 || f.Ranks[1] != 4 {
		t.Errorf("ranks %v, want all 4 cells in the middle", f.Ranks)
	}
}

func TestScoreForecastRefuses(t *testing.T) {
	for name, change := range map[string]func(*Case, *ForecastOptions){
		"all known":      func(c *Case, _ *ForecastOptions) { c.Known = 4 },
		"none known":     func(c *Case, _ *ForecastOptions) { c.Known = 0 },
		"short truth":    func(c *Case, _ *ForecastOptions) { c.Truth = c.Truth[:3] },
		"channel absent": func(_ *Case, o *ForecastOptions) { o.Channel = 2 },
		"other shape": func(c *Case, _ *ForecastOptions) {
			c.Others = []NamedSamples{{"climatology", vdm.NewSamples(2, 4, 1, 1, 2)}}
		},
	} {
		c, o := forecastCase(), ForecastOptions{}
		change(&c, &o)
		if f, err := ScoreForecast(o, c); err == nil {
			t.Errorf("%s: no error, %+v", name, f)
		}
	}
	if _, err := ScoreForecast(ForecastOptions{}); err == nil {
		t.Error("no case: no error")
	}
}

func TestEnsembleMean(t *testing.T) {
	c := forecastCase()
	mean := EnsembleMean(c.Members)
	for i := 0; i < len(mean); i += 2 {
		near(t, "mean", float64(mean[i]), float64(c.Truth[i]), 1e-6)
	}
}
