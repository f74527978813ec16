package report

import (
	"fmt"
	"math"

	"github.com/climate-vdm/climate-vdm/vdm/verify"
)

// Indices are what users of climate data ask for, of one set of clips. Those of amounts
// exist for rates of rain in mm/h whose frames have a known length.
type Indices struct {
	Amounts []Amount `json:"amounts,omitempty"` // by duration, the shortest first
	Dry     *Spell   `json:"dry_spells,omitempty"`
	Wet     *Spell   `json:"wet_spells,omitempty"`
	Lags    Values   `json:"lag_correlation"` // from lag 1 on
	Diurnal *Diurnal `json:"diurnal_cycle,omitempty"`
}

// Amount contains the indices of the amounts that fall within a duration, in mm.
type Amount struct {
	Hours     float64 `json:"hours"`
	Wettest   Value   `json:"wettest"`       // largest amount of any cell and clip
	Maximum   Value   `json:"mean_maximum"`  // mean over cells and clips of the largest amount of a cell in a clip
	WetFrom   float64 `json:"wet_from"`      // amount from which on an interval is wet
	Intensity Value   `json:"wet_intensity"` // mean amount of wet intervals
	WetShare  Value   `json:"wet_share"`     // share of intervals that are wet
	Levels    []Level `json:"return_levels"` // of the largest amount of any cell in a clip
}

// Level is a return level with its 95 % confidence interval, as
// [verify.ReturnLevels] estimates it.
type Level struct {
	Clips  float64 `json:"period"` // return period
	Level  Value   `json:"level"`
	From   Value   `json:"from"`
	To     Value   `json:"to"`
	Method string  `json:"method"`
}

// Spell contains the lengths of dry or wet spells, in frames; see [verify.SpellLengths].
type Spell struct {
	Mean     Value  `json:"mean"`
	Longer   Values `json:"longer_than"` // probability of lasting longer than 0, 1, 2 … frames
	Spells   int64  `json:"spells"`
	Censored int64  `json:"censored"`
	Early    int64  `json:"early"`
}

// Diurnal is the mean by the hour of the day and the first harmonic; see
// [verify.DiurnalValue].
type Diurnal struct {
	Hours     Values `json:"hours"`
	Mean      Values `json:"mean"`
	Amplitude Value  `json:"amplitude"`
	Peak      Value  `json:"peak_hour"`
}

// These are the settings of the indices.
var (
	indexHours   = []float64{1, 3, 6, 12, 24, 120} // durations; the last two are those of Rx1day and Rx5day
	indexPeriods = []float64{10, 100}              // return periods in clips
)

const (
	wetHour  = 0.1 // mm from which on an interval shorter than a day is wet
	wetDay   = 1   // mm from which on a day or more is wet, as ETCCDI has it
	mostLags = 24
	wetSpell = 0.1 // rate from which on a frame is wet in spells
)

// indexing collects the indices of one set of clips.
type indexing struct {
	maxima  []*verify.Maxima
	wet     []*verify.WetIntensity
	amounts []Amount
	spells  *verify.Spells
	lags    *verify.LagCorrelation
	diurnal *verify.DiurnalCycle
	dated   bool // whether a clip had dates
}

// newIndexing returns an empty collection for clips of a size; hours is the time between
// frames, 0 where it is unknown.
func newIndexing(frames, cells int, units string, hours float64) (x *indexing, err error) {
	x = &indexing{}
	if x.lags, err = verify.NewLagCorrelation(frames, cells, mostLags); err != nil {
		return nil, err
	}
	if x.diurnal, err = verify.NewDiurnalCycle(cells); err != nil {
		return nil, err
	}
	if units != "mm/h" {
		return x, nil
	}
	if x.spells, err = verify.NewSpells(frames, cells, wetSpell); err != nil {
		return nil, err
	}
	for _, duration := range indexHours {
		window := int(math.Round(duration / hours))
		if !(hours > 0) || window < 1 || window > frames || math.Abs(float64(window)*hours-duration) > 1e-6*duration {
			continue
		}
		a := Amount{Hours: duration, WetFrom: wetHour}
		if duration >= 24 {
			a.WetFrom = wetDay
		}
		m, err := verify.NewMaxima(frames, cells, window, hours)
		if err != nil {
			return nil, err
		}
		w, err := verify.NewWetIntensity(frames, cells, window, hours, a.WetFrom)
		if err != nil {
			return nil, err
		}
		x.amounts, x.maxima, x.wet = append(x.amounts, a), append(x.maxima, m), append(x.wet, w)
	}
	return x, nil
}

// add adds a clip, whose frames have the given hours of the day; nil where they have
// none.
func (x *indexing) add(clip []float32, hours []float64) error {
	for i := range x.maxima {
		if err := x.maxima[i].Add(clip); err != nil {
			return err
		}
		if err := x.wet[i].Add(clip); err != nil {
			return err
		}
	}
	if x.spells != nil {
		if err := x.spells.Add(clip); err != nil {
			return err
		}
	}
	if hours != nil {
		x.dated = true
		if err := x.diurnal.Add(clip, hours); err != nil {
			return err
		}
	}
	return x.lags.Add(clip)
}

// indices returns the indices of what was added.
func (x *indexing) indices() (*Indices, error) {
	out := &Indices{Lags: x.lags.Value(), Amounts: x.amounts}
	for i := range out.Amounts {
		a, m, w := &out.Amounts[i], x.maxima[i].Value(), x.wet[i].Value()
		a.Wettest, a.Maximum, a.Intensity, a.WetShare = Value(m.Wettest), Value(m.Mean), Value(w.Intensity), Value(w.Share)
		if len(m.Blocks) == 0 {
			continue
		}
		// Generators that were trained on too little may give rates below zero.
		for j, b := range m.Blocks {
			m.Blocks[j] = max(0, b)
		}
		levels, err := verify.ReturnLevels(m.Blocks, indexPeriods)
		if err != nil {
			return nil, err
		}
		for _, l := range levels {
			a.Levels = append(a.Levels, Level{l.Period, Value(l.Level), Value(l.Low), Value(l.High), l.Method})
		}
	}
	if x.spells != nil {
		v := x.spells.Value()
		out.Dry, out.Wet = spellOf(v.Dry), spellOf(v.Wet)
	}
	if x.dated {
		v := x.diurnal.Value()
		out.Diurnal = &Diurnal{v.Hours, v.Mean, Value(v.Amplitude), Value(v.Peak)}
	}
	return out, nil
}

func spellOf(s verify.SpellLengths) *Spell {
	return &Spell{Value(s.Mean), s.Longer, s.Spells, s.Censored, s.Early}
}

// text returns a level with its interval.
func (l Level) text() string {
	if math.IsNaN(float64(l.From)) && math.IsNaN(float64(l.To)) {
		return Format(float64(l.Level))
	}
	return fmt.Sprintf("%s (%s, %s)", Format(float64(l.Level)), Format(float64(l.From)), Format(float64(l.To)))
}
