package report

import (
	"fmt"
	"math"

	"github.com/climate-vdm/climate-vdm/vdm/verify"
)

// likenessDry is the rate below which a cell counts as dry here, in the units of the
// data: a gauge and a radar cannot distinguish less than 0.1 mm/h from nothing.
const likenessDry = 0.1

// Portrait contains the statistics of a set of clips that a forecaster would look at
// first.
type Portrait struct {
	Name   string `json:"name"`
	Clips  int    `json:"clips"`
	Dry    Value  `json:"dry_share"`      // share of cells below 0.1
	Tail   Value  `json:"quantile_99"`    // of cells
	Power  Values `json:"power_in_bands"` // Σ over the rings of a band, as verify.SpatialPower; squared units
	Spread Value  `json:"spread"`         // standard deviation over clips of the clip's mean
}

// Likeness contains the portraits of a reference and of other sets, side by side: the
// dry share, the tail, the power in bands of wavenumber and how much whole clips differ
// from each other. A model that is trained too briefly, or on badly scaled data, fails
// these long before its loss shows it.
type Likeness struct {
	Variable  string     `json:"variable"`
	Units     string     `json:"units"`
	Bands     [][2]int   `json:"bands"` // first and last wavenumber, waves across the clip
	Reference Portrait   `json:"reference"`
	Others    []Portrait `json:"others"` // generated clips first
}

// These are the tolerances within which a set is like its reference.
const (
	LikeDry    = 0.05 // largest difference of the dry share
	LikeTail   = 0.20 // largest relative difference of the 99 % quantile
	LikePower  = 0.70 // smallest ratio of the power, in each band
	LikeSpread = 0.75 // smallest ratio of the spread of clip means
)

// octaves returns the bands 1, 2–3, 4–7 … that lie completely within the wavenumbers of
// frames with that shorter side. Half the side is left out, because its ring is
// incomplete.
func octaves(side int) [][2]int {
	var bands [][2]int
	for k := 1; 2*k-1 < max(side/2, 2); k *= 2 {
		bands = append(bands, [2]int{k, 2*k - 1})
	}
	return bands
}

// Portray compares one channel of clips with a reference of the same shape, the
// generated clips first among the others. Missing cells are left out of the shares, and
// frames that have one are left out of the power.
func Portray(o VerifyOptions, reference Set, others ...Set) (*Likeness, error) {
	_, height, width, channels := reference.Clips.Shape()
	if o.Channel < 0 || o.Channel >= channels {
		return nil, fmt.Errorf("portrait: there is no channel %d of %d", o.Channel, channels)
	}
	l := &Likeness{Variable: o.Variable, Units: o.Units, Bands: octaves(min(height, width))}
	for i, s := range append([]Set{reference}, others...) {
		if _, h, w, c := s.Clips.Shape(); h != height || w != width || c != channels {
			return nil, fmt.Errorf("portrait: frames of %s are %d×%d×%d, those of %s %d×%d×%d", s.Name, h, w, c, reference.Name, height, width, channels)
		}
		if s.count() == 0 {
			return nil, fmt.Errorf("portrait: %s has no clips", s.Name)
		}
		p, err := s.portrait(o.Channel, l.Bands)
		if err != nil {
			return nil, fmt.Errorf("portrait of %s: %w", s.Name, err)
		}
		if i == 0 {
			l.Reference = p
		} else {
			l.Others = append(l.Others, p)
		}
	}
	return l, nil
}

func (s Set) portrait(channel int, bands [][2]int) (Portrait, error) {
	_, height, width, _ := s.Clips.Shape()
	var spatial *verify.SpatialPower
	var err error
	if height >= 2 && width >= 2 {
		if spatial, err = verify.NewSpatialPower(height, width); err != nil {
			return Portrait{}, err
		}
	}
	cells, quantiles := &verify.Moments{Dry: likenessDry}, &verify.Quantiles{}
	var means []float64
	err = s.each(channel, func(_ int, clip []float32) error {
		cells.Add(clip)
		quantiles.Add(clip)
		sum, count := 0.0, 0
		for _, v := range clip {
			if v == v {
				sum, count = sum+float64(v), count+1
			}
		}
		if count > 0 {
			means = append(means, sum/float64(count))
		}
		if spatial == nil {
			return nil
		}
		return spatial.Add(clip)
	})
	if err != nil {
		return Portrait{}, err
	}
	p := Portrait{Name: s.Name, Clips: s.count(), Dry: Value(cells.Value().DryShare), Tail: Value(quantiles.Value([]float64{0.99})[0]), Spread: Value(deviation(means))}
	if spatial == nil {
		return p, nil
	}
	_, power := spatial.Value()
	for _, b := range bands {
		sum := 0.0
		for k := b[0]; k <= min(b[1], len(power)); k++ {
			sum += power[k-1]
		}
		p.Power = append(p.Power, sum)
	}
	return p, nil
}

// deviation returns the standard deviation of values, 0 for fewer than two.
func deviation(x []float64) float64 {
	if len(x) < 2 {
		return 0
	}
	mean, square := 0.0, 0.0
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		square += (v - mean) * (v - mean)
	}
	return math.Sqrt(square / float64(len(x)-1))
}

// All returns the reference and the others, in this order.
func (l *Likeness) All() []Portrait { return append([]Portrait{l.Reference}, l.Others...) }

// Table returns the portraits as a table: power and spread relative to the reference.
func (l *Likeness) Table() Table {
	t := Table{
		Title:   fmt.Sprintf("Does %s look like %s (power and spread relative to the %s clips)", l.Variable, l.Reference.Name, l.Reference.Name),
		Columns: []string{"clips", "number", "dry (< 0.1)", "99 % quantile"},
	}
	for _, b := range l.Bands {
		t.Columns = append(t.Columns, "power, "+bandName(b))
	}
	t.Columns = append(t.Columns, "spread of clip means")
	for _, p := range l.All() {
		row := []string{p.Name, fmt.Sprint(p.Clips), Percent(float64(p.Dry)), Format(float64(p.Tail))}
		for i := range l.Bands {
			row = append(row, ratio(p.Power[i], l.Reference.Power[i]))
		}
		t.Rows = append(t.Rows, append(row, ratio(float64(p.Spread), float64(l.Reference.Spread))))
	}
	return t
}

func bandName(b [2]int) string {
	if b[0] == b[1] {
		return fmt.Sprintf("k = %d", b[0])
	}
	return fmt.Sprintf("k = %d–%d", b[0], b[1])
}

// ratio returns a ratio as text; a dash where the reference is 0.
func ratio(a, b float64) string {
	if !(b > 0) {
		return "–"
	}
	return fmt.Sprintf("%.2f", a/b)
}

// Failures returns the respects in which a portrait lies outside the tolerances, in
// words with the numbers; none means that it is like the reference.
func (l *Likeness) Failures(p Portrait) []string {
	var out []string
	bad := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	r := l.Reference
	if d := float64(p.Dry - r.Dry); !(math.Abs(d) <= LikeDry) {
		bad("%s of its cells are dry, want %s within %s", Percent(float64(p.Dry)), Percent(float64(r.Dry)), Percent(LikeDry))
	}
	if d := float64(p.Tail)/float64(r.Tail) - 1; r.Tail > 0 && !(math.Abs(d) <= LikeTail) {
		bad("its 99 %% quantile is off by %+.0f %%", 100*d)
	}
	for i, b := range l.Bands {
		if q := p.Power[i] / r.Power[i]; r.Power[i] > 0 && !(q >= LikePower) {
			bad("its power at %s is %.0f %% of theirs", bandName(b), 100*q)
		}
	}
	if q := float64(p.Spread / r.Spread); r.Spread > 0 && !(q >= LikeSpread) {
		bad("its clips differ from each other by %.0f %% of what they should", 100*q)
	}
	return out
}
