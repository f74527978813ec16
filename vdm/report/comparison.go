package report

import (
	"fmt"
	"math"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm/verify"
)

// Comparison is how forecasts of the same frames of the same cases score, as
// plain numbers. The first entry is the one that others are compared with.
type Comparison struct {
	Task     string     `json:"task"` // such as nowcast
	Variable string     `json:"variable"`
	Units    string     `json:"units"`
	Step     float64    `json:"step_hours"` // between frames; 0 where unknown
	Known    []bool     `json:"known"`      // of each frame of a clip
	Cases    int        `json:"cases"`
	Entries  []Compared `json:"entries"`
}

// Compared is one forecast's scores over the frames that were not known.
// Intervals are those of an [EnsembleValue].
type Compared struct {
	Name      string `json:"name"`
	Reference bool   `json:"reference"` // made without a model

	Members     int    `json:"members"`
	CRPS        Value  `json:"crps"` // of one member its mean absolute error
	CRPSFrom    Value  `json:"crps_from"`
	CRPSTo      Value  `json:"crps_to"`
	CRPSFair    Value  `json:"crps_fair"` // what endless members would score
	Excess      Value  `json:"excess"`    // of the CRPS over the first entry's, case by case
	ExcessFrom  Value  `json:"excess_from"`
	ExcessTo    Value  `json:"excess_to"`
	RMSE        Value  `json:"rmse"`         // of the ensemble mean
	SpreadSkill Value  `json:"spread_skill"` // verify.SpreadSkill
	Power       Value  `json:"power"`        // median over scales of PowerRatio
	Driest      Value  `json:"driest_bias"`  // extremes of the map Bias
	Wettest     Value  `json:"wettest_bias"`
	CRPSByFrame Values `json:"crps_by_frame"`
	BiasByFrame Values `json:"bias_by_frame"` // normalised, of the whole domain
	Wavenumbers Values `json:"wavenumbers"`   // waves across the clip
	PowerRatio  Values `json:"power_ratio"`   // of the members over the truth
	Height      int    `json:"height"`
	Width       int    `json:"width"`
	Bias        Values `json:"bias"` // map of (mean forecast − mean truth)/mean truth
}

// Frames are the numbers of the frames that were forecast, from 0.
func (c *Comparison) Frames() []int {
	var all []int
	for i, known := range c.Known {
		if !known {
			all = append(all, i)
		}
	}
	return all
}

// Unknown are the frames of a clip, one after another, that known does not mark.
func Unknown(clip []float32, known []bool) []float32 {
	frame := len(clip) / len(known)
	var out []float32
	for i, k := range known {
		if !k {
			out = append(out, clip[i*frame:(i+1)*frame]...)
		}
	}
	return out
}

// Add takes in a forecast's scores; e has its Name, Reference, Height and Width.
// first are the scores of the first entry.
func (c *Comparison) Add(e Compared, v, first EnsembleValue) error {
	e.Members = v.Members
	e.CRPS, e.CRPSFrom, e.CRPSTo = Value(v.CRPS.Estimate), Value(v.CRPS.Low), Value(v.CRPS.High)
	e.CRPSFair = Value(v.FairCRPS)
	e.Excess, e.ExcessFrom, e.ExcessTo = Value(nan), Value(nan), Value(nan)
	if len(c.Entries) > 0 {
		d, err := verify.Bootstrap{}.Difference(v.Each, first.Each)
		if err != nil {
			return fmt.Errorf("%s: %w", e.Name, err)
		}
		e.Excess, e.ExcessFrom, e.ExcessTo = Value(d.Estimate), Value(d.Low), Value(d.High)
	}
	e.RMSE, e.SpreadSkill = Value(v.Spread.RMSE), Value(v.Spread.Ratio)
	e.Power, e.Wavenumbers, e.PowerRatio = Value(Median(v.Power.Ratio)), v.Power.K, v.Power.Ratio
	e.CRPSByFrame, e.BiasByFrame, e.Bias = v.ByLead, v.BiasByLead, v.Bias
	e.Driest, e.Wettest = Value(nan), Value(nan)
	if kept := existing(v.Bias); len(kept) > 0 {
		e.Driest, e.Wettest = Value(slices.Min(kept)), Value(slices.Max(kept))
	}
	c.Entries = append(c.Entries, e)
	return nil
}

// existing are the values that are not NaN.
func existing(values []float64) []float64 {
	return slices.DeleteFunc(slices.Clone(values), math.IsNaN)
}

// LargestBias is the largest absolute value of the map of the normalised bias.
func (e Compared) LargestBias() float64 {
	return math.Max(math.Abs(float64(e.Driest)), math.Abs(float64(e.Wettest)))
}

// Median is that of the values that exist, NaN where none does.
func Median(values []float64) float64 {
	kept := existing(values)
	if len(kept) == 0 {
		return math.NaN()
	}
	slices.Sort(kept)
	return (kept[(len(kept)-1)/2] + kept[len(kept)/2]) / 2
}

// Table is a row for each forecast. Where ensembles differ in size, the fair CRPS
// stands beside the plain one.
func (c *Comparison) Table() Table {
	t := Table{
		Title:   fmt.Sprintf("%s of %s: %d test windows, frames %s generated", title(c.Task), c.Variable, c.Cases, counted(c.Frames())),
		Columns: []string{"forecast", "members", "CRPS, " + c.Units, "CRPS less the first's", "RMSE", "spread/skill", "power", "bias of cells"},
		Notes: []string{
			IntervalNote(c.Cases, "windows") + " With one member the CRPS is the mean absolute error.",
			"Small is good for CRPS and RMSE (of the ensemble mean), near 1 for spread/skill and power (median over scales of the members' power over the truth's).",
			"Bias: extremes of the map of (mean generated − mean truth)/mean truth. Few windows make large extremes by chance alone.",
		},
	}
	sizes := make([]int, len(c.Entries))
	for i, e := range c.Entries {
		sizes[i] = e.Members
	}
	fair := DifferInSize(sizes)
	if fair {
		t.Columns = slices.Insert(t.Columns, 3, "fair CRPS")
		t.Notes = append(t.Notes, FairNote)
	}
	for i, e := range c.Entries {
		excess := "–"
		if i > 0 {
			excess = fmt.Sprintf("%+.2g (%+.2g, %+.2g)", float64(e.Excess), float64(e.ExcessFrom), float64(e.ExcessTo))
		}
		row := []string{
			e.Name, fmt.Sprint(e.Members),
			fmt.Sprintf("%s (%s, %s)", Format(float64(e.CRPS)), Format(float64(e.CRPSFrom)), Format(float64(e.CRPSTo))), excess,
			Format(float64(e.RMSE)), Format(float64(e.SpreadSkill)), Format(float64(e.Power)),
			fmt.Sprintf("%+.2f … %+.2f", float64(e.Driest), float64(e.Wettest)),
		}
		if fair {
			row = slices.Insert(row, 3, Format(float64(e.CRPSFair)))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// title begins a text with a capital letter.
func title(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}

// counted lists frames as readers count them, from 1.
func counted(frames []int) string {
	text := ""
	for i, f := range frames {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprint(f + 1)
	}
	return text
}
