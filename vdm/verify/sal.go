package verify

import (
	"fmt"
	"math"
)

// SAL compares rain fields by their objects (Wernli et al. 2008, Monthly Weather Review
// 136, 4470), frame by frame, 0 being perfect:
//
//   - Structure, −2 … 2: positive where forecast objects are too large or too flat;
//   - Amplitude, −2 … 2: relative error of the mean over the domain, positive
//     where too wet; 1 is three times the rain;
//   - Location, 0 … 2: L1, the distance between the centres of mass, plus L2,
//     the difference in the mean distance of objects from them.
//
// An object is a set of cells connected by sides or corners that reach the
// threshold: factor 1/15 of the 95th percentile of the wet cells, in forecast
// and truth each (Wernli et al. 2009, Weather and Forecasting 24, 1472; the
// first paper took 1/15 of the maximum). A cell is wet from 0.1 mm/h on. The distance that scales L
// is the longest in the domain, from one corner cell to the other. The percentile
// is interpolated as in numpy, and cells are taken as squares of equal size.
//
// Every member of an ensemble is scored against the truth as a forecast of its own. A
// frame where forecast or truth has no wet cell has no SAL: it is counted and left out.
// A value below 0 counts as 0. A cell missing in the truth or a member is left out of
// all of them (as if dry) and counted. Make it with [NewSAL].
type SAL struct {
	Missing int64 // number of cells left out

	ensemble
	height, width int
	sums          []SALMean // each lead time; its scores are sums
	present       []bool    // work space: cells of a frame that are not missing
	rain          []float64
	wet           []float32
	finder        objectFinder
}

const (
	salWet      = 0.1      // mm/h; values from here on are wet
	salFactor   = 1.0 / 15 // threshold of objects over the quantile of wet values
	salQuantile = 0.95
)

// SALScore is the score of one frame. Location is L1 + L2.
type SALScore struct{ Structure, Amplitude, Location, L1, L2 float64 }

// SALMean is the mean over frames and members, NaN where none was scored. As Structure
// and Amplitude have a sign and cancel, AbsStructure and AbsAmplitude are the means of
// their absolute values.
type SALMean struct {
	SALScore
	AbsStructure, AbsAmplitude     float64
	Scored                         int64 // pairs of a forecast and a true frame
	DryForecast, DryTruth, DryBoth int64 // pairs left out: only the forecast, only the truth, both dry
}

// SALValue is the mean over all pairs, and over the pairs of each lead time.
type SALValue struct {
	SALMean
	ByLead []SALMean
}

// NewSAL returns an empty score for forecasts of leads frames of height·width cells, at
// least two cells.
func NewSAL(leads, height, width int) (*SAL, error) {
	e, err := newEnsemble("sal", leads)
	if err != nil {
		return nil, err
	}
	if height < 1 || width < 1 || height*width < 2 {
		return nil, fmt.Errorf("sal: frames of %d×%d; want at least two cells", height, width)
	}
	return &SAL{
		ensemble: e, height: height, width: width,
		sums: make([]SALMean, leads), present: make([]bool, height*width),
		rain: make([]float64, height*width), finder: newObjectFinder(height, width),
	}, nil
}

// Add adds one forecast: the members and the truth, each a clip of the leads forecast
// frames. Every forecast must have the same number of members.
func (s *SAL) Add(members [][]float32, truth []float32) error {
	return s.AddCase(NewCase(members, truth))
}

// AddCase does what Add does, for a forecast that several scores take.
func (s *SAL) AddCase(k *Case) error {
	if err := s.takeFrames(k, s.height, s.width); err != nil {
		return err
	}
	cells := s.height * s.width
	for lead := range s.leads {
		from := lead * cells
		for i := range s.present {
			if s.present[i] = !k.missing(from + i); !s.present[i] {
				s.Missing++
			}
		}
		o, wetTruth := s.features(k.Truth[from : from+cells])
		for _, m := range k.Members {
			f, wetForecast := s.features(m[from : from+cells])
			switch sum := &s.sums[lead]; {
			case wetForecast && wetTruth:
				score := s.compare(f, o)
				sum.merge(SALMean{
					SALScore: score, AbsStructure: math.Abs(score.Structure), AbsAmplitude: math.Abs(score.Amplitude), Scored: 1,
				})
			case wetTruth:
				sum.DryForecast++
			case wetForecast:
				sum.DryTruth++
			default:
				sum.DryBoth++
			}
		}
	}
	return nil
}

// Score returns the SAL of one frame; ok is false where either field is dry and it does
// not exist. It adds nothing to the means.
func (s *SAL) Score(forecast, truth []float32) (score SALScore, ok bool, err error) {
	if cells := s.height * s.width; len(forecast) != cells || len(truth) != cells {
		return score, false, fmt.Errorf("sal: frames of %d and %d values; want %d×%d", len(forecast), len(truth), s.height, s.width)
	}
	for i := range s.present {
		s.present[i] = forecast[i] == forecast[i] && truth[i] == truth[i]
	}
	f, wetForecast := s.features(forecast)
	o, wetTruth := s.features(truth)
	if !wetForecast || !wetTruth {
		return score, false, nil
	}
	return s.compare(f, o), true, nil
}

// compare returns the score of two fields that are not dry.
func (s *SAL) compare(f, o salFeatures) SALScore {
	longest := math.Hypot(float64(s.height-1), float64(s.width-1))
	score := SALScore{
		Structure: (f.volume - o.volume) / (0.5 * (f.volume + o.volume)),
		Amplitude: (f.total - o.total) / (0.5 * (f.total + o.total)),
		L1:        math.Hypot(f.y-o.y, f.x-o.x) / longest,
		L2:        2 * math.Abs(f.scatter-o.scatter) / longest,
	}
	score.Location = score.L1 + score.L2
	return score
}

// salFeatures are the properties of a field that SAL compares.
type salFeatures struct {
	total   float64 // sum over the domain
	y, x    float64 // centre of mass of all rain
	volume  float64 // mean of each object's sum over its maximum, weighted by its sum
	scatter float64 // mean distance of objects from the centre, weighted by their sums
}

// features returns the properties of a frame, and whether any cell is wet.
func (s *SAL) features(frame []float32) (f salFeatures, wet bool) {
	rain := s.rain
	clear(rain)
	s.wet = s.wet[:0]
	for i, v := range frame {
		if !s.present[i] || v <= 0 {
			continue
		}
		rain[i] = float64(v)
		if v >= salWet {
			s.wet = append(s.wet, v)
		}
		f.total += rain[i]
		f.y += rain[i] * float64(i/s.width)
		f.x += rain[i] * float64(i%s.width)
	}
	quantile := selectQuantile(s.wet, salQuantile)
	if math.IsNaN(quantile) {
		return f, false // the frame has no values
	}
	f.y /= f.total
	f.x /= f.total
	weight := 0.0
	for _, o := range s.finder.find(rain, salFactor*quantile) {
		f.volume += o.sum * o.sum / o.max
		f.scatter += o.sum * math.Hypot(f.y-o.y, f.x-o.x)
		weight += o.sum
	}
	f.volume /= weight
	f.scatter /= weight
	return f, true
}

// Merge adds the sums of o, which must have the same size, lead times and members.
func (s *SAL) Merge(o *SAL) error {
	if s.height != o.height || s.width != o.width {
		return fmt.Errorf("sal: merging %d×%d with %d×%d; want equal ones", s.height, s.width, o.height, o.width)
	}
	if err := s.merge(&o.ensemble); err != nil {
		return err
	}
	s.Missing += o.Missing
	for l := range s.sums {
		s.sums[l].merge(o.sums[l])
	}
	return nil
}

func (a *SALMean) merge(b SALMean) {
	a.Structure += b.Structure
	a.Amplitude += b.Amplitude
	a.Location += b.Location
	a.L1 += b.L1
	a.L2 += b.L2
	a.AbsStructure += b.AbsStructure
	a.AbsAmplitude += b.AbsAmplitude
	a.Scored += b.Scored
	a.DryForecast += b.DryForecast
	a.DryTruth += b.DryTruth
	a.DryBoth += b.DryBoth
}

// Value returns the means.
func (s *SAL) Value() SALValue {
	var v SALValue
	for _, sum := range s.sums {
		v.ByLead = append(v.ByLead, sum.finish())
		v.merge(sum)
	}
	v.SALMean = v.finish()
	return v
}

// finish returns the sums divided by their number.
func (a SALMean) finish() SALMean {
	n := float64(a.Scored)
	for _, v := range []*float64{&a.Structure, &a.Amplitude, &a.Location, &a.L1, &a.L2, &a.AbsStructure, &a.AbsAmplitude} {
		*v /= n
	}
	return a
}
