package report

import (
	"fmt"
	"math"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm/verify"
)

// quantileLevels are the levels of the quantile score, and intervalProbability is the
// share of truths that the interval of the interval score should contain.
var quantileLevels = []float64{0.1, 0.5, 0.9}

const intervalProbability = 0.9

// kernel returns a reader of a score that has a plain and a fair form, in the units of
// the data.
func kernel[S interface{ Value() verify.KernelValue }](key, label string) func(*ComparisonOptions, S) []reading {
	return func(o *ComparisonOptions, s S) []reading {
		v, label := s.Value(), label+", "+o.Units
		return []reading{
			{Row: Row{Key: key, Label: label, Best: "0"}, value: v.Plain, byFrame: v.PlainByLead, mean: true},
			{Row: Row{Key: key + "_fair", Label: "fair " + label, Best: "0"}, value: v.Fair, byFrame: v.FairByLead, mean: true},
		}
	}
}

// readCRPS reads the CRPS, with the share of cells that no score of single cells could
// use.
func readCRPS(o *ComparisonOptions, s *verify.CRPS) []reading {
	scored, left := int64(0), reading{Row: Row{Key: missingKey, Label: "cells left out as missing", Best: "0"}, value: nan}
	for _, n := range s.Value().N {
		scored += n
	}
	if s.Missing > 0 {
		left.value = float64(s.Missing) / float64(s.Missing+scored)
	}
	return append(kernel[*verify.CRPS](crpsKey, "CRPS")(o, s), left)
}

// event returns the readings of an event: where there are several thresholds, key and
// label name theirs.
func (o *ComparisonOptions) event(threshold float64, all ...reading) []reading {
	for i := range all {
		all[i].Threshold = &threshold
		if len(o.Thresholds) > 1 {
			all[i].Key += fmt.Sprintf("_%g", threshold)
			all[i].Label += fmt.Sprintf(", ≥ %g %s", threshold, o.Units)
		}
	}
	return all
}

func readThresholdCRPS(o *ComparisonOptions, threshold float64, s *verify.CRPS) []reading {
	return o.event(threshold, kernel[*verify.CRPS]("twcrps", "twCRPS")(o, s)...)
}

func readQuantile(o *ComparisonOptions, s *verify.QuantileScore) (all []reading) {
	v := s.Value()
	for i, level := range v.Levels {
		var byFrame []float64
		for _, lead := range v.ByLead {
			byFrame = append(byFrame, lead[i])
		}
		percent := math.Round(100 * level)
		all = append(all, reading{Row: Row{Key: fmt.Sprintf("quantile_%g", percent), Label: fmt.Sprintf("quantile score, %g %%, %s", percent, o.Units), Best: "0"},
			value: v.Score[i], byFrame: byFrame, mean: true})
	}
	return all
}

func readInterval(o *ComparisonOptions, s *verify.IntervalScore) []reading {
	v := s.Value()
	var score, width, coverage []float64
	for _, at := range v.ByLead {
		score, width, coverage = append(score, at.Score), append(width, at.Width), append(coverage, at.Coverage)
	}
	return []reading{
		{Row: Row{Key: "interval", Label: "interval score, 90 %, " + o.Units, Best: "0"}, value: v.Score, byFrame: score, mean: true},
		reading{Row: Row{Key: "interval_width", Label: "width of the 90 % interval, " + o.Units, Best: "low"}, value: v.Width, byFrame: width}.ofSums(quotient, float64(v.Cells)*v.Width, float64(v.Cells)),
		reading{Row: Row{Key: "interval_coverage", Label: "truth inside the 90 % interval", Best: "0.9"}, value: v.Coverage, byFrame: coverage}.ofSums(quotient, float64(v.Cells)*v.Coverage, float64(v.Cells)),
	}
}

func readSpread(o *ComparisonOptions, s *verify.SpreadSkill) []reading {
	v := s.Value()
	var rmse, spread, ratio, bias []float64
	for _, at := range v.ByLead {
		rmse, spread, ratio, bias = append(rmse, at.RMSE), append(spread, at.Spread), append(ratio, at.Ratio), append(bias, relative(at))
	}
	n := float64(v.Cells)
	root := func(s []float64) float64 { return math.Sqrt(s[0] / s[1]) }
	error2, spread2, off, truth := n*v.RMSE*v.RMSE, n*v.Spread*v.Spread, n*v.Bias, n*v.Truth
	all := []reading{
		reading{Row: Row{Key: "rmse", Label: "RMSE of the mean, " + o.Units, Best: "0"}, value: v.RMSE, byFrame: rmse, paired: true}.ofSums(root, error2, n),
		{Row: Row{Key: "spread", Label: "spread, " + o.Units, Best: "RMSE"}, value: v.Spread, byFrame: spread},
		{Row: Row{Key: "spread_skill", Label: "spread/skill", Best: "1"}, value: v.Ratio, byFrame: ratio},
		reading{Row: Row{Key: biasKey, Label: "bias of the domain", Best: "0", Signed: true}, value: relative(v.SpreadSkillAt), byFrame: bias}.ofSums(quotient, off, truth),
	}
	if v.Members > 1 {
		all[1], all[2] = all[1].ofSums(root, spread2, n), all[2].ofSums(root, spread2, error2)
	}
	return all
}

// quotient returns the first of two sums divided by the second.
func quotient(sums []float64) float64 { return sums[0] / sums[1] }

// relative returns the bias divided by the mean of the truth, NaN where all is dry.
func relative(at verify.SpreadSkillAt) float64 {
	if at.Truth == 0 {
		return math.NaN()
	}
	return at.Bias / at.Truth
}

// ranks is the rank histogram. Its value is the share of cells whose truth lies outside
// the members, divided by the expected share, 2/(members + 1).
type ranks struct {
	seed  uint64
	index uint64
	all   *verify.RankHistogram
	sums  [][]float64 // of each case: truths outside the members, and all
}

func (r *ranks) add(k *verify.Case) (err error) {
	if r.all == nil {
		if r.all, err = verify.NewRankHistogram(len(k.Members), r.seed); err != nil {
			return err
		}
	}
	outside, total := r.outside()
	r.index++
	if err := r.all.AddCase(r.index-1, k); err != nil {
		return err
	}
	outsideNow, totalNow := r.outside()
	r.sums = append(r.sums, []float64{outsideNow - outside, totalNow - total})
	return nil
}

// outside returns the number of truths outside the members so far, and of all.
func (r *ranks) outside() (outside, total float64) {
	counts := r.all.Value()
	for _, n := range counts {
		total += float64(n)
	}
	return float64(counts[0] + counts[len(counts)-1]), total
}

func (r *ranks) readings() []reading {
	out := reading{Row: Row{Key: ranksKey, Label: "truth outside the members, over expected", Best: "1"}, value: nan}
	counts := r.all.Value()
	for i, n := range counts {
		out.x, out.y = append(out.x, float64(i)), append(out.y, float64(n))
	}
	if last := len(counts) - 1; last > 1 {
		over := func(sums []float64) float64 { return quotient(sums) * float64(last+1) / 2 }
		outside, total := r.outside()
		out.value, out.series = over([]float64{outside, total}), verify.Influence(r.sums, over)
	}
	return []reading{out}
}

func readPower(_ *ComparisonOptions, s *verify.PowerRatio) []reading {
	v := s.Value()
	return []reading{
		{Row: Row{Key: powerKey, Label: "power, median over scales", Best: "1"}, value: Median(v.Ratio), x: v.K, y: v.Ratio},
		{Row: Row{Key: "power_off", Label: "power, factor off", Best: "1"}, value: math.Exp(v.MeanAbsLog)},
	}
}

func readBias(_ *ComparisonOptions, s *verify.BiasMap) []reading {
	mean, _ := s.MeanAbs()
	all := s.Value()
	driest, wettest := nan, nan
	if kept := existing(all); len(kept) > 0 {
		driest, wettest = slices.Min(kept), slices.Max(kept)
	}
	return []reading{
		{Row: Row{Key: biasMapKey, Label: "bias of cells, mean absolute", Best: "0"}, value: mean, y: all},
		{Row: Row{Key: "bias_driest", Label: "bias of cells, lowest", Best: "0", Signed: true}, value: driest},
		{Row: Row{Key: "bias_wettest", Label: "bias of cells, highest", Best: "0", Signed: true}, value: wettest},
	}
}

func readFSS(o *ComparisonOptions, s *verify.FSS) (all []reading) {
	for _, v := range s.Value() {
		var ofEvent []reading
		for i, cells := range v.Scales {
			window := fmt.Sprintf("%d cells", cells)
			if o.Kilometres > 0 {
				window = fmt.Sprintf("%.3g km", float64(cells)*o.Kilometres)
			}
			var byFrame []float64
			for _, scales := range v.ByLead {
				byFrame = append(byFrame, scales[i])
			}
			key := "fss"
			if len(v.Scales) > 1 {
				key = fmt.Sprintf("fss_%dcells", cells)
			}
			ofEvent = append(ofEvent, reading{Row: Row{Key: key, Label: "FSS, " + window, Best: "1", Window: cells}, value: v.Score[i], byFrame: byFrame, paired: true}.
				ofSums(func(s []float64) float64 { return 1 - s[0]/s[1] }, v.Apart[i], v.Most[i]))
		}
		all = append(all, o.event(v.Threshold, ofEvent...)...)
	}
	return all
}

func readContingency(o *ComparisonOptions, s *verify.Contingency) (all []reading) {
	for _, t := range s.Value() {
		sums := []float64{float64(t.Hits), float64(t.Misses), float64(t.FalseAlarms), float64(t.CorrectNegatives)} // one memory for all
		of := func(key, label, best string, figure func(verify.EventTable) float64) reading {
			r := reading{Row: Row{Key: key, Label: label, Best: best}, value: figure(t.EventTable), paired: key != "pofd" && key != "frequency_bias"}.ofSums(func(s []float64) float64 {
				return figure(verify.EventTable{Hits: int64(s[0]), Misses: int64(s[1]), FalseAlarms: int64(s[2]), CorrectNegatives: int64(s[3])})
			}, sums...)
			for _, lead := range t.ByLead {
				r.byFrame = append(r.byFrame, figure(lead))
			}
			return r
		}
		all = append(all, o.event(t.Threshold,
			of("csi", "CSI", "1", verify.EventTable.CSI), of("ets", "ETS", "1", verify.EventTable.ETS),
			of("pod", "POD", "1", verify.EventTable.POD), of("far", "FAR", "0", verify.EventTable.FAR),
			of("pofd", "POFD", "0", verify.EventTable.POFD), of("frequency_bias", "frequency bias", "1", verify.EventTable.FrequencyBias),
		)...)
	}
	return all
}

func readBrier(o *ComparisonOptions, threshold float64, s *verify.Exceedance) []reading {
	brier := s.Brier()
	skill := reading{Row: Row{Key: reliabilityKey, Label: "Brier skill", Best: "1"}}
	for _, p := range s.Reliability() {
		if p.Cells > 0 {
			skill.x, skill.y = append(skill.x, p.Probability), append(skill.y, p.Observed)
		}
	}
	counts := s.Counts() // one memory for all readings of the case
	of := func(r reading, figure func(verify.BrierValue) float64) reading {
		r.value = figure(brier)
		return r.ofSums(func(counts []float64) float64 { return figure(s.WithCounts(counts).Brier()) }, counts...)
	}
	return o.event(threshold,
		reading{Row: Row{Key: "brier", Label: "Brier score", Best: "0"}, value: brier.Score, byFrame: brier.ScoreByLead, mean: true},
		reading{Row: Row{Key: "brier_fair", Label: "fair Brier score", Best: "0"}, value: brier.Fair, byFrame: brier.FairByLead, mean: true},
		of(skill, func(b verify.BrierValue) float64 { return b.Skill }),
		of(reading{Row: Row{Key: "brier_reliability", Label: "Brier, reliability", Best: "0"}}, func(b verify.BrierValue) float64 { return b.Reliability }),
		of(reading{Row: Row{Key: "brier_resolution", Label: "Brier, resolution", Best: "high"}}, func(b verify.BrierValue) float64 { return b.Resolution }),
		of(reading{Row: Row{Key: "brier_uncertainty", Label: "Brier, uncertainty", Best: ""}}, func(b verify.BrierValue) float64 { return b.Uncertainty }),
		of(reading{Row: Row{Key: "base_rate", Label: "how often the event came", Best: ""}}, func(b verify.BrierValue) float64 { return b.BaseRate }),
	)
}

func readROC(o *ComparisonOptions, threshold float64, s *verify.Exceedance) []reading {
	roc := s.ROC()
	return o.event(threshold, reading{Row: Row{Key: rocKey, Label: "ROC area", Best: "1"}, value: roc.Area, x: roc.FalseAlarmRate, y: roc.HitRate, paired: true}.
		ofSums(func(counts []float64) float64 { return s.WithCounts(counts).ROC().Area }, s.Counts()...))
}

func readSAL(_ *ComparisonOptions, s *verify.SAL) []reading {
	v := s.Value()
	of := func(key, label string, signed bool, figure func(verify.SALMean) float64) reading {
		r := reading{Row: Row{Key: key, Label: label, Best: "0", Signed: signed}, value: figure(v.SALMean)}
		for _, lead := range v.ByLead {
			r.byFrame = append(r.byFrame, figure(lead))
		}
		n := float64(v.Scored)
		return r.ofSums(quotient, n*r.value, n)
	}
	return []reading{
		of("sal_structure", "SAL structure", true, func(m verify.SALMean) float64 { return m.Structure }),
		of("sal_amplitude", "SAL amplitude", true, func(m verify.SALMean) float64 { return m.Amplitude }),
		of("sal_location", "SAL location", false, func(m verify.SALMean) float64 { return m.Location }),
	}
}
