package report

import (
	"cmp"
	"fmt"
	"math"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/verify"
)

// Verification contains the statistics of generated clips beside those of a reference,
// as plain numbers.
type Verification struct {
	Variable string `json:"variable"`
	Units    string `json:"units"`
	Called   string `json:"called,omitempty"` // what pictures call the variable
	Levels   Values `json:"quantile_levels"`

	Reference Scores   `json:"reference"` // the others are compared with it
	Others    []Scores `json:"others"`    // generated clips first
	Bias      Bias     `json:"bias"`      // bias of the first of the others
}

// Scores are the statistics of one set of clips.
type Scores struct {
	Name    string `json:"name"`
	Clips   int    `json:"clips"`
	Cells   int64  `json:"cells"` // number of cells that are not missing
	Missing int64  `json:"missing"`

	Dry     Value `json:"dry_share"`     // below verify.DefaultDry
	Drizzle Value `json:"below_a_tenth"` // below 0.1
	Mean    Value `json:"mean"`
	Std     Value `json:"std"`
	Max     Value `json:"max"`

	Histogram Density  `json:"histogram"`     // bins of 1
	Low       Density  `json:"low_histogram"` // 100 bins up to 0.3
	Quantiles Values   `json:"quantiles"`     // at the levels of the verification
	Spatial   Spectrum `json:"spatial_power"`
	Temporal  Spectrum `json:"temporal_power"`
	Indices   *Indices `json:"indices,omitempty"` // nil in results of older programs
}

// Density is a histogram as a density.
type Density struct {
	Edges  Values `json:"edges"`
	Values Values `json:"density"`
}

// Spectrum is power over wavenumber (waves across the clip) or frequency (cycles
// a frame).
type Spectrum struct {
	X     Values `json:"x"`
	Power Values `json:"power"`
}

// Over returns the ratio of the power to the power of a reference, wave by wave, without the
// constant part; NaN where the reference has no power.
func (s Spectrum) Over(reference Spectrum) (ratios Values) {
	for i := range min(len(s.Power), len(reference.Power)) {
		switch r := reference.Power[i]; {
		case s.X[i] <= 0:
		case r > 0:
			ratios = append(ratios, s.Power[i]/r)
		default:
			ratios = append(ratios, math.NaN())
		}
	}
	return ratios
}

// Below returns the share of values below a whole number, NaN without a histogram.
func (s Scores) Below(limit int) float64 {
	h := s.Histogram
	if len(h.Values) == 0 || len(h.Edges) <= len(h.Values) {
		return math.NaN()
	}
	share := 0.0
	for i := range min(limit, len(h.Values)) {
		share += h.Values[i] * (h.Edges[i+1] - h.Edges[i])
	}
	return share
}

// Bias is the map of (mean − reference mean)/reference mean.
type Bias struct {
	Height  int    `json:"height"`
	Width   int    `json:"width"`
	Map     Values `json:"map"`
	MeanAbs Value  `json:"mean_abs"`
	Cells   int    `json:"cells"` // number of cells where it is defined
}

// Set is a set of clips to verify.
type Set struct {
	Name  string
	Clips vdm.Clips
	Limit int // take at most this number of clips, at even distances; 0 means all

	// Hours returns the hour of the day of each frame of clip i, for the diurnal cycle;
	// nil where dates are not known, for all clips or for one.
	Hours func(i int) []float64
}

// VerifyOptions says which channel is verified, and in which units.
type VerifyOptions struct {
	Variable, Units string
	Called          string // what pictures call the variable; "" means what climate.Field.Called has for its name
	Channel         int
	Step            float64 // hours between frames; 0 where unknown, which leaves out amounts over durations
}

// Verify returns the scores of package verify for a reference set and for others of the
// same shape, the generated clips first. Spectra are left out for clips that are too
// small for them.
func Verify(o VerifyOptions, reference Set, others ...Set) (*Verification, error) {
	if len(others) == 0 {
		return nil, fmt.Errorf("verification: nothing to compare %s with", reference.Name)
	}
	sets := append([]Set{reference}, others...)
	frames, height, width, channels := reference.Clips.Shape()
	if o.Channel < 0 || o.Channel >= channels {
		return nil, fmt.Errorf("verification: there is no channel %d of %d", o.Channel, channels)
	}
	for _, s := range sets {
		if f, h, w, c := s.Clips.Shape(); f != frames || h != height || w != width || c != channels {
			return nil, fmt.Errorf("verification: clips of %s are %d×%d×%d×%d, those of %s %d×%d×%d×%d",
				s.Name, f, h, w, c, reference.Name, frames, height, width, channels)
		}
		if s.Clips.Len() == 0 {
			return nil, fmt.Errorf("verification: %s has no clips", s.Name)
		}
	}
	// The histogram needs the largest value of all before it can count any.
	largest := 0.0
	for _, s := range sets {
		if err := s.each(o.Channel, func(_ int, clip []float32) error {
			for _, v := range clip {
				if x := float64(v); x > largest && !math.IsInf(x, 0) {
					largest = x
				}
			}
			return nil
		}); err != nil {
			return nil, err
		}
	}
	called := cmp.Or(o.Called, (&climate.Field{Name: o.Variable, Units: o.Units}).Called())
	v := &Verification{Variable: o.Variable, Units: o.Units, Called: called, Levels: verify.QuantileLevels()}
	bias, err := verify.NewBiasMap(height, width)
	if err != nil {
		return nil, err
	}
	for i, s := range sets {
		scores, err := s.score(o, largest, func(clip []float32) error {
			switch i {
			case 0:
				return bias.AddTest(clip)
			case 1:
				return bias.AddGenerated(clip)
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("verification of %s: %w", s.Name, err)
		}
		if i == 0 {
			v.Reference = scores
		} else {
			v.Others = append(v.Others, scores)
		}
	}
	mean, cells := bias.MeanAbs()
	v.Bias = Bias{Height: height, Width: width, Map: bias.Value(), MeanAbs: Value(mean), Cells: cells}
	return v, nil
}

// count returns how many clips of the set are used.
func (s Set) count() int {
	if s.Limit > 0 {
		return min(s.Limit, s.Clips.Len())
	}
	return s.Clips.Len()
}

// each calls f with one channel of every clip used, [frame, height, width], and the
// clip's number.
func (s Set) each(channel int, f func(i int, clip []float32) error) error {
	frames, height, width, channels := s.Clips.Shape()
	whole, one := make([]float32, frames*height*width*channels), make([]float32, frames*height*width)
	for k := range s.count() {
		i := spread(k, s.count(), s.Clips.Len())
		if err := s.Clips.Clip(i, whole); err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
		for j := range one {
			one[j] = whole[j*channels+channel]
		}
		if err := f(i, one); err != nil {
			return err
		}
	}
	return nil
}

// score returns the scores of a set, and calls also with every clip.
func (s Set) score(o VerifyOptions, largest float64, also func(clip []float32) error) (Scores, error) {
	frames, height, width, _ := s.Clips.Shape()
	histogram, err := verify.NewHistogram(verify.DefaultEdges(largest))
	if err != nil {
		return Scores{}, err
	}
	low, err := verify.NewHistogram(verify.LowEdges())
	if err != nil {
		return Scores{}, err
	}
	var spatial *verify.SpatialPower
	if height >= 2 && width >= 2 {
		if spatial, err = verify.NewSpatialPower(height, width); err != nil {
			return Scores{}, err
		}
	}
	var temporal *verify.TemporalPower
	if frames >= 2 {
		if temporal, err = verify.NewTemporalPower(frames); err != nil {
			return Scores{}, err
		}
	}
	indices, err := newIndexing(frames, height*width, o.Units, o.Step)
	if err != nil {
		return Scores{}, err
	}
	quantiles, moments, drizzle := &verify.Quantiles{}, &verify.Moments{}, &verify.Moments{Dry: 0.1}
	err = s.each(o.Channel, func(i int, clip []float32) error {
		var hours []float64
		if s.Hours != nil {
			hours = s.Hours(i)
		}
		if err := indices.add(clip, hours); err != nil {
			return err
		}
		histogram.Add(clip)
		low.Add(clip)
		quantiles.Add(clip)
		moments.Add(clip)
		drizzle.Add(clip)
		if spatial != nil {
			if err := spatial.Add(clip); err != nil {
				return err
			}
		}
		if temporal != nil {
			if err := temporal.Add(clip); err != nil {
				return err
			}
		}
		return also(clip)
	})
	if err != nil {
		return Scores{}, err
	}
	m := moments.Value()
	out := Scores{
		Name: s.Name, Clips: s.count(), Cells: m.N, Missing: moments.Missing,
		Dry: Value(m.DryShare), Drizzle: Value(drizzle.Value().DryShare), Mean: Value(m.Mean), Std: Value(m.Std), Max: Value(m.Max),
		Histogram: Density{histogram.Edges, histogram.Value()},
		Low:       Density{low.Edges, low.Value()},
		Quantiles: quantiles.Value(verify.QuantileLevels()),
	}
	if out.Indices, err = indices.indices(); err != nil {
		return Scores{}, err
	}
	if spatial != nil {
		k, power := spatial.Value()
		out.Spatial = Spectrum{k, power}
	}
	if temporal != nil {
		f, power := temporal.Value()
		out.Temporal = Spectrum{f, power}
	}
	return out, nil
}

// All returns the reference and the others, in this order.
func (v *Verification) All() []Scores { return append([]Scores{v.Reference}, v.Others...) }

// shownLevels are the quantiles that the table shows.
var shownLevels = []float64{0.95, 0.99, 0.999}

// Table returns the moments and a few quantiles as a table.
func (v *Verification) Table() Table {
	t := Table{
		Title:   fmt.Sprintf("Statistics of %s in %s", inside(cmp.Or(v.Called, v.Variable)), v.Units),
		Columns: []string{"clips", "number", "dry (< 0.01)", "below 0.1", "mean", "std", "95 %", "99 %", "99.9 %", "max"},
	}
	for _, s := range v.All() {
		row := []string{s.Name, fmt.Sprint(s.Clips), Percent(float64(s.Dry)), Percent(float64(s.Drizzle)), Format(float64(s.Mean)), Format(float64(s.Std))}
		for _, level := range shownLevels {
			row = append(row, Format(v.Quantile(s, level)))
		}
		t.Rows = append(t.Rows, append(row, Format(float64(s.Max))))
	}
	t.Notes = append(t.Notes, fmt.Sprintf("mean absolute normalised bias of %s: %s (over %d cells)", v.Others[0].Name, Format(float64(v.Bias.MeanAbs)), v.Bias.Cells))
	return t
}

// Quantile returns the quantile of a set at a level, NaN where it was not computed.
func (v *Verification) Quantile(s Scores, level float64) float64 {
	for i, l := range v.Levels {
		if math.Abs(l-level) < 1e-9 && i < len(s.Quantiles) {
			return s.Quantiles[i]
		}
	}
	return math.NaN()
}
