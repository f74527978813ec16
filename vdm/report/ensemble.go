package report

import (
	"math"

	"github.com/climate-vdm/climate-vdm/vdm/verify"
)

// EnsembleScore scores the ensembles of one forecaster, case by case, over the
// frames that were not known. Make it with [NewEnsembleScore].
type EnsembleScore struct {
	leads          int
	crps           *verify.CRPS
	spread         *verify.SpreadSkill
	power          *verify.PowerRatio
	bias           *verify.BiasMap
	truth          []verify.Moments // of each lead time
	series, energy []float64        // of each case
}

// EnsembleValue is what an [EnsembleScore] finds, in the units of the data.
// Intervals are those of the zero [verify.Bootstrap] over cases, which of few cases
// cover less than their level: [verify.IntervalName] says how a table may call them.
type EnsembleValue struct {
	Members    int
	CRPS       verify.Interval // plain; of one member the mean absolute error
	FairCRPS   float64         // what endless members would score; NaN of one member
	Each       []float64       // CRPS of each case
	ByLead     []float64       // CRPS
	Energy     verify.Interval
	Spread     verify.SpreadSkillValue
	Power      verify.PowerRatioValue // of the members over the truth
	Bias       []float64              // map of (mean forecast − mean truth)/mean truth; NaN where the truth is dry
	BiasByLead []float64              // the same of the whole domain, at each lead time
}

// NewEnsembleScore returns an empty score for forecasts of that many frames of
// height·width cells, at least 2×2.
func NewEnsembleScore(leads, height, width int) (*EnsembleScore, error) {
	s := &EnsembleScore{leads: leads, truth: make([]verify.Moments, max(0, leads))}
	var err error
	if s.crps, err = verify.NewCRPS(leads); err != nil {
		return nil, err
	}
	if s.spread, err = verify.NewSpreadSkill(leads); err != nil {
		return nil, err
	}
	if s.power, err = verify.NewPowerRatio(height, width); err != nil {
		return nil, err
	}
	s.bias, err = verify.NewBiasMap(height, width)
	return s, err
}

// Add takes in one case: the members, and the truth, each the leads frames that
// were forecast. Cases must come in the order of time, for the intervals.
func (s *EnsembleScore) Add(members [][]float32, truth []float32) error {
	one, err := verify.NewCRPS(s.leads)
	if err != nil {
		return err
	}
	energy, err := verify.NewEnergyScore(s.leads)
	if err != nil {
		return err
	}
	for _, add := range []func([][]float32, []float32) error{s.crps.Add, one.Add, energy.Add, s.spread.Add, s.power.Add} {
		if err := add(members, truth); err != nil {
			return err
		}
	}
	if err := s.bias.AddTest(truth); err != nil {
		return err
	}
	for _, m := range members {
		if err := s.bias.AddGenerated(m); err != nil {
			return err
		}
	}
	frame := len(truth) / s.leads
	for i := range s.truth {
		s.truth[i].Add(truth[i*frame : (i+1)*frame])
	}
	s.series, s.energy = append(s.series, one.Value().Plain), append(s.energy, energy.Value().Plain)
	return nil
}

// Value returns the scores. It needs two cases, as one has no interval.
func (s *EnsembleScore) Value() (EnsembleValue, error) {
	crps := s.crps.Value()
	v := EnsembleValue{
		Members: crps.Members, FairCRPS: crps.Fair, Each: s.series, ByLead: crps.PlainByLead,
		Spread: s.spread.Value(), Power: s.power.Value(), Bias: s.bias.Value(),
	}
	for i, at := range v.Spread.ByLead {
		mean := s.truth[i].Value().Mean
		if mean == 0 {
			mean = math.NaN()
		}
		v.BiasByLead = append(v.BiasByLead, at.Bias/mean)
	}
	var err error
	if v.CRPS, err = (verify.Bootstrap{}).Mean(s.series); err != nil {
		return v, err
	}
	v.Energy, err = verify.Bootstrap{}.Mean(s.energy)
	return v, err
}
