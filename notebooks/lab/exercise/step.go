package exercise

import (
	"fmt"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// BestGuess checks the mean of x given z = αx + σε, where x has a normal distribution.
func BestGuess(written func(z, logSNR, mean, variance float64) float64) Verdict {
	with := func(f func(z, μ, s, α, σ float64) float64) answer {
		return one(func(in []float64) float64 { return f(in[0], in[2], in[3], vdm.Alpha(in[1]), vdm.Sigma(in[1])) })
	}
	return question{
		name: "The best guess", inputs: [][]float64{{1.2, 3, 0, 1}, {-0.4, 0, 2, 0.25}, {0.9, -2, -1, 4}, {2.5, -9, 0.5, 0.5}},
		point: func(in []float64) string {
			return fmt.Sprintf("z = %g, λ = %g, mean %g, variance %g", in[0], in[1], in[2], in[3])
		},
		right:  with(func(z, μ, s, α, σ float64) float64 { return μ + α*s/(α*α*s+σ*σ)*(z-α*μ) }),
		praise: "At much noise it is the mean, at little noise z/α.",
		mistakes: []mistake{
			{with(func(z, μ, s, α, σ float64) float64 { return μ + α*s/(α*α*s+σ*σ)*(z-μ) }), "z is compared with the mean of x; the mean of z is α times that."},
			{with(func(z, _, _, α, _ float64) float64 { return z / α }), "z/α takes all noise for signal: what is known about x before z is seen is not used."},
			{with(func(z, μ, s, α, σ float64) float64 { return μ + s/(α*α*s+σ*σ)*(z-α*μ) }), "The covariance of x and z is α times the variance of x; the α is missing."},
			{with(func(z, μ, s, α, σ float64) float64 { return μ + α*s/(α*α*s+σ)*(z-α*μ) }), "The variance of z is α² times the variance of x, plus σ², not σ."},
			{with(func(z, μ, s, α, σ float64) float64 { return μ + α*s*s/(α*α*s*s+σ*σ)*(z-α*μ) }), "The variance is squared here: it is the variance already, and not a standard deviation."},
		},
	}.check(func(in []float64) []float64 { return []float64{written(in[0], in[1], in[2], in[3])} })
}

// steps are z, x̂, λ before the step and λ after it.
var steps = [][]float64{{0.8, 0.3, -6, -2}, {-1.1, 0.4, -1, 0}, {0.5, 1.5, 0, 0.7}, {1.9, 2, 3, 8}}

func stepPoint(in []float64) string {
	return fmt.Sprintf("z = %g, x̂ = %g, from λ = %g to %g", in[0], in[1], in[2], in[3])
}

// Step checks a step of the deterministic sampler DDIM (Song, Meng and Ermon 2021): the
// noise that z contains if x̂ is right stays, at the new level.
func Step(written func(z, guess, from, to float64) float64) Verdict {
	with := func(f func(z, x, αt, σt, αs, σs float64) float64) answer {
		return one(func(in []float64) float64 {
			return f(in[0], in[1], vdm.Alpha(in[2]), vdm.Sigma(in[2]), vdm.Alpha(in[3]), vdm.Sigma(in[3]))
		})
	}
	return question{
		name: "The deterministic step", inputs: steps, point: stepPoint,
		right:  with(func(z, x, αt, σt, αs, σs float64) float64 { return αs*x + σs*(z-αt*x)/σt }),
		praise: "With the exact x̂ and small steps it follows the probability flow.",
		mistakes: []mistake{
			{with(func(z, x, αt, σt, αs, _ float64) float64 { return αs*x + z - αt*x }), "The noise keeps the size of the old level: divide by the old σ and multiply by the new one."},
			{with(func(z, x, αt, _, αs, σs float64) float64 { return αs*x + σs*(z-αt*x) }), "z − α·x̂ is σ·ε̂: divide by the old σ first."},
			{with(func(z, x, _, σt, αs, σs float64) float64 { return αs*x + σs*(z-x)/σt }), "What z contains of the signal is α·x̂, not x̂, at the old level."},
			{with(func(z, x, αt, σt, _, σs float64) float64 { return αt*x + σs*(z-αt*x)/σt }), "The signal keeps the α of the old level; after the step it is the new one."},
			{with(func(z, x, αt, σt, αs, σs float64) float64 { return αt*x + σt*(z-αs*x)/σs }), "The levels are exchanged: this step goes from the clean level to the noisy one."},
		},
	}.check(func(in []float64) []float64 { return []float64{written(in[0], in[1], in[2], in[3])} })
}

// RandomStep checks mean and standard deviation of the ancestral step (2.50, 2.51): of z at
// the cleaner level, given z at the noisier one and x̂.
func RandomStep(written func(z, guess, from, to float64) (mean, std float64)) Verdict {
	with := func(f func(z, x float64, t vdm.Transition) (float64, float64)) answer {
		return func(in []float64) []float64 {
			mean, std := f(in[0], in[1], vdm.NewTransition(in[2], in[3]))
			return []float64{mean, std}
		}
	}
	mean := func(z, x float64, t vdm.Transition) float64 { return t.MeanZ*z + t.MeanX*x }
	return question{
		name: "The random step", inputs: steps, point: stepPoint, gives: []string{"mean", "standard deviation"},
		right:  with(func(z, x float64, t vdm.Transition) (float64, float64) { return mean(z, x, t), t.Lower }),
		praise: "This is exact for data that are one point, and too narrow for all others: hence many steps.",
		mistakes: []mistake{
			{with(func(z, x float64, t vdm.Transition) (float64, float64) { return mean(z, x, t), t.Lower * t.Lower }), "The mean is right. The second number is the variance; its root is asked for."},
			{with(func(z, x float64, t vdm.Transition) (float64, float64) { return mean(z, x, t), t.Upper }), "The mean is right. This standard deviation is the upper bound, σ of z_t given z_s; the one given x̂ is smaller by σ_s/σ_t (2.51)."},
			{with(func(z, x float64, t vdm.Transition) (float64, float64) { return t.MeanX*z + t.MeanZ*x, t.Lower }), "The weights of z and of x̂ are exchanged."},
			{with(func(z, x float64, t vdm.Transition) (float64, float64) {
				return vdm.Alpha(t.LogSNRS) * x, vdm.Sigma(t.LogSNRS)
			}), "This is z_s given x̂ alone. z_t says something about the noise, too, and it is thrown away here."},
		},
	}.check(func(in []float64) []float64 { m, s := written(in[0], in[1], in[2], in[3]); return []float64{m, s} })
}
