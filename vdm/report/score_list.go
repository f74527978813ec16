package report

import (
	"fmt"
	"math"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm/verify"
)

// fssWindow is the side of the window of the fractions skill score, in cells.
const fssWindow = 5

// scoreList has a line for every score of forecasts, in the order of the table: where it
// exists, how it is started, and what is read of it.
var scoreList = []func(*ComparisonOptions) (tally, error){
	score(always, func(o *ComparisonOptions) (*verify.CRPS, error) { return verify.NewCRPS(o.leads()) }, kernel[*verify.CRPS](crpsKey, "CRPS")),
	score(events, func(o *ComparisonOptions) (*verify.CRPS, error) {
		return verify.NewThresholdCRPS(o.leads(), o.threshold())
	}, kernel[*verify.CRPS]("twcrps", "twCRPS")),
	score(always, func(o *ComparisonOptions) (*verify.EnergyScore, error) { return verify.NewEnergyScore(o.leads()) }, kernel[*verify.EnergyScore]("energy", "energy score")),
	score(cells, func(o *ComparisonOptions) (*verify.VariogramScore, error) {
		return verify.NewVariogramScore(o.leads(), o.Height, o.Width)
	}, kernel[*verify.VariogramScore]("variogram", "variogram score")),
	score(always, func(o *ComparisonOptions) (*verify.SpreadSkill, error) { return verify.NewSpreadSkill(o.leads()) }, readSpread),
	func(o *ComparisonOptions) (tally, error) { return &ranks{seed: o.Seed}, nil },
	score(planes, func(o *ComparisonOptions) (*verify.PowerRatio, error) { return verify.NewPowerRatio(o.Height, o.Width) }, readPower),
	score(always, func(o *ComparisonOptions) (*verify.BiasMap, error) { return verify.NewBiasMap(o.Height, o.Width) }, readBias),
	score(events, func(o *ComparisonOptions) (*verify.FSS, error) {
		return verify.NewFSS(o.leads(), o.Height, o.Width, []float64{o.threshold()}, []int{fssWindow})
	}, readFSS),
	score(events, func(o *ComparisonOptions) (*verify.Contingency, error) {
		return verify.NewContingency(o.leads(), []float64{o.threshold()})
	}, readContingency),
	score(events, func(o *ComparisonOptions) (*verify.Exceedance, error) {
		return verify.NewExceedance(o.leads(), o.threshold())
	}, readExceedance),
	score(rainFields, func(o *ComparisonOptions) (*verify.SAL, error) {
		return verify.NewSAL(o.leads(), o.Height, o.Width)
	}, readSAL),
}

// always, events, cells, planes and rainFields report where a score exists: everywhere,
// where there is a threshold, where a frame has at least two cells, where it has at least
// 2×2, and where two cells or more are rain.
func always(*ComparisonOptions) bool       { return true }
func events(o *ComparisonOptions) bool     { return o.threshold() > 0 }
func cells(o *ComparisonOptions) bool      { return o.Height*o.Width > 1 }
func planes(o *ComparisonOptions) bool     { return o.Height > 1 && o.Width > 1 }
func rainFields(o *ComparisonOptions) bool { return o.rain() && cells(o) }

// tally adds up one score over the cases of one forecaster.
type tally interface {
	add(members [][]float32, truth []float32) error
	readings() []reading
}

// pooled is a score of package verify that can be computed for each case apart and
// merged.
type pooled[S any] interface {
	Add(members [][]float32, truth []float32) error
	Merge(S) error
}

// pool scores each case by itself, for the intervals, and all cases together.
type pool[S pooled[S]] struct {
	start  func() (S, error)
	read   func(S) []reading
	all    S
	series [][]float64 // [reading][case]
}

// score returns a line of scoreList.
func score[S pooled[S]](exists func(*ComparisonOptions) bool, start func(*ComparisonOptions) (S, error), read func(*ComparisonOptions, S) []reading) func(*ComparisonOptions) (tally, error) {
	return func(o *ComparisonOptions) (tally, error) {
		if !exists(o) {
			return nil, nil
		}
		p := &pool[S]{start: func() (S, error) { return start(o) }, read: func(s S) []reading { return read(o, s) }}
		var err error
		p.all, err = p.start()
		return p, err
	}
}

func (p *pool[S]) add(members [][]float32, truth []float32) error {
	one, err := p.start()
	if err != nil {
		return err
	}
	if err := one.Add(members, truth); err != nil {
		return err
	}
	for i, r := range p.read(one) {
		if i == len(p.series) {
			p.series = append(p.series, nil)
		}
		if r.mean {
			p.series[i] = append(p.series[i], r.value)
		}
	}
	return p.all.Merge(one)
}

func (p *pool[S]) readings() []reading {
	all := p.read(p.all)
	for i := range all {
		all[i].series = p.series[i]
	}
	return all
}

// kernel reads a score that has a plain and a fair form, in the units of the data.
func kernel[S interface{ Value() verify.KernelValue }](key, label string) func(*ComparisonOptions, S) []reading {
	return func(o *ComparisonOptions, s S) []reading {
		v, label := s.Value(), label+", "+o.Units
		return []reading{
			{Row: Row{Key: key, Label: label, Best: "0"}, value: v.Plain, byFrame: v.PlainByLead, mean: true},
			{Row: Row{Key: key + "_fair", Label: "fair " + label, Best: "0"}, value: v.Fair, byFrame: v.FairByLead, mean: true},
		}
	}
}

func readSpread(o *ComparisonOptions, s *verify.SpreadSkill) []reading {
	v := s.Value()
	var rmse, ratio, bias []float64
	for _, at := range v.ByLead {
		rmse, ratio, bias = append(rmse, at.RMSE), append(ratio, at.Ratio), append(bias, relative(at))
	}
	return []reading{
		{Row: Row{Key: "rmse", Label: "RMSE of the mean, " + o.Units, Best: "0"}, value: v.RMSE, byFrame: rmse},
		{Row: Row{Key: "spread_skill", Label: "spread/skill", Best: "1"}, value: v.Ratio, byFrame: ratio},
		{Row: Row{Key: biasKey, Label: "bias of the domain", Best: "0", Signed: true}, value: relative(v.SpreadSkillAt), byFrame: bias},
	}
}

// relative returns the bias over the mean of the truth, NaN where all is dry.
func relative(at verify.SpreadSkillAt) float64 {
	if at.Truth == 0 {
		return math.NaN()
	}
	return at.Bias / at.Truth
}

// ranks is the rank histogram, whose figure is the share of cells whose truth lies
// outside the members over the share that is expected, 2/(members + 1).
type ranks struct {
	seed  uint64
	index uint64
	all   *verify.RankHistogram
}

func (r *ranks) add(members [][]float32, truth []float32) (err error) {
	if r.all == nil {
		if r.all, err = verify.NewRankHistogram(len(members), r.seed); err != nil {
			return err
		}
	}
	r.index++
	return r.all.Add(r.index-1, members, truth)
}

func (r *ranks) readings() []reading {
	out := reading{Row: Row{Key: ranksKey, Label: "truth outside the members, over expected", Best: "1"}, value: nan}
	counts, total := r.all.Value(), int64(0)
	for i, n := range counts {
		out.x, out.y, total = append(out.x, float64(i)), append(out.y, float64(n)), total+n
	}
	if last := len(counts) - 1; last > 1 {
		out.value = float64(counts[0]+counts[last]) / float64(total) * float64(last+1) / 2
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

func readFSS(o *ComparisonOptions, s *verify.FSS) []reading {
	v := s.Value()[0]
	window := fmt.Sprintf("%d cells", fssWindow)
	if o.Kilometres > 0 {
		window = fmt.Sprintf("%.3g km", fssWindow*o.Kilometres)
	}
	var byFrame []float64
	for _, scales := range v.ByLead {
		byFrame = append(byFrame, scales[0])
	}
	return []reading{{Row: Row{Key: "fss", Label: "FSS, " + window, Best: "1"}, value: v.Score[0], byFrame: byFrame}}
}

func readContingency(_ *ComparisonOptions, s *verify.Contingency) []reading {
	t := s.Value()[0]
	return []reading{
		{Row: Row{Key: "csi", Label: "CSI", Best: "1"}, value: t.CSI()},
		{Row: Row{Key: "ets", Label: "ETS", Best: "1"}, value: t.ETS()},
		{Row: Row{Key: "pod", Label: "POD", Best: "1"}, value: t.POD()},
		{Row: Row{Key: "far", Label: "FAR", Best: "0"}, value: t.FAR()},
		{Row: Row{Key: "pofd", Label: "POFD", Best: "0"}, value: t.POFD()},
		{Row: Row{Key: "frequency_bias", Label: "frequency bias", Best: "1"}, value: t.FrequencyBias()},
	}
}

func readExceedance(_ *ComparisonOptions, s *verify.Exceedance) []reading {
	brier := s.Brier()
	skill := reading{Row: Row{Key: reliabilityKey, Label: "Brier skill", Best: "1"}, value: brier.Skill}
	for _, p := range s.Reliability() {
		if p.Cells > 0 {
			skill.x, skill.y = append(skill.x, p.Probability), append(skill.y, p.Observed)
		}
	}
	return []reading{
		{Row: Row{Key: "brier", Label: "Brier score", Best: "0"}, value: brier.Score, byFrame: brier.ScoreByLead, mean: true},
		{Row: Row{Key: "brier_fair", Label: "fair Brier score", Best: "0"}, value: brier.Fair, mean: true},
		skill,
		{Row: Row{Key: "roc", Label: "ROC area", Best: "1"}, value: s.ROC().Area},
	}
}

func readSAL(_ *ComparisonOptions, s *verify.SAL) []reading {
	v := s.Value()
	return []reading{
		{Row: Row{Key: "sal_structure", Label: "SAL structure", Best: "0", Signed: true}, value: v.Structure},
		{Row: Row{Key: "sal_amplitude", Label: "SAL amplitude", Best: "0", Signed: true}, value: v.Amplitude},
		{Row: Row{Key: "sal_location", Label: "SAL location", Best: "0"}, value: v.Location},
	}
}
