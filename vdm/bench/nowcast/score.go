package main

import (
	"fmt"
	"math"

	"github.com/climate-vdm/climate-vdm/vdm/verify"
)

// bands are the bands of wavelength, in cells, whose power is compared: from the first
// number up to the second.
var bands = [][2]float64{{32, math.Inf(1)}, {16, 32}, {8, 16}, {4, 8}, {2, 4}}

// dryBelow is the rate in mm/h below which a cell counts as dry.
const dryBelow = 0.1

// score is the score of one forecaster over the starts of an event.
type score struct {
	name        string
	leads       int
	fair, plain []float64 // CRPS of each start, mm/h
	crps        *verify.CRPS
	spread      *verify.SpreadSkill
	power       *verify.SpatialPower
	dry, cells  float64 // dry cells of members, and all
	rain        float64 // sum of members' rates
}

func newScore(name string, leads, height, width int) (*score, error) {
	s := &score{name: name, leads: leads}
	var err error
	if s.crps, err = verify.NewCRPS(leads); err != nil {
		return nil, err
	}
	if s.spread, err = verify.NewSpreadSkill(leads); err != nil {
		return nil, err
	}
	s.power, err = verify.NewSpatialPower(height, width)
	return s, err
}

// add adds the members of one start, on the cells that the truth has.
func (s *score) add(members [][]float32, truth []float32) error {
	one, err := verify.NewCRPS(s.leads)
	if err != nil {
		return err
	}
	if err := one.Add(members, truth); err != nil {
		return err
	}
	v := one.Value()
	s.fair, s.plain = append(s.fair, v.Fair), append(s.plain, v.Plain)
	if err := s.crps.Merge(one); err != nil {
		return err
	}
	if len(members) > 1 {
		if err := s.spread.Add(members, truth); err != nil {
			return err
		}
	}
	for _, m := range members {
		if err := s.look(m, truth); err != nil {
			return err
		}
	}
	return nil
}

// look adds the dry cells and the power of a clip. Cells that the truth lacks have no
// rain for the power, in members and truth alike.
func (s *score) look(clip, truth []float32) error {
	whole := make([]float32, len(clip))
	for i, v := range clip {
		if truth[i] != truth[i] || v != v {
			continue
		}
		whole[i] = v
		s.cells++
		s.rain += float64(v)
		if v < dryBelow {
			s.dry++
		}
	}
	return s.power.Add(whole)
}

// bandPower returns the power in each of the bands.
func (s *score) bandPower(side int) []float64 {
	k, power := s.power.Value()
	out := make([]float64, len(bands))
	for i, waves := range k {
		if waves == 0 {
			continue
		}
		length := float64(side) / waves
		for b, band := range bands {
			if length >= band[0] && length < band[1] {
				out[b] += power[i]
			}
		}
	}
	return out
}

// dryWhereNothing returns a clip in which rain is 0 where the forecaster gives no value.
func dryWhereNothing(clip []float32) []float32 {
	out := make([]float32, len(clip))
	for i, v := range clip {
		if v == v {
			out[i] = v
		}
	}
	return out
}

// where returns the truth where all members have values, and missing elsewhere.
func where(truth []float32, members [][]float32) []float32 {
	out := make([]float32, len(truth))
	copy(out, truth)
	for _, m := range members {
		for i, v := range m {
			if v != v {
				out[i] = float32(math.NaN())
			}
		}
	}
	return out
}

// interval returns a difference of two series of starts with its 95 % interval.
func interval(a, b []float64) string {
	d, err := verify.DifferenceInterval(a, b)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%+.4f (%+.4f, %+.4f)", d.Estimate, d.Low, d.High)
}
