package climate

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/dsp/fourier"

	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// These are the constants of synthetic rain. The last three, of the distribution of one
// cell, and the spectrum give its closed-form statistics.
const (
	syntheticSize    = 64
	syntheticOuter   = 40.0    // outer scale L0 in cells
	syntheticBeta    = 3.2     // power of the latent field falls as (k² + k0²)^(−β/2)
	syntheticLife    = 10.0    // hours: e-folding of structures of the outer scale and above
	syntheticDecay   = 2.0 / 3 // smaller structures live (k0/k)^(2/3) as long, the turnover times of Kolmogorov 1941
	syntheticRows    = 1.0     // northward wind in cells an hour where L0 is 40 cells
	syntheticColumns = 1.75    // eastward wind
	syntheticWet     = 0.1     // share of the variance that the domain-wide wetness has
	syntheticWetLife = 48.0    // hours: e-folding of the wetness

	syntheticScale     = 0.72  // a in mm/h
	syntheticSteepness = 0.95  // b
	syntheticThreshold = 0.939 // zc

	// memoryFoldings is how many e-foldings before the start of a block the sum of the
	// noise begins: older noise is smaller than e⁻²⁴ = 4·10⁻¹¹ of a standard deviation,
	// less than float32 resolves.
	memoryFoldings = 24
)

// SyntheticBlock is the number of hours that are made at once: a month of the 360-day
// calendar.
const SyntheticBlock = 720

// SyntheticRain is rain with known statistics, hour by hour, for tests, teaching and
// large records. A Gaussian field Z on a torus larger than the grid has the power (k² +
// k0²)^(−β/2), β = 3.2, k0 = 1/L0; each of its modes is an AR(1) process of time in a
// frame that moves with the wind, with an e-folding of 10 h at the outer scale L0 and
// shorter below; a wetness of the whole domain is a slower AR(1) process. Z has the
// variance 1 as a process, not in each frame. The rain is
//
//	R = a·(exp(b·max(Z − zc, 0)) − 1), a = 0.72 mm/h, b = 0.95, zc = 0.939,
//
// so that its distribution in every cell is known: see DryShare and Mean.
//
// Hour h is a pure function of the process and h: blocks may be made in any order, by
// any number of threads, again after an interruption, and always contain the same bits
// (on one kind of processor: another may round a multiplication and an addition at
// once).
type SyntheticRain struct {
	Seed          uint64
	Height, Width int     // cells; 0 means 64
	OuterScale    float64 // L0 in cells; 0 means 40. In an hour the wind crosses L0/40 rows and 1.75·L0/40 columns
}

func (s SyntheticRain) withDefaults() SyntheticRain {
	if s.Height == 0 {
		s.Height = syntheticSize
	}
	if s.Width == 0 {
		s.Width = syntheticSize
	}
	if s.OuterScale == 0 {
		s.OuterScale = syntheticOuter
	}
	return s
}

// Validate refuses negative and too large sizes.
func (s SyntheticRain) Validate() error {
	s = s.withDefaults()
	const most = 1 << 13
	for _, side := range []int{s.Height, s.Width} {
		if side < 2 || side > most {
			return fmt.Errorf("synthetic rain on %d×%d cells; want 2 to %d a side", s.Height, s.Width, most)
		}
	}
	if !(s.OuterScale >= 4 && s.OuterScale <= most) {
		return fmt.Errorf("synthetic rain with an outer scale of %v cells; want 4 to %d", s.OuterScale, most)
	}
	return nil
}

// latentThreshold returns the Z above which rain exceeds a rate.
func latentThreshold(rate float64) float64 {
	return syntheticThreshold + math.Log1p(rate/syntheticScale)/syntheticSteepness
}

// normalCDF returns the distribution function of the standard normal distribution.
func normalCDF(x float64) float64 { return 0.5 * math.Erfc(-x/math.Sqrt2) }

// DryShare returns the probability that a cell has less than a rate in mm/h: in closed
// form Φ(zc + ln(1 + below/a)/b).
func (SyntheticRain) DryShare(below float64) float64 {
	if below <= 0 {
		return 0
	}
	return normalCDF(latentThreshold(below))
}

// Mean returns the expected rain of a cell in mm/h, in closed form a·(exp(b²/2 −
// b·zc)·Φ(b − zc) − Φ(−zc)).
func (SyntheticRain) Mean() float64 {
	const a, b, zc = syntheticScale, syntheticSteepness, syntheticThreshold
	return a * (math.Exp(b*b/2-b*zc)*normalCDF(b-zc) - normalCDF(-zc))
}

// Block makes the hours from block·SyntheticBlock to (block+1)·SyntheticBlock − 1, or
// only those before hour end, and calls frame with each: Height·Width cells in mm/h, row
// by row, which are valid until frame returns.
func (s SyntheticRain) Block(ctx context.Context, block, end int, frame func(hour int, rain []float32) error) error {
	if err := s.Validate(); err != nil {
		return err
	}
	if block < 0 {
		return fmt.Errorf("synthetic rain: there is no block %d", block)
	}
	g := newLatent(s.withDefaults())
	first := block * SyntheticBlock
	g.begin(first)
	rain := make([]float32, g.rows*g.columns)
	for hour := first; hour < min(first+SyntheticBlock, end); hour++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if hour > first {
			g.step(hour)
		}
		g.rain(rain)
		if err := frame(hour, rain); err != nil {
			return err
		}
	}
	return nil
}

// latent is the Gaussian field on its torus. Modes are kept for half the plane, column
// by column of kx = 0 … nx/2 − 1, each with all ny of ky. Modes of kx > 0 stand for
// their conjugates too; only the real part of those of kx = 0 is used, so they are made
// √2 as large and need no symmetry. The Nyquist modes are left out.
type latent struct {
	seed          uint64
	rows, columns int          // of the grid
	ny, nx        int          // of the torus
	modes         []complex128 // current amplitudes
	turn          []complex128 // factor of each in an hour: decay and shift by the wind
	push          []float64    // standard deviation of an hour's noise in each part
	wet           float64      // current wetness

	along   *fourier.CmplxFFT // y
	across  *fourier.FFT      // x
	work    []complex128      // modes after the transform along y
	row     []complex128
	values  []float64
	wetTurn float64
}

func newLatent(s SyntheticRain) *latent {
	g := &latent{
		seed: s.Seed, rows: s.Height, columns: s.Width,
		ny: torusSide(s.Height, s.OuterScale), nx: torusSide(s.Width, s.OuterScale),
		wetTurn: math.Exp(-1 / syntheticWetLife),
	}
	half := g.nx / 2
	n := half * g.ny
	g.modes, g.turn, g.push = make([]complex128, n), make([]complex128, n), make([]float64, n)
	g.along, g.across = fourier.NewCmplxFFT(g.ny), fourier.NewFFT(g.nx)
	g.work, g.row, g.values = make([]complex128, n), make([]complex128, half+1), make([]float64, g.nx)

	k0 := 1 / s.OuterScale
	vy, vx := syntheticRows*s.OuterScale/syntheticOuter, syntheticColumns*s.OuterScale/syntheticOuter
	total := 0.0
	for i := range half {
		for j := range g.ny {
			if i == 0 && j == 0 || 2*j == g.ny {
				continue // the mean of the domain is the wetness's
			}
			kx, ky := float64(i)/float64(g.nx), float64(j)/float64(g.ny)
			if 2*j > g.ny {
				ky -= 1
			}
			k := math.Hypot(kx, ky)
			power := math.Pow(k*k+k0*k0, -syntheticBeta/2)
			decay := math.Exp(-1 / (syntheticLife * math.Min(1, math.Pow(k0/k, syntheticDecay))))
			sin, cos := math.Sincos(-2 * math.Pi * (kx*vx + ky*vy))
			g.turn[i*g.ny+j] = complex(decay*cos, decay*sin)
			variance := power // of a complex amplitude
			if i == 0 {
				variance, total = 2*power, total+power
			} else {
				total += 2 * power
			}
			g.push[i*g.ny+j] = math.Sqrt(variance / 2 * (1 - decay*decay))
		}
	}
	for m := range g.push {
		g.push[m] *= math.Sqrt((1 - syntheticWet) / total)
	}
	return g
}

// torusSide returns the side of the torus for a side of the grid: the next even number
// without prime factors above 5 that leaves 1.5 outer scales between the ends, so that
// they are hardly correlated; 128 for 64 cells.
func torusSide(side int, outer float64) int {
	for n := side + int(math.Ceil(1.5*outer)); ; n++ {
		rest := n
		for _, p := range []int{2, 3, 5} {
			for rest%p == 0 {
				rest /= p
			}
		}
		if rest == 1 && n%2 == 0 {
			return n
		}
	}
}

// begin computes the field at an hour from the noise of the hours before it.
func (g *latent) begin(hour int) {
	clear(g.modes)
	for h := hour - int(memoryFoldings*syntheticLife); h <= hour; h++ {
		g.stir(h)
	}
	g.wet = 0
	for h := hour - int(memoryFoldings*syntheticWetLife); h <= hour; h++ {
		g.dampen(h)
	}
}

// step advances the field from the hour before to an hour.
func (g *latent) step(hour int) {
	g.stir(hour)
	g.dampen(hour)
}

// stir advances the modes by one hour.
func (g *latent) stir(hour int) {
	r := noise.Key{Seed: g.seed, Stream: noise.Synthetic, Sample: 0, Step: uint64(hour)}.Rand()
	for m, a := range g.modes {
		p := g.push[m]
		x, y := r.NormFloat64(), r.NormFloat64()
		g.modes[m] = a*g.turn[m] + complex(p*x, p*y)
	}
}

// dampen advances the wetness by one hour.
func (g *latent) dampen(hour int) {
	r := noise.Key{Seed: g.seed, Stream: noise.Synthetic, Sample: 1, Step: uint64(hour)}.Rand()
	g.wet = g.wetTurn*g.wet + math.Sqrt(1-g.wetTurn*g.wetTurn)*r.NormFloat64()
}

// rain writes the rain of the current hour.
func (g *latent) rain(dst []float32) {
	half := g.nx / 2
	for i := range half {
		g.along.Sequence(g.work[i*g.ny:(i+1)*g.ny], g.modes[i*g.ny:(i+1)*g.ny])
	}
	wet := math.Sqrt(syntheticWet) * g.wet
	for y := range g.rows {
		for i := range half {
			g.row[i] = g.work[i*g.ny+y]
		}
		g.across.Sequence(g.values, g.row)
		for x, z := range g.values[:g.columns] {
			dst[y*g.columns+x] = float32(syntheticScale * math.Expm1(syntheticSteepness*math.Max(z+wet-syntheticThreshold, 0)))
		}
	}
}
