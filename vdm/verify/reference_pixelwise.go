package verify

import (
	"fmt"
	"math"
)

// Pixelwise is the best linear denoiser that uses each value alone: exact where every
// cell is an independent Gaussian. Mean and Variance have one element (for all cells) or
// one per cell of a frame (height·width).
type Pixelwise struct{ Mean, Variance []float64 }

// FitPixelwise fits one mean and variance to all cells or, with perCell, to every cell
// of a frame over frames and clips. Missing values are skipped; a cell without values is
// NaN in every output.
func FitPixelwise(src Source, perCell bool) (Pixelwise, error) {
	const who = "pixelwise Gaussian"
	mean, variance, err := meanAndVariance(src, who)
	if err != nil {
		return Pixelwise{}, err
	}
	if !perCell {
		return Pixelwise{[]float64{mean}, []float64{variance}}, nil
	}
	_, h, w := src.Shape()
	n, sum, sum2 := make([]float64, h*w), make([]float64, h*w), make([]float64, h*w)
	err = eachClip(src, who, func(clip []float32) {
		for i, v := range clip {
			if v == v {
				// Deviations are taken from the overall mean, against cancellation.
				c, d := i%(h*w), float64(v)-mean
				n[c]++
				sum[c] += d
				sum2[c] += d * d
			}
		}
	})
	if err != nil {
		return Pixelwise{}, err
	}
	p := Pixelwise{make([]float64, h*w), make([]float64, h*w)}
	for c := range n {
		d := sum[c] / n[c]
		p.Mean[c] = mean + d
		p.Variance[c] = max(sum2[c]/n[c]-d*d, 0)
	}
	return p, nil
}

// Name returns a short name for tables.
func (p Pixelwise) Name() string { return "pixelwise Gaussian" }

// Denoise writes x̂ = μ + αs²/(α²s² + σ²)·(z − αμ).
func (p Pixelwise) Denoise(dst, z []float32, logSNR float64) {
	alpha, _, _, _ := levels(logSNR)
	p.affine(dst, z, func(mean, s2 float64) (gain, offset float64) {
		gain = xGain(s2, logSNR)
		return gain, mean - gain*alpha*mean
	})
}

// VHat writes v̂ as in [Reference].
func (p Pixelwise) VHat(dst, z []float32, logSNR float64) {
	alpha, sigma, _, _ := levels(logSNR)
	p.affine(dst, z, func(mean, s2 float64) (gain, offset float64) {
		gain = vGain(s2, logSNR)
		return gain, -sigma*mean - gain*alpha*mean
	})
}

// affine writes gain·z + offset with the gain and offset that pair returns for each
// cell.
func (p Pixelwise) affine(dst, z []float32, pair func(mean, s2 float64) (gain, offset float64)) {
	n := len(p.Mean)
	if len(z)%n != 0 || len(dst) != len(z) {
		panic(fmt.Sprintf("verify: pixelwise denoiser of %d cells on %d values into %d", n, len(z), len(dst)))
	}
	for c := range n {
		gain, offset := pair(p.Mean[c], p.Variance[c])
		for i := c; i < len(z); i += n {
			dst[i] = float32(gain*float64(z[i]) + offset)
		}
	}
}

// ExpectedVLoss returns the mean over cells of s²/(α²s² + σ²); cells without data are
// left out.
func (p Pixelwise) ExpectedVLoss(logSNR float64) float64 {
	sum, n := 0.0, 0
	for _, s2 := range p.Variance {
		if !math.IsNaN(s2) {
			sum += vLoss(s2, logSNR)
			n++
		}
	}
	return sum / float64(n)
}
