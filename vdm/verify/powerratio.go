package verify

import "math"

// PowerRatio compares the spatial power of generated and of test clips, scale by scale:
// 1 is right, 0.5 at large k means a forecast that is too smooth. It is the ratio of two
// [SpatialPower], each a mean over its own frames, so the two kinds may differ in
// number. A frame with a missing cell is skipped and counted; dry frames count, and have
// no power. Make it with [NewPowerRatio].
type PowerRatio struct {
	generated, test *SpatialPower
}

// PowerRatioValue is the ratio at each wavenumber k, in waves across the
// shorter side: a wave is (shorter side)/k cells long.
type PowerRatioValue struct {
	K     []float64
	Ratio []float64 // generated/test; NaN where either has no frame or the test no power
	// MeanAbsLog is the mean over k of |ln Ratio|, one number for the distance
	// from 1 at all scales; NaN where a ratio is, and +Inf where one is 0.
	MeanAbsLog                    float64
	GeneratedFrames, TestFrames   int64 // frames added
	GeneratedMissing, TestMissing int64 // frames skipped
}

// NewPowerRatio returns an empty ratio for frames of height·width cells, at
// least 2×2.
func NewPowerRatio(height, width int) (*PowerRatio, error) {
	generated, err := NewSpatialPower(height, width)
	if err != nil {
		return nil, err
	}
	test := *generated // they share the work space and what depends on the size alone
	test.sum = make([]float64, len(generated.sum))
	return &PowerRatio{generated, &test}, nil
}

// AddGenerated adds a generated clip of any number of frames.
func (p *PowerRatio) AddGenerated(clip []float32) error { return p.generated.Add(clip) }

// AddTest adds a test clip of any number of frames.
func (p *PowerRatio) AddTest(clip []float32) error { return p.test.Add(clip) }

// Add adds one forecast: every member as a generated clip, the truth as a test clip.
func (p *PowerRatio) Add(members [][]float32, truth []float32) error {
	return p.AddCase(NewCase(members, truth))
}

// AddCase does what Add does, for a forecast that several scores take.
func (p *PowerRatio) AddCase(k *Case) error {
	if err := k.fits("power ratio", 0); err != nil {
		return err
	}
	if err := p.AddTest(k.Truth); err != nil {
		return err
	}
	for _, m := range k.Members {
		if err := p.AddGenerated(m); err != nil {
			return err
		}
	}
	return nil
}

// Merge adds the sums of o, which must have the same size.
func (p *PowerRatio) Merge(o *PowerRatio) error {
	if err := p.generated.Merge(o.generated); err != nil {
		return err
	}
	return p.test.Merge(o.test)
}

// Value returns the ratio at each wavenumber.
func (p *PowerRatio) Value() PowerRatioValue {
	k, generated := p.generated.Value()
	_, test := p.test.Value()
	v := PowerRatioValue{
		K: k, GeneratedFrames: p.generated.Frames, TestFrames: p.test.Frames,
		GeneratedMissing: p.generated.Missing, TestMissing: p.test.Missing,
	}
	for i := range k {
		r := generated[i] / test[i]
		if test[i] == 0 {
			r = math.NaN()
		}
		v.Ratio = append(v.Ratio, r)
		v.MeanAbsLog += math.Abs(math.Log(r)) / float64(len(k))
	}
	return v
}
