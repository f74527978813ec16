package guidance

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/compute"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// BiasTables returns three tables of the bias of every method for every case, by algebra:
// the error of the mean, the error of the covariance, and the spread over the true one.
func BiasTables(ctx context.Context, be compute.Backend, cases []Case, methods []Method) ([]report.Table, error) {
	tables := []report.Table{
		{Title: "Error of the mean, per cent"}, {Title: "Error of the covariance, per cent"}, {Title: "Spread / true spread"},
	}
	for k := range tables {
		tables[k].Columns = []string{"method"}
		for _, c := range cases {
			tables[k].Columns = append(tables[k].Columns, c.Name)
		}
		tables[k].Notes = []string{"– the method cannot take the observation"}
	}
	for _, m := range methods {
		rows := [3][]string{{m.Name}, {m.Name}, {m.Name}}
		for _, c := range cases {
			b, ok, err := DistributionBias(ctx, be, c, m)
			if err != nil {
				return nil, err
			}
			for k, text := range []string{fmt.Sprintf("%.1f", 100*b.Mean), fmt.Sprintf("%.1f", 100*b.Covariance), fmt.Sprintf("%.2f", b.Spread)} {
				if !ok {
					text = "–"
				}
				rows[k] = append(rows[k], text)
			}
		}
		for k := range tables {
			tables[k].Rows = append(tables[k].Rows, rows[k])
		}
	}
	return tables, nil
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
		Title: "Reconstruction guidance for one weight after another",
		Columns: []string{"w_r", "error of the mean on the sum of squares, per cent", "spread / true spread",
			"error of the mean on the mean of squares, per cent", "spread / true spread"},
		Notes: []string{fmt.Sprintf("the mean is over %d observed values", observed)},
	}
	show := func(b Bias) []string {
		if math.IsInf(b.Mean, 1) {
			return []string{"diverges", "diverges"}
		}
		return []string{fmt.Sprintf("%.1f", 100*b.Mean), fmt.Sprintf("%.2f", b.Spread)}
	}
	for i, w := range weights {
		t.Rows = append(t.Rows, append(append([]string{fmt.Sprintf("%g", w)}, show(sum[i])...), show(mean[i])...))
	}
	return t
}
