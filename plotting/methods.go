package plotting

import "strings"

// methods gives the methods and data that occur in many figures their place among the
// colours of lines and the shapes of marks, so that each looks the same in every figure.
// Names that occur together have different places.
var methods = map[string]int{
	// data
	"truth": 6, "observed": 6, "test": 6, "reference": 6, "held out": 6, "training": 0,
	// forecasts
	"network": 1, "generated": 1, "STEPS": 0, "advection": 4, "persistence": 5, "climatology": 3, "linear": 2,
	// guidance
	"map": 1, "noise level map": 1, "replacement": 5, "reconstruction": 4, "moment-matching": 2, "pseudo-inverse": 3, "posterior": 0,
	// samplers
	"dpm++3m": 1, "dpm++2m": 2, "dpm++2m-sde": 3, "ddim": 4, "ancestral": 5, "heun": 0, "euler-maruyama": 6,
}

// places returns the place of each series of a figure among the colours and marks: its
// method's, else the next one that is free. A name may say more after its method, in
// parentheses or after a comma.
func places(names []string) []int {
	out, taken := make([]int, len(names)), map[int]bool{}
	known := make([]bool, len(names))
	for i, name := range names {
		if at := strings.IndexAny(name, "(,:"); at > 0 {
			name = name[:at]
		}
		place, ok := methods[strings.TrimSpace(name)]
		if ok && !taken[place] {
			out[i], known[i], taken[place] = place, true, true
		}
	}
	next := 0
	for i := range names {
		if known[i] {
			continue
		}
		for range okabeIto {
			if !taken[next%len(okabeIto)] {
				break
			}
			next++
		}
		out[i] = next
		next++
	}
	return out
}

// seriesPlaces returns the places of series.
func seriesPlaces(series []Series) []int {
	var names []string
	for _, s := range series {
		names = append(names, s.Name)
	}
	return places(names)
}
