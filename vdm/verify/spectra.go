package verify

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/dsp/fourier"
)

// SpatialPower is the isotropic power spectrum of frames: |FFT2|² (unnormalised,
// no taper, mean kept), averaged over the modes of the ring k ± ½ (lower end
// included), times the ring's area π((k+½)² − (k−½)²) = 2πk, and averaged over
// frames: the spectrum of the dissertation's figures. k counts waves across the
// shorter side; along the longer one wavenumbers are scaled to the same length.
// A frame with a missing cell is skipped and counted. Make it with
// [NewSpatialPower].
type SpatialPower struct {
	Frames  int64 // frames added
	Missing int64 // frames skipped

	height, width int
	fft           *planeFFT
	ring          []int     // ring of each mode [width, height], 0 where none
	modes         []float64 // number of modes in ring k
	sum           []float64 // Σ over frames of the ring's mean |FFT2|²
	pair          [][]float32
}

// NewSpatialPower returns an empty spectrum for frames of height·width cells,
// at least 2×2.
func NewSpatialPower(height, width int) (*SpatialPower, error) {
	if height < 2 || width < 2 {
		return nil, fmt.Errorf("spatial power: frames of %d×%d; want at least 2×2", height, width)
	}
	side := min(height, width)
	s := &SpatialPower{
		height: height, width: width, fft: newPlaneFFT(height, width),
		ring: make([]int, height*width), modes: make([]float64, side/2+1), sum: make([]float64, side/2+1),
	}
	for i := range width {
		kx := float64(signed(i, width)) * float64(side) / float64(width)
		for j := range height {
			ky := float64(signed(j, height)) * float64(side) / float64(height)
			k := int(math.Floor(math.Hypot(kx, ky) + 0.5))
			if k >= 1 && k <= side/2 {
				s.ring[i*height+j] = k
				s.modes[k]++
			}
		}
	}
	return s, nil
}

// Add adds every frame of a clip.
func (s *SpatialPower) Add(clip []float32) error {
	if err := wholeFrames("spatial power", len(clip), s.height, s.width); err != nil {
		return err
	}
	cells := s.height * s.width
	for ; len(clip) > 0; clip = clip[cells:] {
		if slices.ContainsFunc(clip[:cells], isMissing) {
			s.Missing++
			continue
		}
		s.Frames++
		if s.pair = append(s.pair, clip[:cells]); len(s.pair) == 2 {
			s.addPair()
		}
	}
	if len(s.pair) == 1 {
		s.addPair()
	}
	return nil
}

func isMissing(v float32) bool { return v != v }

// addPair adds the power of one frame a or of two, a and b, by one transform of a + ib:
// at k and −k, which lie in one ring, |A + iB|² add up to |A|² + |B|² at both, because A
// and B are conjugate there. What a frame has everywhere belongs to k = 0, which no ring
// contains: without it a constant frame has no power at all, whatever the rounding.
func (s *SpatialPower) addPair() {
	a, b := s.pair[0], s.pair[len(s.pair)-1]
	alone := len(s.pair) == 1
	a0, b0 := float64(a[0]), float64(b[0])
	for i, v := range a {
		s.fft.plane[i] = complex(float64(v)-a0, float64(b[i])-b0)
		if alone {
			s.fft.plane[i] = complex(float64(v)-a0, 0)
		}
	}
	s.pair = s.pair[:0]
	power := make([]float64, len(s.sum))
	for i, c := range s.fft.forward() {
		power[s.ring[i]] += abs2(c)
	}
	for k := 1; k < len(power); k++ {
		s.sum[k] += power[k] / s.modes[k]
	}
}

// Merge adds the sums of o, which must have the same size.
func (s *SpatialPower) Merge(o *SpatialPower) error {
	if s.height != o.height || s.width != o.width {
		return fmt.Errorf("spatial power: merging frames of %d×%d with %d×%d; want equal sizes", s.height, s.width, o.height, o.width)
	}
	s.Frames += o.Frames
	s.Missing += o.Missing
	for k := range s.sum {
		s.sum[k] += o.sum[k]
	}
	return nil
}

// Value returns the wavenumbers 1 … ⌊shorter side/2⌋ and the power at each, in squared
// units of the data; NaN where no frame was added.
func (s *SpatialPower) Value() (k, power []float64) {
	for i := 1; i < len(s.sum); i++ {
		k = append(k, float64(i))
		power = append(power, s.sum[i]/float64(s.Frames)*2*math.Pi*float64(i))
	}
	return k, power
}

// TemporalPower is |FFT|² (unnormalised, no taper, mean kept) along the frames
// of a clip in every cell, averaged over cells and clips. A cell with a missing
// frame is skipped in that clip and counted. Make it with [NewTemporalPower].
type TemporalPower struct {
	Series  int64 // number of series of one cell added
	Missing int64 // series skipped

	frames int
	fft    *fourier.FFT
	sum    []float64
	series []float64
	coeff  []complex128
}

// NewTemporalPower returns an empty spectrum for clips of a number of frames, at least
// 2.
func NewTemporalPower(frames int) (*TemporalPower, error) {
	if frames < 2 {
		return nil, fmt.Errorf("temporal power: clips of %d frames; want at least 2", frames)
	}
	return &TemporalPower{
		frames: frames, fft: fourier.NewFFT(frames),
		sum: make([]float64, frames/2+1), series: make([]float64, frames), coeff: make([]complex128, frames/2+1),
	}, nil
}

// Add adds a clip of any height and width.
func (s *TemporalPower) Add(clip []float32) error {
	cells := len(clip) / s.frames
	if len(clip) == 0 || len(clip)%s.frames != 0 {
		return fmt.Errorf("temporal power: a clip of %d values; want %d whole frames", len(clip), s.frames)
	}
cells:
	for c := range cells {
		for t := range s.series {
			v := clip[t*cells+c]
			if v != v {
				s.Missing++
				continue cells
			}
			s.series[t] = float64(v)
		}
		s.Series++
		for k, x := range s.fft.Coefficients(s.coeff, s.series) {
			s.sum[k] += abs2(x)
		}
	}
	return nil
}

// Value returns the frequencies 0 … ½ in cycles a frame and the power at each (at 0 the
// squared sum over the clip), in squared units of the data; NaN where no series was
// added.
func (s *TemporalPower) Value() (frequency, power []float64) {
	for k := range s.sum {
		frequency = append(frequency, float64(k)/float64(s.frames))
		power = append(power, s.sum[k]/float64(s.Series))
	}
	return frequency, power
}
