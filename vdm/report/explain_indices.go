package report

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/climate-vdm/climate-vdm/vdm/verify"
)

// indexPages are the pages of the indices of generated clips, in the order of a table.
// Their keys are those of files without durations, periods and lags.
var indexPages = []struct {
	name string
	keys []string
	page
}{
	{"wettest", []string{"wettest", "maximum"}, page{
		"wettest hour, wettest day",
		"The largest amount that falls in a cell within a duration that lies anywhere in a clip: the largest of all cells and clips, and the mean over cells and clips. With a day it is Rx1day of the ETCCDI (Zhang et al. 2011), with the clip in place of the month. Durations of 1, 3, 6, 12 and 24 h and 5 days that the frames make up and a clip contains; for rain only.",
		"wettest = max over cells, clips and starts t of Σ rate · hours, over the duration from t on",
		"Compare with the same number of clips only: the largest of more clips is larger, by chance alone. The mean is not, and long clips have larger maxima than short ones. Windows with a missing value are left out.",
		func() string {
			m := must(verify.NewMaxima(6, 1, 3, 1))
			clip := []float32{0, 2, 5, 1, 0, 4}
			check(m.Add(clip))
			one := must(verify.NewMaxima(6, 1, 1, 1))
			check(one.Add(clip))
			return fmt.Sprintf("hours of %v mm/h: the wettest hour has %s mm, the wettest 3 h %s mm\n", clip, Format(one.Value().Wettest), Format(m.Value().Wettest))
		}}},
	{"level", []string{"level"}, page{
		"return levels",
		"The amount that the largest one of a clip, anywhere in the domain, exceeds once in a number of clips on average, with its 95 % interval. The maxima are described by a generalised extreme value distribution, fitted by L-moments (Hosking 1990); clips without rain are a probability of their own. The interval is by the parametric bootstrap.",
		"P(maximum > level) = 1/period      GEV: P(maximum ≤ z) = exp(−(1 + ξ (z − μ)/σ)^(−1/ξ))",
		"A period of more clips than there are extrapolates: look at the interval, and note that it takes the distribution for granted. From fewer than 20 wet clips the empirical quantile is given instead, which says nothing beyond the record. Clips that overlap in time are not independent, and make the interval too narrow.",
		func() string {
			r := rand.New(rand.NewPCG(4, 4))
			truth := verify.GEV{Location: 20, Scale: 5, Shape: 0.1}
			maxima := make([]float64, 100)
			for i := range maxima {
				maxima[i] = truth.Quantile(r.Float64())
			}
			text := "100 clips with maxima of a known distribution\n"
			for _, l := range must(verify.ReturnLevels(maxima, []float64{10, 100, 1000})) {
				text += fmt.Sprintf("once in %4g clips: %s mm (%s, %s), in truth %s\n", l.Period, Format(l.Level), Format(l.Low), Format(l.High), Format(truth.Quantile(1-1/l.Period)))
			}
			return text
		}}},
	{"intensity", []string{"intensity"}, page{
		"wet-hour and wet-day intensity",
		"The mean amount of the intervals that are wet: SDII of the ETCCDI for days with 1 mm and more (Zhang et al. 2011), and the same for frames with 0.1 mm and more. For rain only.",
		"intensity = Σ amount over wet intervals / number of wet intervals",
		"With the dry share it says whether a model rains too often and too lightly, which leaves the mean right: the drizzle of models that are trained too briefly. A model with the right intensity and too few wet hours is too dry.",
		func() string {
			w := must(verify.NewWetIntensity(8, 1, 1, 1, 0.1))
			clip := []float32{0, 0.05, 2, 4, 0, 0, 1, 0.2}
			check(w.Add(clip))
			return fmt.Sprintf("hours of %v mm/h: %s %% are wet, with %s mm on average\n", clip, Format(100*w.Value().Share), Format(w.Value().Intensity))
		}}},
	{"spells", []string{"dry_spell", "wet_spell"}, page{
		"dry and wet spells",
		"How many frames in a row a cell is dry (below 0.1 mm/h) or wet. Clips cut spells: one that begins within a clip and is going on at its end is right-censored and counts as one that had not ended by then (Kaplan and Meier 1958); one that had begun before the clip has an unknown age and is left out of the distribution. For rain only.",
		"P(longer than l) = Π_{k ≤ l} (1 − spells that ended after k frames / spells of k frames whose next frame was seen)\n" +
			"mean = frames of a state that have a next one / changes to the other state",
		"Compare with data in clips of the same length. The figure has the distribution as far as clips tell: a straight line on its logarithmic axis is weather without memory. Wet spells that are too long with the right wet share are too few.",
		func() string {
			s := must(verify.NewSpells(10, 2000, 0.5))
			r := rand.New(rand.NewPCG(5, 5))
			clip := make([]float32, 20000)
			for c := range 2000 {
				wet := r.Float64() < 0.25
				for t := range 10 {
					if wet {
						clip[t*2000+c] = 1
					}
					if wet {
						wet = r.Float64() < 0.7
					} else {
						wet = r.Float64() < 0.1
					}
				}
			}
			check(s.Add(clip))
			v := s.Value()
			return fmt.Sprintf("wet stays wet with 0.7, dry dry with 0.9, in clips of 10 frames\n"+
				"mean wet spell %s frames, in truth 3.33; dry %s, in truth 10\nwet longer than 3: %s, in truth %s\n",
				Format(v.Wet.Mean), Format(v.Dry.Mean), Format(v.Wet.Longer[3]), Format(math.Pow(0.7, 3)))
		}}},
	{"lags", []string{"lag"}, page{
		"lag correlation",
		"The correlation of a cell with itself some frames later, over all cells, frames and clips together.",
		"r(k) = correlation of x(cell, t) and x(cell, t + k)",
		"Frames that follow each other too loosely fall too fast, frames that hardly move too slowly. It includes the difference between clips, so that clips that are too alike have too little of it at long lags. It does not exist where all values are equal.",
		func() string {
			l := must(verify.NewLagCorrelation(8, 500, 3))
			r := rand.New(rand.NewPCG(6, 6))
			clip := make([]float32, 4000)
			for c := range 500 {
				z := r.NormFloat64()
				for t := range 8 {
					clip[t*500+c] = float32(z)
					z = 0.8*z + 0.6*r.NormFloat64()
				}
			}
			check(l.Add(clip))
			return "an autoregressive process with 0.8 from frame to frame\n" + drawBars([]string{"lag 1", "lag 2", "lag 3"}, l.Value())
		}}},
	{"diurnal", []string{"diurnal_amplitude", "diurnal_peak"}, page{
		"diurnal cycle",
		"The mean by the hour of the day, and amplitude and hour of the maximum of the sinusoid with a period of a day that fits it best. It exists only where the frames have dates: for the data, and for forecasts, not for clips that belong to no date.",
		"mean(h) ≈ c + amplitude · cos(2π (h − peak)/24)",
		"Hours are those of the data's times, UTC as a rule: local solar time is later by longitude/15 h. With few days the amplitude is chance; a cycle with two maxima has a small one.",
		func() string {
			d := must(verify.NewDiurnalCycle(1))
			var clip []float32
			var hours []float64
			for h := range 24 {
				clip, hours = append(clip, float32(1+0.5*math.Cos(2*math.Pi*(float64(h)-16)/24))), append(hours, float64(h))
			}
			check(d.Add(clip, hours))
			return fmt.Sprintf("1 + 0.5 cos(2π (h − 16)/24) mm/h: amplitude %s at hour %s\n", Format(d.Value().Amplitude), Format(d.Value().Peak))
		}}},
}

// IndexNames returns the names of the indices of generated clips, in the order of a table.
func IndexNames() (names []string) {
	for _, x := range indexPages {
		names = append(names, x.name)
	}
	return names
}
