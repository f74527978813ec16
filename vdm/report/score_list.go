package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/verify"
)

// listed is a score of forecasts: its name, the keys of its values, and how it is
// started, once for each threshold if it scores events. Where the score does not exist,
// nothing is started.
type listed struct {
	name  string
	keys  []string
	start func(*ComparisonOptions) ([]tally, error)
}

// scoreList has a line for every score of forecasts, in the order of the table.
var scoreList = []listed{
	{"crps", []string{crpsKey, "crps_fair", excessKey, missingKey},
		score(always, func(o *ComparisonOptions) (*verify.CRPS, error) { return verify.NewCRPS(o.leads()) }, readCRPS)},
	{"twcrps", []string{"twcrps", "twcrps_fair"},
		events(func(o *ComparisonOptions, threshold float64) (*verify.CRPS, error) {
			return verify.NewThresholdCRPS(o.leads(), threshold)
		}, readThresholdCRPS)},
	{"energy", []string{"energy", "energy_fair"},
		score(always, func(o *ComparisonOptions) (*verify.EnergyScore, error) { return verify.NewEnergyScore(o.leads()) }, kernel[*verify.EnergyScore]("energy", "energy score"))},
	{"variogram", []string{"variogram", "variogram_fair"},
		score(cells, func(o *ComparisonOptions) (*verify.VariogramScore, error) {
			return verify.NewVariogramScore(o.leads(), o.Height, o.Width)
		}, kernel[*verify.VariogramScore]("variogram", "variogram score"))},
	{"quantile", []string{"quantile_10", "quantile_50", "quantile_90"},
		score(always, func(o *ComparisonOptions) (*verify.QuantileScore, error) {
			return verify.NewQuantileScore(o.leads(), quantileLevels)
		}, readQuantile)},
	{"interval", []string{"interval", "interval_width", "interval_coverage"},
		score(always, func(o *ComparisonOptions) (*verify.IntervalScore, error) {
			return verify.NewIntervalScore(o.leads(), intervalProbability)
		}, readInterval)},
	{"spread", []string{"rmse", "spread", "spread_skill", biasKey},
		score(always, func(o *ComparisonOptions) (*verify.SpreadSkill, error) { return verify.NewSpreadSkill(o.leads()) }, readSpread)},
	{"ranks", []string{ranksKey}, func(o *ComparisonOptions) ([]tally, error) { return []tally{&ranks{seed: o.Seed}}, nil }},
	{"power", []string{powerKey, "power_off"},
		score(planes, func(o *ComparisonOptions) (*verify.PowerRatio, error) { return verify.NewPowerRatio(o.Height, o.Width) }, readPower)},
	{"bias", []string{biasMapKey, "bias_driest", "bias_wettest"},
		score(always, func(o *ComparisonOptions) (*verify.BiasMap, error) { return verify.NewBiasMap(o.Height, o.Width) }, readBias)},
	{"fss", []string{"fss"},
		score(hasEvents, func(o *ComparisonOptions) (*verify.FSS, error) {
			return verify.NewFSS(o.leads(), o.Height, o.Width, o.Thresholds, o.Windows)
		}, readFSS)},
	{"contingency", []string{"csi", "ets", "pod", "far", "pofd", "frequency_bias"},
		score(hasEvents, func(o *ComparisonOptions) (*verify.Contingency, error) {
			return verify.NewContingency(o.leads(), o.Thresholds)
		}, readContingency)},
	{"brier", []string{"brier", "brier_fair", reliabilityKey, "brier_reliability", "brier_resolution", "brier_uncertainty", "base_rate"},
		events(func(o *ComparisonOptions, threshold float64) (*verify.Exceedance, error) {
			return verify.NewExceedance(o.leads(), threshold)
		}, readBrier)},
	{"roc", []string{rocKey},
		events(func(o *ComparisonOptions, threshold float64) (*verify.Exceedance, error) {
			return verify.NewExceedance(o.leads(), threshold)
		}, readROC)},
	{"sal", []string{"sal_structure", "sal_amplitude", "sal_location"},
		score(rainFields, func(o *ComparisonOptions) (*verify.SAL, error) {
			return verify.NewSAL(o.leads(), o.Height, o.Width)
		}, readSAL)},
}

// ScoreNames returns the names of the scores of forecasts, in the order of a table.
func ScoreNames() (names []string) {
	for _, s := range scoreList {
		names = append(names, s.name)
	}
	return names
}

// FindScore returns the name of the score with a name or with a value of that name: csi
// is a value of contingency. Letter case does not count. An unknown name is an error
// that lists the known ones.
func FindScore(name string) (string, error) {
	wanted := strings.ToLower(strings.TrimSpace(name))
	for _, s := range scoreList {
		if s.name == wanted {
			return s.name, nil
		}
	}
	for _, s := range scoreList {
		if slices.Contains(s.keys, wanted) {
			return s.name, nil
		}
	}
	return "", fmt.Errorf("there is no score %q; the scores are %s", name, strings.Join(ScoreNames(), ", "))
}

// always and the next functions say where a score exists: everywhere, where there is a
// threshold, where a frame has at least two cells, where it has at least 2×2, and where
// these are rain.
func always(*ComparisonOptions) bool       { return true }
func hasEvents(o *ComparisonOptions) bool  { return len(o.Thresholds) > 0 }
func cells(o *ComparisonOptions) bool      { return o.Height*o.Width > 1 }
func planes(o *ComparisonOptions) bool     { return o.Height > 1 && o.Width > 1 }
func rainFields(o *ComparisonOptions) bool { return o.rain() && cells(o) }

// begin returns the tallies of the requested scores that exist.
func (o *ComparisonOptions) begin() (all []tally, err error) {
	for _, s := range scoreList {
		if len(o.Scores) > 0 && !slices.Contains(o.Scores, s.name) {
			continue
		}
		some, err := s.start(o)
		if err != nil {
			return nil, err
		}
		for _, t := range some {
			all = append(all, named{t, s.name})
		}
	}
	return all, nil
}

// tally collects the cases of one forecaster for one score.
type tally interface {
	add(*verify.Case) error
	readings() []reading
}

// named is a tally whose readings contain the name of their score.
type named struct {
	tally
	name string
}

func (n named) readings() []reading {
	all := n.tally.readings()
	for i := range all {
		all[i].Score = n.name
	}
	return all
}

// pooled is a score of package verify that can be computed for each case apart and
// merged.
type pooled[S any] interface {
	AddCase(*verify.Case) error
	Merge(S) error
}

// pool scores each case by itself, for the intervals, and all cases together.
type pool[S pooled[S]] struct {
	start  func() (S, error)
	read   func(S) []reading
	all    S
	series [][]float64   // [reading][case], of means
	sums   [][][]float64 // [reading][case], of functions of sums
}

// newPool returns a pool without cases.
func newPool[S pooled[S]](start func() (S, error), read func(S) []reading) (tally, error) {
	p := &pool[S]{start: start, read: read}
	var err error
	p.all, err = p.start()
	return p, err
}

// score returns the start of a score that is one tally.
func score[S pooled[S]](exists func(*ComparisonOptions) bool, start func(*ComparisonOptions) (S, error), read func(*ComparisonOptions, S) []reading) func(*ComparisonOptions) ([]tally, error) {
	return func(o *ComparisonOptions) ([]tally, error) {
		if !exists(o) {
			return nil, nil
		}
		p, err := newPool(func() (S, error) { return start(o) }, func(s S) []reading { return read(o, s) })
		return []tally{p}, err
	}
}

// events returns the start of a score that has a tally for each threshold.
func events[S pooled[S]](start func(*ComparisonOptions, float64) (S, error), read func(*ComparisonOptions, float64, S) []reading) func(*ComparisonOptions) ([]tally, error) {
	return func(o *ComparisonOptions) (all []tally, err error) {
		for _, threshold := range o.Thresholds {
			p, err := newPool(func() (S, error) { return start(o, threshold) }, func(s S) []reading { return read(o, threshold, s) })
			if err != nil {
				return nil, err
			}
			all = append(all, p)
		}
		return all, nil
	}
}

func (p *pool[S]) add(k *verify.Case) error {
	one, err := p.start()
	if err != nil {
		return err
	}
	if err := one.AddCase(k); err != nil {
		return err
	}
	for i, r := range p.read(one) {
		if i == len(p.series) {
			p.series, p.sums = append(p.series, nil), append(p.sums, nil)
		}
		switch {
		case r.mean:
			p.series[i] = append(p.series[i], r.value)
		case r.figure != nil:
			p.sums[i] = append(p.sums[i], r.sums)
		}
	}
	return p.all.Merge(one)
}

func (p *pool[S]) readings() []reading {
	all := p.read(p.all)
	for i := range all {
		if all[i].series = p.series[i]; all[i].figure != nil {
			all[i].series = verify.Influence(p.sums[i], all[i].figure)
		}
	}
	return all
}
