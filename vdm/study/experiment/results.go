package experiment

import (
	"fmt"
	"math"

	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// Results returns the results of a verification beside those of the dissertation's three
// models on UKCP18: another climate, larger networks and longer training, so an
// orientation and not a comparison.
func Results(v *report.Verification) report.Table {
	if len(v.Others) == 0 {
		return report.Table{Title: "Results"}
	}
	test, generated := v.Reference, v.Others[0]
	ratio := func(x float64) string { return fmt.Sprintf("%+.0f %%", 100*(x-1)) }
	quantile := func(level float64) string {
		return ratio(at(v.Levels, generated.Quantiles, level) / at(v.Levels, test.Quantiles, level))
	}
	return report.Table{
		Title:   "Generated against test clips, beside the dissertation's",
		Columns: []string{"", "this run", "no transform", "square root", "learnt"},
		Rows: [][]string{
			{"quantile 0.99", quantile(0.99), "about −25 %", "", ""},
			{"quantile 0.999", quantile(0.999), "about −25 %", "", ""},
			{"spatial power, median over scales", ratio(power(generated.Spatial, test.Spatial)), "", "−50 %", "−45 %"},
			{"temporal power, median over frequencies", ratio(power(generated.Temporal, test.Temporal)), "", "−50 %", "−45 %"},
			{"mean absolute normalised bias", fmt.Sprintf("%.3f", float64(v.Bias.MeanAbs)), "0.143", "0.315", "0.227"},
			{"share of cells below 1 mm/h", fmt.Sprintf("%.5f (test %.5f)", belowOne(generated), belowOne(test)), "", "0.97645 (test 0.96612)", "0.97348 (test 0.96612)"},
		},
		Notes: []string{fmt.Sprintf("%d generated and %d test clips", generated.Clips, test.Clips)},
	}
}

// at returns the quantile of the nearest level.
func at(levels, quantiles report.Values, level float64) float64 {
	best, distance := math.NaN(), math.Inf(1)
	for i, l := range levels {
		if d := math.Abs(l - level); d < distance && i < len(quantiles) {
			best, distance = quantiles[i], d
		}
	}
	return best
}

// power returns the median over scales of the ratio of two spectra.
func power(generated, test report.Spectrum) float64 {
	var ratios []float64
	for i := range min(len(generated.Power), len(test.Power)) {
		if test.Power[i] > 0 && test.X[i] > 0 {
			ratios = append(ratios, generated.Power[i]/test.Power[i])
		}
	}
	return report.Median(ratios)
}

// belowOne returns the share of values in [0, 1).
func belowOne(s report.Scores) float64 {
	if len(s.Histogram.Values) == 0 || len(s.Histogram.Edges) < 2 {
		return math.NaN()
	}
	return s.Histogram.Values[0] * (s.Histogram.Edges[1] - s.Histogram.Edges[0])
}
