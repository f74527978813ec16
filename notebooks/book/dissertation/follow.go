package dissertation

import (
	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// Follow takes latents through a plan with the best denoiser of the data, in float64,
// and returns their values before every step and at the end, [step][latent][dimension].
// The noise is the noise of [vdm.SampleFrom].
func (m Isotropic) Follow(plan vdm.Plan, count int, seed uint64) [][][]float64 {
	dim := len(m.Means[0])
	draw := func(stream noise.Stream, sample, step int) []float64 {
		x, out := make([]float32, dim), make([]float64, dim)
		noise.Key{Seed: seed, Stream: stream, Sample: uint32(sample), Step: uint64(step)}.Normal(x)
		for i, e := range x {
			out[i] = float64(e)
		}
		return out
	}
	path := make([][][]float64, len(plan.Steps)+1)
	for i := range path {
		path[i] = make([][]float64, count)
	}
	for s := range count {
		z := draw(noise.Latent, s, 0)
		path[0][s] = z
		for k, now := range plan.Follow(z, m.Denoise, func(step int) []float64 { return draw(noise.Step, s, step) }) {
			path[k+1][s] = now.Z
		}
	}
	return path
}
