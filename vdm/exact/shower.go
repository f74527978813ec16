package exact

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// Shower is a distribution of clips with a dry atom and a heavy tail, whose best
// denoiser is known: frame i has the value G·Decay^i until the shower ends, and 0
// afterwards. It is dry throughout with the probability Dry, else G has the gamma
// distribution of shape ½ and scale Scale, and the shower ends at each further frame
// with the probability Ends. A frame has one cell.
type Shower struct {
	Frames    int
	Dry, Ends float64 // probabilities
	Decay     float64
	Scale     float64
}

// Draw returns clip i of a seed, one value for each frame.
func (s Shower) Draw(seed uint64, i int) []float64 {
	r := noise.Key{Seed: seed, Stream: noise.Synthetic, Sample: uint32(i)}.Rand()
	x := make([]float64, s.Frames)
	if r.Float64() < s.Dry {
		return x
	}
	w := r.NormFloat64()
	amount := s.Scale / 2 * w * w // a squared normal number is gamma of shape ½ and scale 2
	for f := range x {
		if f > 0 && r.Float64() < s.Ends {
			break
		}
		x[f] = amount * math.Pow(s.Decay, float64(f))
	}
	return x
}

// The quadrature over G = Scale/2·w² is a sum over even steps of w, in which the density
// is smooth, up to showerReach standard deviations of w. Its step resolves the noise of
// λ = 10 up to there.
const (
	showerReach = 4.5
	showerNodes = 4500
)

// DenoiseMap returns E[x | z] where every value of z has a noise level of its own, by
// quadrature over the shower's amount and a sum over its end. See [Gaussian.DenoiseMap].
func (s Shower) DenoiseMap(z, levels []float64) ([]float64, error) {
	if len(z) != s.Frames || len(levels) != s.Frames {
		return nil, fmt.Errorf("denoising a shower: %d values at %d noise levels, want %d of both", len(z), len(levels), s.Frames)
	}
	// With x_f = G·Decay^f before the end, −½Σ(z − αx)²/σ² is linear·G − square·G²/2
	// plus a term that is the same for all ends.
	type end struct{ weight, linear, square float64 }
	ends := make([]end, s.Frames+1)
	ends[0].weight = s.Dry
	left := 1 - s.Dry
	for f := range s.Frames {
		alpha, sigma := vdm.Alpha(levels[f]), vdm.Sigma(levels[f])
		part := math.Pow(s.Decay, float64(f)) * alpha / sigma
		ends[f+1] = end{left, ends[f].linear + part*z[f]/sigma, ends[f].square + part*part}
		if f+1 < s.Frames {
			ends[f+1].weight *= s.Ends
			left *= 1 - s.Ends
		}
	}
	// The largest exponent is subtracted, so that nothing overflows.
	step := showerReach / showerNodes
	exponent := func(e end, w float64) float64 {
		amount := s.Scale / 2 * w * w
		return e.linear*amount - e.square*amount*amount/2 - w*w/2
	}
	largest := 0.0
	for _, e := range ends[1:] {
		for k := range showerNodes {
			largest = max(largest, exponent(e, (float64(k)+0.5)*step))
		}
	}
	total, sums := ends[0].weight*math.Exp(-largest), make([]float64, s.Frames+1) // of G, by end
	norm := step * math.Sqrt(2/math.Pi)
	for j, e := range ends[1:] {
		for k := range showerNodes {
			w := (float64(k) + 0.5) * step
			over := exponent(e, w) - largest
			if over < -40 {
				continue
			}
			mass := e.weight * norm * math.Exp(over)
			total += mass
			sums[j+1] += mass * s.Scale / 2 * w * w
		}
	}
	x := make([]float64, s.Frames)
	for f := range x {
		for _, sum := range sums[f+1:] {
			x[f] += sum / total * math.Pow(s.Decay, float64(f))
		}
	}
	return x, nil
}

// RanksByMap counts the ranks of the truth among the members of a number of cases, 0 to
// members: a gauge saw the first frame with errors of a standard deviation of 0.3, and a
// deterministic plan draws the clip given that by the map of noise levels. The second
// frame is ranked, in which the shower may have ended; truths and members below 0.05, some
// standard deviations of the noise that is left, are dry and alike, and the rank among
// these is drawn. seeds are those of the members, of the truths, and of errors and ties.
func (s Shower) RanksByMap(ctx context.Context, plan vdm.Plan, cases, members int, seeds []uint64) ([]int, error) {
	const std, dry = 0.3, 0.05
	counts := make([]int, members+1)
	r := rand.New(rand.NewPCG(seeds[2], seeds[2]))
	y := make([]float32, s.Frames)
	for f := range y {
		y[f] = float32(math.NaN())
	}
	for i := range cases {
		if ctx.Err() != nil {
			return nil, vdm.ErrInterrupted
		}
		truth := s.Draw(seeds[1], i)
		y[0] = float32(truth[0] + std*r.NormFloat64())
		given := vdm.Observation{{Y: y, Std: std}}
		below, ties := 0, 0
		for k := range members {
			latent, z := make([]float32, s.Frames), make([]float64, s.Frames)
			noise.Key{Seed: seeds[0], Stream: noise.Latent, Sample: uint32(i*members + k)}.Normal(latent)
			for j, v := range latent {
				z[j] = float64(v)
			}
			drawn, err := Follow(plan, z, func(z []float64, logSNR float64) ([]float64, error) {
				pivot, levels, err := vdm.NoiseLevelMap{}.Pivot(z, logSNR, given)
				if err != nil {
					return nil, err
				}
				return s.DenoiseMap(pivot, levels)
			})
			if err != nil {
				return nil, err
			}
			if math.Max(drawn[1], truth[1]) < dry {
				ties++
			} else if drawn[1] < truth[1] {
				below++
			}
		}
		counts[below+r.IntN(ties+1)]++
	}
	return counts, nil
}
