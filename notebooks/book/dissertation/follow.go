package dissertation

import (
	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// Follow takes latents through a plan with the best denoiser of the data, in
// float64, and returns where each stands before every step and at the end,
// [step][latent][dimension]. The noise is that of [vdm.SampleFrom].
func (m Isotropic) Follow(plan vdm.Plan, count int, seed uint64) [][][]float64 {
	dim := len(m.Means[0])
	draw := func(stream noise.Stream, sample, step int) []float32 {
		x := make([]float32, dim)
		noise.Key{Seed: seed, Stream: stream, Sample: uint32(sample), Step: uint64(step)}.Normal(x)
		return x
	}
	path := make([][][]float64, len(plan.Steps)+1)
	for i := range path {
		path[i] = make([][]float64, count)
	}
	for s := range count {
		z := make([]float64, dim)
		for i, e := range draw(noise.Latent, s, 0) {
			z[i] = float64(e)
		}
		path[0][s] = z
		beforeZ, beforeX, earlierX := make([]float64, dim), make([]float64, dim), make([]float64, dim)
		for k, p := range plan.Steps {
			x := m.Denoise(z, p.LogSNRT)
			e := draw(noise.Step, s, k)
			next := make([]float64, dim)
			for i := range next {
				next[i] = p.Z*z[i] + p.X*x[i] + p.PreviousZ*beforeZ[i] + p.PreviousX*beforeX[i] + p.EarlierX*earlierX[i] + p.Noise*float64(e[i])
			}
			z, beforeZ, beforeX, earlierX = next, z, x, beforeX
			path[k+1][s] = z
		}
	}
	return path
}
