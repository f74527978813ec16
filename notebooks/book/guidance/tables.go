package guidance

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/compute"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// BiasTable returns a table of the bias of every method for every case, by algebra.
func BiasTable(ctx context.Context, be compute.Backend, cases []Case, methods []Method) (report.Table, error) {
	t := report.Table{Title: "Bias of guided sampling: error of the mean, of the covariance (per cent), spread / true spread", Columns: []string{"method"}}
	for _, c := range cases {
		t.Columns = append(t.Columns, c.Name)
	}
	for _, m := range methods {
		row := []string{m.Name}
		for _, c := range cases {
			b, ok, err := DistributionBias(ctx, be, c, m)
			switch {
			case err != nil:
				return t, err
			case !ok:
				row = append(row, "–")
			default:
				row = append(row, fmt.Sprintf("%.1f, %.1f, %.2f", 100*b.Mean, 100*b.Covariance, b.Spread))
			}
		}
		t.Rows = append(t.Rows, row)
	}
	t.Notes = []string{"– the method cannot take the observation"}
	return t, nil
}

// SampledTable returns a table of the bias of methods for one case by Monte Carlo.
func SampledTable(ctx context.Context, be compute.Backend, c Case, methods []Method, members int) (report.Table, error) {
	t := report.Table{
		Title:   fmt.Sprintf("%s: bias over %d members", c.Name, members),
		Columns: []string{"method", "error of the mean, per cent", "spread / true spread"},
		Notes:   []string{"± one standard error"},
	}
	want, err := c.Process.Given(c.Given)
	if err != nil {
		return t, err
	}
	for _, m := range methods {
		e, err := Sampled(ctx, be, c, m, members, want, nil)
		if err != nil {
			return t, err
		}
		t.Rows = append(t.Rows, []string{m.Name, fmt.Sprintf("%.1f ± %.1f", 100*e.Mean, 100*e.MeanError), fmt.Sprintf("%.3f ± %.3f", e.Spread, e.SpreadError)})
	}
	return t, nil
}

// Sweep returns the bias of reconstruction guidance for each weight. Where the sampler
// diverges beyond float32, the bias is infinite.
func Sweep(ctx context.Context, be compute.Backend, c Case, plan vdm.Plan, mean bool, weights []float64) ([]Bias, error) {
	var out []Bias
	for _, w := range weights {
		b, _, err := DistributionBias(ctx, be, c, Method{fmt.Sprintf("w_r = %g", w), plan, vdm.Reconstruction{Weight: w, Mean: mean}})
		switch {
		case ctx.Err() != nil:
			return nil, err
		case err != nil || !(b.Mean < 1e6):
			b = Bias{math.Inf(1), math.Inf(1), math.Inf(1)}
		}
		out = append(out, b)
	}
	return out, nil
}

// Decades returns the powers of ten from 10^from to 10^to.
func Decades(from, to int) (out []float64) {
	for k := from; k <= to; k++ {
		out = append(out, math.Pow(10, float64(k)))
	}
	return out
}

// SweepTable returns a table of sweeps of the sum and of the mean side by side.
func SweepTable(weights []float64, observed int, sum, mean []Bias) report.Table {
	t := report.Table{
		Title:   "Reconstruction guidance for one weight after another: error of the mean (per cent), spread / true spread",
		Columns: []string{"w_r", "on the sum of squares", "on the mean of squares"},
		Notes:   []string{fmt.Sprintf("the mean is over %d observed values", observed)},
	}
	show := func(b Bias) string {
		if math.IsInf(b.Mean, 1) {
			return "diverges"
		}
		return fmt.Sprintf("%.3g, %.3g", 100*b.Mean, b.Spread)
	}
	for i, w := range weights {
		t.Rows = append(t.Rows, []string{fmt.Sprintf("%g", w), show(sum[i]), show(mean[i])})
	}
	return t
}
