package plotting

import "strings"

// methods gives the methods and data that occur in many figures their place among the
// colours and dashes of lines and the shapes of marks, so that each looks the same in every
// figure.
// Names that occur together have different places.
var methods = map[string]int{
	// data
	"truth": 6, "observed": 6, "test": 6, "reference": 6, "held out": 6, "training": 0,
	// forecasts
	"network": 1, "model": 1, "generated": 1, "STEPS": 0, "steps": 0, "advection": 4, "persistence": 5, "climatology": 3, "training clips": 3, "linear interpolation": 2, "linear": 2,
	// guidance
	"map": 1, "map of noise levels": 1, "map and advection": 1, "replacement": 5, "replacement-original": 6, "reconstruction": 4, "reconstruction-mean": 7,
	"moment-matching": 2, "moment matching": 2, "pseudo-inverse": 3, "posterior-sampling": 0,
	// samplers
	"3M": 1, "2M": 2, "stochastic 2M": 3, "2M, stochastic": 3, "DDIM": 4, "Heun": 0, "Euler–Maruyama": 6,
	"dpm++3m": 1, "dpm++2m": 2, "dpm++2m-sde": 3, "ddim": 4, "ancestral": 5, "ancestral-upper": 7, "heun": 0, "euler-maruyama": 6, "predictor-corrector": 8,
}

// places returns the place of each of what a figure shows among the colours and marks: its
// method's, else the next one that is free. A name may say more after its method, in
// parentheses or after a comma.
func places[T any](shown []T, nameOf func(T) string) []int {
	out, taken := make([]int, len(shown)), map[int]bool{}
	known := make([]bool, len(shown))
	for i, one := range shown {
		name := nameOf(one)
		place, ok := methods[name]
		if at := strings.IndexAny(name, "(,:"); !ok && at > 0 {
			place, ok = methods[strings.TrimSpace(name[:at])]
		}
		if ok && !taken[place] {
			out[i], known[i], taken[place] = place, true, true
		}
	}
	next := 0
	for i := range shown {
		if known[i] {
			continue
		}
		for range lookCount {
			if !taken[next%lookCount] {
				break
			}
			next++
		}
		out[i] = next
		next++
	}
	return out
}

func nameOfSeries(s Series) string { return s.Name }
