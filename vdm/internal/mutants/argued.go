package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// argued lists random changes that make no difference, and why: what has an argument in
// the place of a test. The tests check that the code of each is still as it was when the
// argument was made, and that the change is one that the program makes.
var argued = []named{
	{name: "padding", file: "vdm/elbo.go", in: "min(from+k, evaluations-1)%o.Levels", old: "1", new: "(1 - 1)",
		what: "only places after the last evaluation, whose results are not used, get another level"},
	{name: "half-way", file: "vdm/schedule_cosine.go", old: "psi < rest", new: "psi <= rest",
		what: "where ψ is π/4 either form is the shift to rounding"},
	{name: "infinite deviation", file: "vdm/observation.go", in: "math.IsInf(float64(s), 1)", old: "1", new: "(1 + 1)",
		what: "any number above 0 asks for +Inf"},
	{name: "middle of a knot", file: "vdm/transform/normalscore.go", old: "share < 0.5", new: "share <= 0.5",
		what: "half-way both ends give the same number to rounding"},
	{name: "one pair", file: "vdm/transform/normalscore.go", in: "n > 0 && (math.IsInf", old: "0", new: "(0 - 1)",
		what: "one pair has the range 0, which is finite"},
	{name: "no pair", file: "vdm/transform/normalscore.go", in: "n > 0 && (math.IsInf", old: "n > 0", new: "n >= 0",
		what: "one pair has the range 0, which is finite"},
	{name: "order of the extremes", file: "vdm/transform/fit.go", in: "sampleOf(data, before, lo, hi)", old: "lo, hi", new: "hi, lo",
		what: "the sample is sorted before it is used"},
	{name: "learnt: least slope", file: "vdm/transform/learnt.go", old: "l.end > 1e-300", new: "l.end >= 1e-300",
		what: "the inverse of 1e-300 itself is finite, too"},
	{name: "learnt: largest slope", file: "vdm/transform/learnt.go", old: "l.end < 1e300", new: "l.end <= 1e300",
		what: "the inverse of 1e300 itself is no denormal number either"},
	{name: "learnt: last digits", file: "vdm/transform/learnt.go", in: "1e-15*u", old: "1e-15", new: "(2 * 1e-15)",
		what: "Newton's step has squared a relative error of 1e-15 either way"},
	{name: "learnt: room", file: "vdm/transform/learnt.go", in: "make([]float64, 2*h)", old: "2", new: "(2 + 1)",
		what: "only the first 2h places are used"},
	{name: "GEV: no digits", file: "vdm/verify/gev.go", old: "math.Abs(k) < 1e-9", new: "math.Abs(k) <= 1e-9",
		what: "at a shape of 1e-9 either form has the digits of the other"},
	{name: "spectrum: room", file: "vdm/verify/spectra.go", in: "modes: make([]float64, side/2+1)", old: "2", new: "(2 - 1)",
		what: "only the first side/2 + 1 places are used"},
	{name: "equal maxima", file: "vdm/verify/accumulation.go", old: "most <= largest", new: "most < largest",
		what: "a maximum in the place of an equal one is the same maximum"},
	{name: "variogram: row", file: "vdm/verify/variogram.go", in: "m[from:from+n]", old: "from+n", new: "from+n + 1",
		what: "the value more is not read, and exists: the partners of a row lie behind it"},
	{name: "transform of four: row", file: "vdm/verify/fft_plane.go", in: "to[s : 2*s][:s]", old: "2*s", new: "max(0, 2*s - 1)",
		what: "the row is cut to s values again, and its capacity reaches further"},
	{name: "transform of four: last quarter", file: "vdm/verify/fft_plane.go", in: "x[(p+3*m)*s:(p+3*m+1)*s]", old: "1", new: "(1 - 1)",
		what: "the row is cut to s values again, and its capacity reaches further"},
	{name: "median of three", file: "vdm/verify/selection.go", in: "median3(values[low], values[(low+high)/2], values[high])",
		old: "values[(low+high)/2], values[high]", new: "values[high], values[(low+high)/2]",
		what: "a median does not depend on the order"},
	{name: "window at its end", file: "vdm/verify/blocklength.go", in: "lag := 1; lag <= m;", old: "lag <= m", new: "lag < m",
		what: "the window is 0 at lag m"},
	{name: "copies of states", file: "vdm/train/refresh.go", in: "append([]float32(nil), values...)", old: "[]float32(nil), values", new: "values, []float32(nil)",
		what: "nobody changes the values, which a device may then have as they are"},
	{name: "seed of resamples", file: "vdm/verify/returnlevel.go", old: "0x100000001b3", new: "(0x100000001b3 - 1)",
		what: "any seed that depends on the record will do"},
	{name: "distance 0", file: "vdm/verify/variogram.go", old: "d > 0", new: "d >= 0",
		what: "a cell and itself are excluded by the last condition, too"},
}

// arguments returns the reasons of argued changes by their places.
func arguments(root string) (map[string]string, error) {
	all := map[string]string{}
	for _, a := range argued {
		text, err := os.ReadFile(filepath.Join(root, a.file))
		if err != nil {
			return nil, err
		}
		c, err := a.change(string(text))
		if err != nil {
			return nil, fmt.Errorf("an argument whose code has gone: %w", err)
		}
		all[c.place()] = a.what
	}
	return all, nil
}

// place names a change by its file, its bytes and what they become.
func (c change) place() string { return fmt.Sprintf("%s:%d-%d %s", c.file, c.from, c.to, c.wrong) }
