package experiment

import (
	"fmt"

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
		return ratio(v.Quantile(generated, level) / v.Quantile(test, level))
	}
	return report.Table{
		Title:   "Generated against test clips, beside the dissertation's",
		Columns: []string{"", "this run", "no transform", "square root", "learnt"},
		Rows: [][]string{
			{"quantile 0.99", quantile(0.99), "about −25 %", "", ""},
			{"quantile 0.999", quantile(0.999), "about −25 %", "", ""},
			{"spatial power, median over scales", ratio(report.Median(generated.Spatial.Over(test.Spatial))), "", "−50 %", "−45 %"},
			{"temporal power, median over frequencies", ratio(report.Median(generated.Temporal.Over(test.Temporal))), "", "−50 %", "−45 %"},
			{"mean absolute normalised bias", fmt.Sprintf("%.3f", float64(v.Bias.MeanAbs)), "0.143", "0.315", "0.227"},
			{"share of cells below 1 mm/h", fmt.Sprintf("%.5f (test %.5f)", generated.Below(1), test.Below(1)), "", "0.97645 (test 0.96612)", "0.97348 (test 0.96612)"},
		},
		Notes: []string{fmt.Sprintf("%d generated and %d test clips", generated.Clips, test.Clips)},
	}
}
