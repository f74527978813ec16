package report

import (
	"fmt"
	"math"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm/verify"
)

// Other scores are derived from the scores with these keys.
const (
	crpsKey        = "crps"
	excessKey      = "crps_excess"
	powerKey       = "power"
	biasKey        = "bias"
	biasMapKey     = "bias_map"
	ranksKey       = "outliers"
	reliabilityKey = "brier_skill"
	rocKey         = "roc"
	missingKey     = "missing"
)

// Row says what a figure of a score is.
type Row struct {
	Key       string   `json:"key"`                 // in an entry's scores, such as crps_fair
	Label     string   `json:"label"`               // with its unit
	Best      string   `json:"best"`                // such as 0, 1, low or high; "" for what only describes the truth
	Score     string   `json:"score,omitempty"`     // its name in the list of scores, such as crps
	Threshold *float64 `json:"threshold,omitempty"` // of an event, in the units of the data
	Window    int      `json:"window,omitempty"`    // cells a side
	Signed    bool     `json:"signed,omitempty"`
}

// Score is one figure. From and To are the ends of its interval by
// [verify.MeanInterval] over cases, NaN where it has none: [verify.IntervalName] says how
// a table may call it. X and Y are a curve that belongs to the score, such as the power
// by wavenumber, or in Y alone a map of the domain.
type Score struct {
	Value   Value  `json:"value"`
	From    Value  `json:"from"`
	To      Value  `json:"to"`
	ByFrame Values `json:"by_frame,omitempty"`
	X       Values `json:"x,omitempty"`
	Y       Values `json:"y,omitempty"`

	// Cases are the scores of each case, NaN where it has none, of a score that is a mean
	// over cases; for differences that are pooled over several comparisons.
	Cases []float64 `json:"-"`
}

// none is a score that does not exist.
var none = Score{Value: Value(math.NaN()), From: Value(math.NaN()), To: Value(math.NaN())}

// reading is one value that is read from a score of package verify.
type reading struct {
	Row
	value   float64
	byFrame []float64
	x, y    []float64 // a curve or a map beside the value
	mean    bool      // whether it is a mean over cases
	series  []float64 // the value of each case for a mean, its influence for what is a function of sums; for intervals

	// sums and figure are, for a value that is no mean over cases but a function of sums
	// over them, the sums and the function.
	sums   []float64
	figure func(sums []float64) float64
	paired bool // whether forecasts are compared in pairs in it, as in every mean
}

// ofSums returns the reading of a value that is a function of sums over cases.
func (r reading) ofSums(figure func(sums []float64) float64, sums ...float64) reading {
	r.sums, r.figure = nil, figure
	for _, v := range sums {
		if v != 0 && v == v {
			r.sums = sums // a case that adds nothing has none
		}
	}
	for i, v := range r.sums {
		if v != v {
			r.sums[i] = 0 // 0 cells have no mean
		}
	}
	return r
}

// score returns the reading as a Score: a mean is taken over cases, and what has a series
// gets its interval.
func (r reading) score() (Score, error) {
	s := none
	s.Value, s.ByFrame, s.X, s.Y, s.Cases = Value(r.value), r.byFrame, r.x, r.y, r.series
	if len(existing(r.series)) < 2 {
		return s, nil
	}
	v, err := verify.MeanInterval(r.series)
	if !r.mean {
		s.From, s.To = Value(v.Low), Value(v.High)
		return s, err
	}
	s.Value, s.From, s.To = Value(v.Estimate), Value(v.Low), Value(v.High)
	return s, err
}

// excess returns the mean difference of two scores of the same cases, with its interval.
func excess(series, first []float64) (Score, error) {
	s, paired := none, 0
	for i := range series {
		if d := series[i] - first[i]; d == d {
			s.Value, paired = Value(d), paired+1
		}
	}
	if paired < 2 {
		return s, nil
	}
	v, err := verify.DifferenceInterval(series, first)
	s.Value, s.From, s.To = Value(v.Estimate), Value(v.Low), Value(v.High)
	return s, err
}

// text returns a score as the table writes it.
func (r Row) text(s Score) string {
	format := func(v Value) string {
		if r.Signed && v > 0 {
			return "+" + Format(float64(v))
		}
		return Format(float64(v))
	}
	if math.IsNaN(float64(s.From)) {
		return format(s.Value)
	}
	return fmt.Sprintf("%s (%s, %s)", format(s.Value), format(s.From), format(s.To))
}

// existing returns the values that are not NaN.
func existing(values []float64) []float64 {
	return slices.DeleteFunc(slices.Clone(values), math.IsNaN)
}

// Median returns the median of the values that are not NaN, NaN where there is none.
func Median(values []float64) float64 {
	kept := existing(values)
	if len(kept) == 0 {
		return math.NaN()
	}
	slices.Sort(kept)
	return (kept[(len(kept)-1)/2] + kept[len(kept)/2]) / 2
}
