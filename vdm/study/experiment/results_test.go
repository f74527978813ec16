package experiment

import (
	"math"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/report"
)

func TestResults(t *testing.T) {
	scores := func(factor float64) report.Scores {
		return report.Scores{
			Clips: 3, Quantiles: report.Values{factor, 4 * factor},
			Spatial:   report.Spectrum{X: report.Values{1, 2, 3}, Power: report.Values{factor * 8, factor * 4, 100}},
			Temporal:  report.Spectrum{X: report.Values{0, 1}, Power: report.Values{77, factor}},
			Histogram: report.Density{Edges: report.Values{0, 1, 2}, Values: report.Values{1 - factor/10, factor / 10}},
		}
	}
	text := Results(&report.Verification{
		Levels: report.Values{0.99, 0.999}, Reference: scores(1), Others: []report.Scores{scores(0.5)},
		Bias: report.Bias{MeanAbs: 0.25},
	}).Text()
	for _, want := range []string{"quantile 0.99 ", "-50 %", "0.250", "0.95000 (test 0.90000)", "3 generated and 3 test clips"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if x := report.Median(report.Spectrum{}.Over(report.Spectrum{})); !math.IsNaN(x) {
		t.Errorf("the ratio of no spectra is %v", x)
	}
	if got := Results(&report.Verification{}); len(got.Rows) != 0 {
		t.Errorf("rows without generated clips: %v", got.Rows)
	}
}
