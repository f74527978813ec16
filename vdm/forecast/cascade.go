package forecast

import "math"

// cascade splits the modes of a field into octaves of wavelength (Seed 2003, J. Appl.
// Meteorol. 42). Level j has its centre at 2^j/length cycles per cell; a mode between
// two centres is shared by both, linearly in the logarithm of its wavenumber, and modes
// beyond the first and the last centre belong to them. So the weights of a mode add up
// to one.
type cascade struct {
	fft    *fft
	levels int
	at     []float64 // for each mode: its position among the levels, 0 … levels−1
}

// newCascade returns a cascade with a level for every octave from length cells down to
// two cells.
func newCascade(f *fft, length int) *cascade {
	c := &cascade{fft: f, levels: max(1, int(math.Log2(float64(length)))), at: make([]float64, f.modes())}
	for i := range c.at {
		if k := f.frequency(i); k > 0 {
			c.at[i] = min(max(math.Log2(k*float64(length)), 0), float64(c.levels-1))
		}
	}
	return c
}

// split returns the level below a mode and how much of the mode belongs to the next.
func (c *cascade) split(mode int) (level int, next float64) {
	level = min(int(c.at[mode]), max(c.levels-2, 0))
	return level, c.at[mode] - float64(level)
}

// interpolate returns a value for every mode from the values of the levels.
func (c *cascade) interpolate(levels []float64) []float64 {
	out := make([]float64, len(c.at))
	for i := range out {
		level, next := c.split(i)
		out[i] = levels[level]
		if next > 0 {
			out[i] = (1-next)*levels[level] + next*levels[level+1]
		}
	}
	return out
}

// coherence accumulates, level by level, the sums whose ratio is the
// correlation of two fields. The mean is left out.
type coherence struct{ ab, aa, bb []float64 }

func newCoherence(levels int) *coherence {
	return &coherence{make([]float64, levels), make([]float64, levels), make([]float64, levels)}
}

// add adds the coefficients of two fields to the sums.
func (s *coherence) add(c *cascade, a, b []complex128) {
	for i := range a {
		if i == 0 {
			continue
		}
		n := c.fft.twins(i)
		ab := n * (real(a[i])*real(b[i]) + imag(a[i])*imag(b[i]))
		aa, bb := n*abs2(a[i]), n*abs2(b[i])
		level, next := c.split(i)
		for j, share := range [2]float64{1 - next, next} {
			if share > 0 {
				s.ab[level+j] += share * ab
				s.aa[level+j] += share * aa
				s.bb[level+j] += share * bb
			}
		}
	}
}

// value returns the correlation at each level; 0 where a field has no variance.
func (s *coherence) value() []float64 {
	out := make([]float64, len(s.ab))
	for j := range out {
		if norm := math.Sqrt(s.aa[j] * s.bb[j]); norm > 0 {
			out[j] = s.ab[j] / norm
		}
	}
	return out
}

// autoregression is an AR(2) process of unit variance for each mode,
//
//	x_t = phi1·x_{t−1} + phi2·x_{t−2} + innovation·w_t,
//
// with w standard normal; AR(1) where phi2 is zero.
type autoregression struct{ lag1, phi1, phi2, innovation []float64 }

// yuleWalker returns the process with the given correlations at lags of one and two
// frames at each level; lag2 nil means AR(1). A stationary process needs |lag1| < 1 and
// 2·lag1² − 1 < lag2 < 1 (Box and Jenkins 1970, section 3.2). Estimates outside are
// moved into the range, and so are those below zero and those that correlate more with
// two frames ago than with one, which arise from sampling error and not from rain. Both
// ranges are convex, so that interpolation between levels stays inside.
func yuleWalker(c *cascade, lag1, lag2 []float64) autoregression {
	const most = 0.999
	one, two := make([]float64, c.levels), make([]float64, c.levels)
	for j := range one {
		one[j] = min(max(lag1[j], 0), most)
		two[j] = one[j] * one[j]
		if lag2 != nil {
			two[j] = min(max(lag2[j], 2*one[j]*one[j]-most, 0), one[j])
		}
	}
	ar := autoregression{lag1: c.interpolate(one)}
	n := len(ar.lag1)
	ar.phi1, ar.phi2, ar.innovation = make([]float64, n), make([]float64, n), make([]float64, n)
	second := c.interpolate(two)
	for i, r1 := range ar.lag1 {
		r2 := second[i]
		if lag2 == nil {
			r2 = r1 * r1
		}
		ar.phi1[i] = r1 * (1 - r2) / (1 - r1*r1)
		ar.phi2[i] = (r2 - r1*r1) / (1 - r1*r1)
		ar.innovation[i] = math.Sqrt(max(0, 1-ar.phi1[i]*r1-ar.phi2[i]*r2))
	}
	return ar
}

// bridge returns the weights of the values at both ends in the mean of an AR(1) process,
// a number of frames after the left end of a gap of gap frames: E[x_s | x_0, x_gap] =
// a·x_0 + b·x_gap.
func bridge(lag1 float64, frames, gap int) (a, b float64) {
	s, g := float64(frames), float64(gap)
	if lag1 <= 0 {
		return 0, 0
	}
	r := math.Log(lag1)
	norm := -math.Expm1(2 * g * r)
	return -math.Exp(s*r) * math.Expm1(2*(g-s)*r) / norm, -math.Exp((g-s)*r) * math.Expm1(2*s*r) / norm
}

func abs2(c complex128) float64 { return real(c)*real(c) + imag(c)*imag(c) }
