package vdm

import (
	"math"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

var nan32 = float32(math.NaN())

// What does not fit, holds no number, or cannot be is refused, by name.
func TestObservationRefuses(t *testing.T) {
	clip := [4]int{1, 2, 2, 1}
	inf := float32(math.Inf(1))
	blocks := Operator{Rows: [][]float64{{.5, .5}}, Columns: [][]float64{{.5, .5}}}
	for says, o := range map[string]Observation{
		"measurement 0: 3 values, want 4 (1 frames × 2 × 2 × 1 channels)": {{Y: []float32{1, 2, 3}}},
		"measurement 1: 4 values, want 1":                                 {{Y: make([]float32, 4)}, {Of: blocks, Y: make([]float32, 4)}},
		"has 3 entries, the clip 2 columns":                               {{Of: Operator{Columns: [][]float64{{1, 1, 1}}}, Y: make([]float32, 2)}},
		"standard deviations of 3 values, want 4":                         {{Y: make([]float32, 4), StdOf: make([]float32, 3)}},
		"noise is -0.1":                {{Y: make([]float32, 4), Std: -0.1}},
		"noise is NaN":                 {{Y: make([]float32, 4), Std: math.NaN()}},
		"noise is +Inf":                {{Y: make([]float32, 4), Std: math.Inf(1)}},
		"deviation of value 2 is -1":   {{Y: make([]float32, 4), StdOf: []float32{0, 1, -1, 0}}},
		"deviation of value 1 is NaN":  {{Y: make([]float32, 4), StdOf: []float32{0, nan32, 0, 0}}},
		"value 3 is infinite":          {{Y: []float32{0, 1, 2, inf}}},
		"no cell is known: use Sample": {{Y: []float32{nan32, nan32, nan32, nan32}}},
	} {
		enginetest.WantError(t, "observation", o.Validate(clip, 2), says)
	}
	_, err := KnownCells(make([]float32, 4), make([]bool, 3))
	enginetest.WantError(t, "known cells", err, "4 values and 3 marks")
}

// Exact measurements that contradict each other are refused, those that agree to
// float32 are not, nor any with noise; what is not observed contradicts nothing.
func TestContradictions(t *testing.T) {
	clip := [4]int{1, 2, 2, 1}
	mean := Operator{Rows: [][]float64{{.5, .5}}, Columns: [][]float64{{.5, .5}}}
	cells := func(y ...float32) Measurement { return Measurement{Y: y} }
	means := func(y ...float32) Measurement { return Measurement{Of: mean, Y: y} }
	noisy := func(m Measurement, std float64) Measurement { m.Std = std; return m }
	twice := Measurement{Of: Operator{Columns: [][]float64{{1, 0}, {1, 0}}}, Y: []float32{1, 1, 2, 3}}
	for name, c := range map[string]struct {
		o    Observation
		says string
	}{
		"a mean that is not":       {Observation{cells(1, 2, 3, 4), means(7)}, "measurement"},
		"the mean":                 {Observation{cells(1, 2, 3, 4), means(2.5)}, ""},
		"the mean to rounding":     {Observation{cells(.1, .2, .3, .4), means(.25000003)}, ""},
		"the last is the largest":  {Observation{cells(0, 0, 0, 1000), cells(0, 0, 0, 1000.5)}, ""},
		"a mean of cells unseen":   {Observation{cells(1, 2, 3, nan32), means(7)}, ""},
		"a mean with noise":        {Observation{cells(1, 2, 3, 4), noisy(means(7), .1)}, ""},
		"cells with noise":         {Observation{noisy(cells(1, 2, 3, 4), .1), means(7)}, ""},
		"a cell seen twice":        {Observation{twice}, "value 2 of sample 0: 2 contradicts"},
		"a cell of another sample": {Observation{cells(1, 2, 3, 4, 1, 2, 3, 5), means(2.5, 2.5)}, "of sample 1"},
		"each sample its own":      {Observation{cells(1, 2, 3, 4, 1, 2, 3, 5), means(2.5, 2.75)}, ""},
		"noise of the contradicting value": {Observation{
			{Y: []float32{1, 2, 3, 4}, StdOf: []float32{0, 0, 0, .5}}, means(7)}, ""},
	} {
		err := c.o.Validate(clip, 2)
		if c.says == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		enginetest.WantError(t, name, err, "contradicts the other exact measurements", c.says)
	}
}

// In the graph: NaN is not observed, a sample has its own values and noise, and
// samples past the last repeat it.
func TestObservationInTheGraph(t *testing.T) {
	clip := [4]int{1, 1, 3, 1}
	o := Observation{
		{Y: []float32{1, nan32, 3, nan32, 5, 6}, StdOf: []float32{.5, 1, 0}},
		{Of: Operator{Columns: [][]float64{{1, 1, 1}}}, Y: []float32{9}, Std: 2},
	}
	r, err := o.resolve(clip, 2)
	if err != nil {
		t.Fatal(err)
	}
	x := []float32{10, 20, 30, 1, 2, 3, 0, 0, 0}
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		args := []any{enginetest.Tensor(x, 3, 1, 1, 3, 1)}
		for _, in := range r.inputs(0, 3) {
			args = append(args, in)
		}
		out := enginetest.Evaluate(t, be, func(in []*g.Node) []*g.Node {
			given := r.graph(in[1:], nil)
			misfit, parts := given.Misfit(in[0]), given.Measurements()
			if given.Replaceable() || given.orthogonal {
				t.Error("two measurements with noise are replaceable or orthogonal")
			}
			return []*g.Node{misfit[0], misfit[1], g.AddScalar(parts[0].Variance, 0), g.AddScalar(parts[1].Variance, 0), misfit.Dot(misfit), g.AddScalar(given.total, 0)}
		}, args...)
		for i, want := range [][]float32{
			{-9, 0, -27, 0, 3, 3, 0, 5, 6},
			{-51, 3, 9},
			{.25, 0, 0, 0, 1, 0, 0, 1, 0},
			{4, 4, 4},
			{81 + 729 + 2601, 27, 61 + 81},
			{9},
		} {
			if !slices.Equal(out[i], want) {
				t.Errorf("output %d is %v, want %v", i, out[i], want)
			}
		}
	})
}

// The part of a change that exact means do not see is the change without its projection
// on their rows.
func TestUnknownPartOfMeans(t *testing.T) {
	o := Observation{{Of: Operator{Columns: [][]float64{{.5, .5, 0, 0}, {0, 0, .25, .75}}}, Y: []float32{1, 2}}}
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		out := enginetest.Evaluate(t, be, func(in []*g.Node) []*g.Node {
			given, err := o.Fixed(in[0], g.ZerosLike(in[0]))
			if err != nil || !given.Replaceable() {
				t.Fatalf("exact means of different cells are not replaceable (%v)", err)
			}
			return []*g.Node{given.Unknown(in[0])}
		}, enginetest.Tensor([]float32{1, 2, 3, 4}, 1, 1, 1, 4, 1))
		for i, want := range []float64{-.5, .5, 1.5, -.5} {
			enginetest.Near(t, "the unseen part", float64(out[0][i]), want, 1e-6)
		}
	})
}

// everyGuidance has one of each method.
func everyGuidance(t testing.TB) map[string]Guidance {
	t.Helper()
	all := map[string]Guidance{}
	for _, name := range GuidanceNames() {
		if name == "map" {
			continue // the denoisers of these tests take no map: see TestMap…
		}
		guidance, err := NewGuidance(name)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = guidance
	}
	return all
}

// Everything known, one step, and a row that repeats another: the samples are
// finite and hold what is known, whatever the method.
func TestGuidanceOfExtremeObservations(t *testing.T) {
	d := correlated()
	shape := [4]int{1, 1, 4, 1}
	repeated := Operator{Columns: [][]float64{{1, 1, 0, 0}, {1, 1, 0, 0}, {0, 1, 0, 0}}}
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		for name, guidance := range everyGuidance(t) {
			for _, steps := range []int{1, 20} {
				plan := ancestral(t, Cosine{}, steps, UpperBound)
				for what, o := range map[string]Observation{
					"everything": {{Y: []float32{1, -1, .5, 0}}},
					"the mean":   {{Y: []float32{0.4, -0.7, 0.1, 0.9}}},
					"repeated":   {{Of: repeated, Y: []float32{.5, .5, -.5}}},
					"most":       {{Y: []float32{1, -1, nan32, nan32}}, {Of: repeated, Y: []float32{0, 0, -1}}},
				} {
					s, err := SampleFrom(t.Context(), be, d.denoiser, plan, shape, o, DrawOptions{Count: 2, Guidance: guidance})
					if guidance.Check(o) != nil {
						enginetest.WantError(t, name+", "+what, err, "one exact measurement whose rows are orthogonal")
						continue
					}
					if err != nil {
						t.Fatal(err)
					}
					for i := range s.Len() {
						for j, v := range s.At(i) {
							if !(math.Abs(float64(v)) < 100) {
								t.Errorf("%s, %s, %d steps: value %d is %v", name, what, steps, j, v)
							}
							if y := o[0].Y[min(j, len(o[0].Y)-1)]; o[0].Of.identity() && y == y && v != y {
								t.Errorf("%s, %s, %d steps: known value %d is %v, want %v", name, what, steps, j, v, y)
							}
						}
					}
				}
			}
		}
	})
}
