package scaling

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// Group contains the results of one transform at one scale, drawn by one sampler: one for
// each seed.
type Group struct {
	Transform, Scale, Sampler string
	Results                   []Result
}

// Name returns transform and scale in words.
func (g Group) Name() string { return g.Transform + ", " + g.Scale }

// Groups returns the results of one way to draw, grouped over the seeds, in the order of
// [Transforms], scaled by the extremes before unit variance.
func Groups(results []Result, ancestral bool) (groups []Group) {
	for _, t := range Transforms() {
		for _, unit := range []bool{false, true} {
			var of []Result
			for _, r := range results {
				if r.Transform == t && r.UnitVariance == unit && r.Ancestral == ancestral {
					of = append(of, r)
				}
			}
			if len(of) > 0 {
				groups = append(groups, Group{Transform: t, Scale: of[0].Scale(), Sampler: of[0].Sampler(), Results: of})
			}
		}
	}
	return groups
}

// Interval is a mean over seeds and the half-width of its 95 % interval (Student's t); NaN
// where there are fewer than three seeds.
type Interval struct{ Mean, Half float64 }

// Over returns the interval of a figure over the seeds.
func (g Group) Over(figure func(Result) float64) Interval {
	var values []float64
	for _, r := range g.Results {
		values = append(values, figure(r))
	}
	if len(values) < 3 {
		return Interval{stat.Mean(values, nil), math.NaN()}
	}
	mean, std := stat.MeanStdDev(values, nil)
	n := float64(len(values))
	return Interval{mean, distuv.StudentsT{Sigma: 1, Nu: n - 1}.Quantile(0.975) * std / math.Sqrt(n)}
}

// difference returns a ratio as the difference from 1 in per cent, with its interval.
func difference(i Interval) string {
	if math.IsNaN(i.Half) {
		return fmt.Sprintf("%+.0f %%", 100*(i.Mean-1))
	}
	return fmt.Sprintf("%+.0f ± %.0f %%", 100*(i.Mean-1), 100*i.Half)
}

func number(i Interval, digits int) string {
	if math.IsNaN(i.Half) {
		return fmt.Sprintf("%.*f", digits, i.Mean)
	}
	return fmt.Sprintf("%.*f ± %.*f", digits, i.Mean, digits, i.Half)
}

// SpatialMedian returns the median over wavenumbers of the ratio of the spatial power.
func SpatialMedian(r Result) float64 { return report.Median(r.Spatial) }

// TemporalMedian returns the median over frequencies of the ratio of the temporal power.
func TemporalMedian(r Result) float64 { return report.Median(r.Temporal) }

func atLevel(level float64) func(Result) float64 {
	return func(r Result) float64 { return r.Quantiles[slices.Index(quantileLevels, level)] }
}

// rows are the figures that the dissertation gives, with its values for no transform, the
// square root and the learnt transform; "" where it gives none.
var rows = []struct {
	name         string
	value        func(Group) string
	dissertation [3]string
}{
	{"quantile 0.99", func(g Group) string { return difference(g.Over(atLevel(0.99))) }, [3]string{"about −25 %", "", ""}},
	{"quantile 0.999", func(g Group) string { return difference(g.Over(atLevel(0.999))) }, [3]string{"about −25 %", "", ""}},
	{"spatial power, median", func(g Group) string { return difference(g.Over(SpatialMedian)) }, [3]string{"", "−50 %", "−45 %"}},
	{"temporal power, median", func(g Group) string { return difference(g.Over(TemporalMedian)) }, [3]string{"", "−50 %", "−45 %"}},
	{"cells below 1 mm/h", func(g Group) string { return number(g.Over(func(r Result) float64 { return r.BelowOne[0] }), 4) }, [3]string{"", "0.97645", "0.97348"}},
	{"cells below 0.1 mm/h", func(g Group) string { return number(g.Over(func(r Result) float64 { return r.Drizzle[0] }), 3) }, [3]string{}},
	{"mean absolute bias", func(g Group) string { return number(g.Over(func(r Result) float64 { return float64(r.MeanAbs) }), 3) }, [3]string{"0.143", "0.315", "0.227"}},
	{"R² of bias and mean", func(g Group) string {
		return number(g.Over(func(r Result) float64 { return float64(r.AgainstMean) }), 2)
	}, [3]string{"0.31", "", ""}},
}

// Table returns the figures of the settings beside those of the dissertation's models,
// which saw other rain, were larger and trained longer. Ratios are those of generated to
// test clips.
func Table(results []Result) report.Table {
	t := report.Table{Title: "Each transform at both scales", Columns: []string{""}}
	for _, row := range rows {
		t.Columns = append(t.Columns, row.name)
	}
	for _, g := range Groups(results, false) {
		line := []string{g.Name()}
		for _, row := range rows {
			line = append(line, row.value(g))
		}
		t.Rows = append(t.Rows, line)
	}
	for i, name := range []string{"none", "square root", "learnt"} {
		line := []string{"dissertation: " + name}
		for _, row := range rows {
			line = append(line, row.dissertation[i])
		}
		t.Rows = append(t.Rows, line)
	}
	if len(results) > 0 {
		r := results[0]
		t.Notes = []string{
			fmt.Sprintf("%d steps of training, %d clips, %s evaluations; of the %d test clips %.4f of the cells are below 1 mm/h and %.3f below 0.1 mm/h (dissertation: 0.96612 below 1 mm/h)", r.Steps, r.Clips, r.Sampler(), r.Tests, r.BelowOne[1], r.Drizzle[1]),
			fmt.Sprintf("as many clips of the training seasons as were drawn have a mean absolute bias of %.3f, by chance alone", float64(r.Chance)),
			"± is the half of the 95 % interval over three seeds; one or two seeds where there is none",
		}
	}
	return t
}

// SamplerTable returns what the sampler does to the same networks.
func SamplerTable(results []Result) report.Table {
	t := report.Table{Title: "The same networks, drawn in two ways", Columns: []string{"", "sampler", "quantile 0.99", "spatial power, median", "temporal power, median", "cells below 0.1 mm/h"}}
	for _, g := range Groups(results, true) {
		for _, ancestral := range []bool{true, false} {
			for _, r := range results {
				if r.Transform == g.Transform && r.Scale() == g.Scale && r.Seed == 1 && r.Ancestral == ancestral {
					one := Group{Results: []Result{r}}
					t.Rows = append(t.Rows, []string{g.Name(), r.Sampler(), difference(one.Over(atLevel(0.99))), difference(one.Over(SpatialMedian)), difference(one.Over(TemporalMedian)), fmt.Sprintf("%.3f", r.Drizzle[0])})
				}
			}
		}
	}
	return t
}
