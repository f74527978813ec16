package exercise

import (
	"fmt"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// levels are noise levels λ from clean to noisy.
var levels = []float64{6, 2, 0.5, 0, -1, -3, -8}

// AlphaSigma checks α and σ of a noise level λ (2.56, 2.57).
func AlphaSigma(written func(logSNR float64) (alpha, sigma float64)) Verdict {
	var inputs [][]float64
	for _, λ := range levels {
		inputs = append(inputs, []float64{λ})
	}
	squares := func(λ float64) (float64, float64) {
		return vdm.Alpha(λ) * vdm.Alpha(λ), vdm.Sigma(λ) * vdm.Sigma(λ)
	}
	return question{
		name: "α and σ", inputs: inputs, gives: []string{"α", "σ"},
		point:  func(in []float64) string { return fmt.Sprintf("λ = %g", in[0]) },
		right:  func(in []float64) []float64 { return []float64{vdm.Alpha(in[0]), vdm.Sigma(in[0])} },
		praise: "α² + σ² is 1 and log(α²/σ²) is λ.",
		mistakes: []mistake{
			{func(in []float64) []float64 { a, s := squares(in[0]); return []float64{a, s} }, "These are α² and σ²: the root is missing, and α² + σ² would not be 1."},
			{func(in []float64) []float64 { return []float64{vdm.Sigma(in[0]), vdm.Alpha(in[0])} }, "These are σ and α: at large λ there is much signal, so that α is near 1."},
			{func(in []float64) []float64 { return []float64{vdm.Alpha(2 * in[0]), vdm.Sigma(2 * in[0])} }, "That would be right if λ were log(α/σ); it is log(α²/σ²)."},
			{func(in []float64) []float64 { return []float64{vdm.Alpha(in[0]), 1 - vdm.Alpha(in[0])} }, "α is right. σ is not 1 − α: the squares add up to 1, not the numbers."},
		},
	}.check(func(in []float64) []float64 { a, s := written(in[0]); return []float64{a, s} })
}

// points are x, ε or z, another number, and λ.
func points() (inputs [][]float64) {
	pairs := [][2]float64{{1.5, -0.3}, {-0.7, 0.9}, {2.2, 1.4}}
	for i, λ := range levels {
		p := pairs[i%len(pairs)]
		inputs = append(inputs, []float64{p[0], p[1], λ})
	}
	return inputs
}

// twoNumbers is a question about a number computed from two others and λ.
func twoNumbers(name, first, second, praise string, right func(a, b, alpha, sigma float64) float64, mistakes ...pair) question {
	with := func(f func(a, b, alpha, sigma float64) float64) answer {
		return one(func(in []float64) float64 { return f(in[0], in[1], vdm.Alpha(in[2]), vdm.Sigma(in[2])) })
	}
	q := question{
		name: name, inputs: points(), praise: praise, right: with(right),
		point: func(in []float64) string {
			return fmt.Sprintf("%s = %g, %s = %g, λ = %g", first, in[0], second, in[1], in[2])
		},
	}
	for _, m := range mistakes {
		q.mistakes = append(q.mistakes, mistake{with(m.made), m.hint})
	}
	return q
}

type pair struct {
	made func(a, b, alpha, sigma float64) float64
	hint string
}

func threeArguments(written func(a, b, logSNR float64) float64) answer {
	return one(func(in []float64) float64 { return written(in[0], in[1], in[2]) })
}

// AddNoise checks z = αx + σε (2.40).
func AddNoise(written func(x, noise, logSNR float64) float64) Verdict {
	return twoNumbers("The noisy value z", "x", "ε", "The variance of z is 1 at every λ if the variances of x and ε are.",
		func(x, ε, α, σ float64) float64 { return α*x + σ*ε },
		pair{func(x, ε, α, σ float64) float64 { return α*α*x + σ*σ*ε }, "x and ε are multiplied by α² and σ² here; α and σ are the standard deviations."},
		pair{func(x, ε, α, σ float64) float64 { return σ*x + α*ε }, "α belongs to the signal x and σ to the noise ε; here they are exchanged."},
		pair{func(x, ε, _, σ float64) float64 { return x + σ*ε }, "x keeps its size here. This process preserves the variance: x is multiplied by α."},
		pair{func(x, ε, α, σ float64) float64 { return x + σ/α*ε }, "This is z/α, the form in which the variance grows with the noise (Karras et al. 2022); here z = αx + σε is asked for."},
	).check(threeArguments(written))
}

// Velocity checks v = αε − σx (2.60).
func Velocity(written func(x, noise, logSNR float64) float64) Verdict {
	return twoNumbers("The velocity v", "x", "ε", "At little noise it is nearly ε, at much noise nearly −x.",
		func(x, ε, α, σ float64) float64 { return α*ε - σ*x },
		pair{func(x, ε, α, σ float64) float64 { return σ*x - α*ε }, "The sign is turned around: with z = αx + σε turned by an angle φ, v = dz/dφ = αε − σx."},
		pair{func(x, ε, α, σ float64) float64 { return σ*ε - α*x }, "α and σ are exchanged: v is perpendicular to z, so that its factors are z's, exchanged."},
		pair{func(x, ε, α, σ float64) float64 { return α*ε + σ*x }, "It has a plus where a minus belongs: v must be uncorrelated with z where x and ε have the same variance."},
	).check(threeArguments(written))
}

// Denoised checks x = αz − σv (2.62).
func Denoised(written func(z, v, logSNR float64) float64) Verdict {
	return twoNumbers("The denoised value x", "z", "v", "It contains no division, so that it is harmless at every noise level.",
		func(z, v, α, σ float64) float64 { return α*z - σ*v },
		pair{func(z, v, α, σ float64) float64 { return α*z + σ*v }, "The sign of the second term is wrong. Insert z = αx + σε and v = αε − σx: ε must cancel."},
		pair{func(z, v, α, σ float64) float64 { return σ*z + α*v }, "This is the noise ε = σz + αv."},
		pair{func(z, v, α, σ float64) float64 { return (z - σ*v) / α }, "This would be right if v were the noise ε: x = (z − σε)/α."},
	).check(threeArguments(written))
}
