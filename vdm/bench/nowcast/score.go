package main

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/verify"
)

// bands are the bands of wavelength, in cells, whose power is compared: from the first
// number up to the second.
var bands = [][2]float64{{32, math.Inf(1)}, {16, 32}, {8, 16}, {4, 8}, {2, 4}}

// dryBelow is the rate in mm/h below which a cell counts as dry.
const dryBelow = 0.1

// part is how forecasts score on some of an event's cells.
type part struct {
	name       string
	comparison *report.Comparison
	looks      []*look // one a forecast
}

func newPart(name string, e *event, leads int) (*part, error) {
	c, err := report.NewComparison(report.ComparisonOptions{
		Task: "nowcast", Variable: "rain", Units: "mm/h", Known: make(climate.KnownFrames, leads),
		Height: e.height, Width: e.width, Kilometres: e.kilometres, Minutes: e.minutes,
	})
	return &part{name: name, comparison: c}, err
}

// add adds the forecast frames of one start, on the cells that the truth has.
func (p *part) add(truth []float32, forecasts ...report.Forecast) error {
	err := p.comparison.Add(report.Case{Observed: truth, Forecasts: forecasts})
	for i, f := range forecasts {
		if i == len(p.looks) {
			p.looks = append(p.looks, newLook(p.comparison.Height, p.comparison.Width))
		}
		for _, m := range f.Members {
			err = errors.Join(err, p.looks[i].add(m, truth))
		}
	}
	return err
}

// rows returns a line of the table for each forecast, and the scores.
func (p *part) rows() (string, *report.Compared, error) {
	scores, err := p.comparison.Compare()
	if err != nil {
		return "", nil, err
	}
	var b strings.Builder
	for i, e := range scores.Entries {
		fair, plain := e.Score("crps_fair"), e.Score("crps")
		byLead := fair.ByFrame
		if e.Members == 1 {
			byLead = plain.ByFrame
		}
		fmt.Fprintf(&b, "%-24s %9.4f %9.4f %8.2f %s  ", p.name+", "+e.Name, fair.Value, plain.Value, e.Score("spread_skill").Value, p.looks[i])
		for _, x := range byLead {
			fmt.Fprintf(&b, " %.3f", x)
		}
		b.WriteString("\n")
	}
	return b.String(), scores, nil
}

// look accumulates what fields are like, whatever was observed.
type look struct {
	values verify.Moments
	power  *verify.SpatialPower
}

func newLook(height, width int) *look {
	power, err := verify.NewSpatialPower(height, width)
	if err != nil {
		panic(err) // the comparison has taken the same size
	}
	return &look{verify.Moments{Dry: dryBelow}, power}
}

// add adds the cells of a clip that the truth has. The others are no rain for the
// power, in members and truth alike.
func (l *look) add(clip, truth []float32) error {
	seen := where(clip, [][]float32{truth})
	l.values.Add(seen)
	return l.power.Add(dryWhereNothing(seen))
}

// String returns the share of dry cells and the mean, for a table.
func (l *look) String() string {
	v := l.values.Value()
	return fmt.Sprintf("%5.1f%% %7.3f", 100*v.DryShare, v.Mean)
}

// bandPower returns the power in each of the bands.
func (l *look) bandPower(side int) []float64 {
	k, power := l.power.Value()
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

// where returns a clip where all others say something, and missing elsewhere.
func where(clip []float32, others [][]float32) []float32 {
	out := make([]float32, len(clip))
	copy(out, clip)
	for _, m := range others {
		for i, v := range m {
			if v != v {
				out[i] = float32(math.NaN())
			}
		}
	}
	return out
}

// pairs are scores of the same starts by the two programs: of one part, fair or plain.
type pairs struct {
	what         string
	ours, theirs []float64
}

// differences returns the scores of a part's first two forecasts.
func differences(name string, scores *report.Compared) (all []pairs) {
	for _, kind := range []struct{ name, key string }{{"fair", "crps_fair"}, {"plain", "crps"}} {
		all = append(all, pairs{name + ", " + kind.name, scores.Entries[0].Score(kind.key).Cases, scores.Entries[1].Score(kind.key).Cases})
	}
	return all
}

// String returns the mean difference with its 95 % interval.
func (p pairs) String() string {
	d, err := verify.DifferenceInterval(p.ours, p.theirs)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%+.4f (%+.4f, %+.4f)", d.Estimate, d.Low, d.High)
}
