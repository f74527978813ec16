package plotting

import (
	"math"
	"math/rand/v2"
)

// linspace is n values from a to b.
func linspace(a, b float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = a + (b-a)*float64(i)/float64(n-1)
	}
	return out
}

func apply(x []float64, f func(float64) float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = f(v)
	}
	return out
}

var goldenCases = []goldenCase{
	{"curves_schedule", func(s Style) (*Picture, error) {
		t := linspace(0, 1, 101)
		s.Title = "Noise schedule"
		return Curves([]Series{
			{Name: "α_{t}", X: t, Y: apply(t, func(t float64) float64 { return math.Cos(math.Pi / 2 * t) })},
			{Name: "σ_{t}", X: t, Y: apply(t, func(t float64) float64 { return math.Sin(math.Pi / 2 * t) }), Dashed: true},
		}, CurveOptions{Style: s, X: Axis{Label: "Diffusion time t"}, Y: Axis{Label: "Coefficient"}})
	}},
	{"curves_loss", func(s Style) (*Picture, error) {
		rng := rand.New(rand.NewPCG(1, 2))
		step := linspace(10, 20000, 400)
		train := apply(step, func(k float64) float64 {
			return 0.02 + 0.9/math.Pow(1+k/100, 0.7)*math.Exp(0.15*rng.NormFloat64())
		})
		train[200] = math.NaN()
		held := linspace(500, 20000, 14)
		s.Title = "Loss of the v-prediction"
		return Curves([]Series{
			{Name: "training", X: step, Y: train},
			{Name: "held out", X: held, Y: apply(held, func(k float64) float64 { return 0.026 + 0.95/math.Pow(1+k/100, 0.7) }), Points: true, Dashed: true},
		}, CurveOptions{
			Style: s, X: Axis{Label: "Step"}, Y: Axis{Label: "Mean squared error of v̂", Log: true},
			Guides: []Guide{{Name: "best stationary linear denoiser", At: 0.045}, {Name: "pixelwise Gaussian", At: 0.3}},
		})
	}},
	{"curves_crowded", func(s Style) (*Picture, error) {
		x := linspace(-30, 30, 200)
		var series []Series
		for i, name := range []string{"ELBO", "v", "sigmoid (bias −1)", "min-SNR (γ = 5)", "EDM", "uniform", "learnt"} {
			k := float64(i)
			series = append(series, Series{Name: name, X: x, Y: apply(x, func(l float64) float64 { return math.Sin(l/4 + k) })})
		}
		return Curves(series, CurveOptions{Style: s, X: Axis{Label: "Log signal-to-noise ratio λ"}, Y: Axis{Label: "Weight w(λ)"}})
	}},
	{"curves_right", func(s Style) (*Picture, error) {
		x := linspace(0.001, 0.009, 9)
		return Curves([]Series{
			{Name: "CRPS, nowcast", X: x, Y: apply(x, func(x float64) float64 { return 1e6 * x * x })},
			{Name: "CRPS, persistence", X: x, Y: apply(x, func(x float64) float64 { return 2e5 + 1e6*x }), Points: true},
		}, CurveOptions{
			Style: s, X: Axis{Label: "Lead time", Unit: "s"}, Y: Axis{Label: "Score", Unit: "mm h⁻¹"}, Legend: LegendRight,
			Guides: []Guide{{At: 0.005, Vertical: true}},
		})
	}},
	{"histogram_log", func(s Style) (*Picture, error) {
		edges := linspace(0, 60, 61)
		centre := edges[:60]
		density := func(scale float64) []float64 {
			d := apply(centre, func(r float64) float64 { return math.Exp(-math.Pow(r/scale, 0.6)) })
			d[0] = 0.97
			d[45], d[50], d[51] = 0, 0, 0
			return d
		}
		return Histogram([]Counts{
			{"held-out hours", edges, density(1.0)},
			{"generated", edges, density(0.8)},
			{"square root", edges, density(1.2)},
		}, HistogramOptions{Style: s, X: Axis{Label: "Rain rate", Unit: "mm h^{-1}"}, Y: Axis{Unit: "h mm^{-1}", Log: true}})
	}},
	{"histogram_linear", func(s Style) (*Picture, error) {
		return Histogram([]Counts{{"", []float64{0, 1, 2, 3, 5, 8}, []float64{0.11, 0.12, 0.13, 0.1, 0.0866}}},
			HistogramOptions{Style: s, X: Axis{Label: "Rank"}, Y: Axis{Label: "Frequency"}})
	}},
	{"quantiles", func(s Style) (*Picture, error) {
		var ref []float64
		for n := 1.0; n <= 6; n++ {
			for m := 1.0; m <= 9; m++ {
				p := 1 - math.Pow(10, -n) + m*math.Pow(10, -n-1)
				ref = append(ref, math.Pow(-math.Log(1-p), 1.55))
			}
		}
		return QuantilePlot(ref, []Quantiles{
			{"no transform", apply(ref, func(q float64) float64 { return 0.75 * q })},
			{"square root", apply(ref, func(q float64) float64 { return 0.97*q + 0.002*q*q })},
			{"learnt", apply(ref, func(q float64) float64 { return 0.92 * math.Pow(q, 0.97) })},
		}, QuantileOptions{Style: s, Unit: "mm h^{-1}", ReferenceLabel: "Test set", ModelLabel: "Generated"})
	}},
	{"quantiles_log", func(s Style) (*Picture, error) {
		ref := []float64{0, 0, 0.01, 0.05, 0.3, 1, 4, 12, 33, 61}
		return QuantilePlot(ref, []Quantiles{
			{"no transform", apply(ref, func(q float64) float64 { return 0.75 * q })},
			{"square root", apply(ref, func(q float64) float64 { return 1.1 * q })},
		}, QuantileOptions{Style: s, Log: true, Unit: "mm h^{-1}"})
	}},
	{"spectra", func(s Style) (*Picture, error) {
		k := linspace(0, 32, 33)
		f := func(a float64) []float64 {
			return apply(k, func(k float64) float64 {
				if k == 0 {
					return 0
				}
				return a * 1e7 * math.Pow(k*k+9, -1.45)
			})
		}
		return Spectra([]Series{
			{Name: "test", X: k, Y: f(1)},
			{Name: "generated", X: k, Y: f(0.5), Dashed: true},
		}, SpectrumOptions{Style: s, X: Axis{Unit: "cycles per domain"}, Y: Axis{Label: "Spatial power", Unit: "mm² h⁻²"}})
	}},
}
