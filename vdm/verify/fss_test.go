package verify

import (
	"fmt"
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// fssOf scores one frame at a threshold of ½.
func fssOf(t *testing.T, height, width int, scales []int, truth []float32, members ...[]float32) FSSValue {
	t.Helper()
	s := must(NewFSS(1, height, width, []float64{0.5}, scales))
	check(t, s.Add(members, truth))
	return s.Value()[0]
}

// Two lines of rain, one cell wide and d cells apart, in a domain much larger:
// 1 − d/n in windows of n ≥ d, so that the aim of ½ is reached at n = 2d, which
// is the rule that Roberts and Lean (2008) find for displaced rain.
func TestFSSOfADisplacedLine(t *testing.T) {
	const height, width, d = 3, 400, 5
	truth, forecast := make([]float32, height*width), make([]float32, height*width)
	for y := range height {
		truth[y*width+200], forecast[y*width+200+d] = 1, 1
	}
	scales := []int{1, 3, 5, 7, 9, 11, 21, 41}
	v := fssOf(t, height, width, scales, truth, forecast)
	for i, n := range scales {
		if want := max(0, 1-float64(d)/float64(n)); !(math.Abs(v.Score[i]-want) <= 1e-12) {
			t.Errorf("windows of %d: %v, want %v", n, v.Score[i], want)
		}
	}
	if v.SkilfulScale != 11 || v.Random != 1.0/width || v.Uniform != 0.5+0.5/width { // ½ + 1/800 lies between n = 9 and 11
		t.Errorf("skilful from %d cells on, random %v, uniform %v", v.SkilfulScale, v.Random, v.Uniform)
	}
}

// Windows that hold the whole domain: 2fo/(f² + o²), of the frequencies f and o
// alone (Roberts and Lean 2008, the asymptotic FSS).
func TestFSSOfTheWholeDomain(t *testing.T) {
	truth := []float32{1, 0, 0, 0, 0, 0}
	v := fssOf(t, 2, 3, []int{1, 5}, truth, []float32{0, 1, 1, 1, 0, 0})
	if want := 2.0 * 3 / (9 + 1); !near(v.Score[1], want, 1e-14) || v.Score[0] != 0 {
		t.Errorf("%v, want 0 and %v", v.Score, want)
	}
}

// The references: a random forecast of the right frequency f scores f cell by
// cell. A forecast of the probability f everywhere scores 2f/(1 + f), and not
// the ½ + f/2 that the paper gives and Uniform holds.
func TestFSSOfRandomForecasts(t *testing.T) {
	const side, frames, f = 64, 60, 0.2
	draw := func(sample uint32) []float32 {
		x := make([]float32, frames*side*side)
		noise.Key{Seed: 81, Stream: noise.Synthetic, Sample: sample}.Uniform(x, 0, 1)
		for i := range x {
			x[i] = float32(math.Floor(float64(x[i]) + f)) // 1 with probability f
		}
		return x
	}
	truth := draw(0)
	s := must(NewFSS(frames, side, side, []float64{0.5}, []int{1}))
	check(t, s.Add([][]float32{draw(1)}, truth))
	v := s.Value()[0]
	var each []float64
	for _, scores := range v.ByLead {
		each = append(each, scores[0])
	}
	expect(t, "random", each, f)
	if !(math.Abs(v.Random-f) <= 0.005) {
		t.Errorf("base rate %v, want about %v", v.Random, f)
	}
	// Of five members one says yes, each in turn: a probability of 1/5 everywhere.
	members := make([][]float32, 5)
	for m := range members {
		members[m] = make([]float32, side*side)
		for i := range members[m] {
			if i%5 == m {
				members[m][i] = 1
			}
		}
	}
	exact := make([]float32, side*side) // wet in exactly a fifth, but for the 4096 − 5·819 left over
	for i := 0; i+4 < len(exact); i += 5 {
		exact[i] = 1
	}
	if u := fssOf(t, side, side, []int{1}, exact, members...); !(math.Abs(u.Score[0]-2*f/(1+f)) <= 1e-3) {
		t.Errorf("uniform probability: %v, want %v", u.Score[0], 2*f/(1+f))
	}
}

// By hand, three cells in a row: at the edge a window of 3 holds two cells.
func TestFSSAtTheEdge(t *testing.T) {
	v := fssOf(t, 1, 3, []int{3}, []float32{1, 0, 0}, []float32{0, 0, 1})
	// Fractions ½ ⅓ 0 and 0 ⅓ ½.
	if want := 1 - 0.5/(2*(0.25+1.0/9)); !near(v.Score[0], want, 1e-14) {
		t.Errorf("%v, want %v", v.Score[0], want)
	}
	// The first cell missing: fractions of what is left, – 0 0 and – ½ ½; the
	// window around the missing cell holds the second.
	v = fssOf(t, 1, 3, []int{3}, []float32{missing, 1, 0}, []float32{1, 0, 1})
	// Truth 1 ½ ½, forecast 0 ½ ½.
	if want := 1 - 1/(1.5+0.5); !near(v.Score[0], want, 1e-14) || v.BaseRate != 0.5 {
		t.Errorf("with a cell missing %v, want %v; base rate %v", v.Score[0], want, v.BaseRate)
	}
}

func TestFSSDryAndMissing(t *testing.T) {
	dry, wet := make([]float32, 4), []float32{0, 1, 0, 0}
	if v := fssOf(t, 2, 2, []int{1, 3}, dry, dry); !math.IsNaN(v.Score[0]) || v.SkilfulScale != 0 || v.Random != 0 {
		t.Errorf("both dry: %+v", v)
	}
	for _, v := range []FSSValue{fssOf(t, 2, 2, []int{1, 3}, dry, wet), fssOf(t, 2, 2, []int{1, 3}, wet, dry)} {
		if v.Score[0] != 0 || v.Score[1] != 0 {
			t.Errorf("one dry: %+v", v)
		}
	}
	if v := fssOf(t, 2, 2, []int{1, 3}, wet, wet); v.Score[0] != 1 || v.Score[1] != 1 || v.SkilfulScale != 1 {
		t.Errorf("perfect: %+v", v)
	}
	nan := []float32{missing, missing, missing, missing}
	if v := fssOf(t, 2, 2, []int{1}, nan, wet); !math.IsNaN(v.Score[0]) || !math.IsNaN(v.BaseRate) {
		t.Errorf("all missing: %+v", v)
	}
	// A frame dry in both changes nothing but the base rate.
	s := must(NewFSS(2, 2, 2, []float64{0.5}, []int{3}))
	check(t, s.Add([][]float32{{1, 0, 1, 0, 0, 0, 0, 0}}, []float32{1, 0, 0, 0, 0, 0, 0, 0}))
	v := s.Value()[0]
	if v.Score[0] != v.ByLead[0][0] || !math.IsNaN(v.ByLead[1][0]) || v.BaseRate != 1.0/8 {
		t.Errorf("%+v", v)
	}
}

func TestFSSRefuses(t *testing.T) {
	make1 := func(leads, h, w int, thresholds []float64, scales []int) error {
		_, err := NewFSS(leads, h, w, thresholds, scales)
		return err
	}
	one := []float64{1}
	s := must(NewFSS(1, 2, 2, one, []int{1}))
	four := []float32{1, 2, 3, 4}
	check(t, s.Add([][]float32{four}, four))
	two := must(NewFSS(1, 2, 2, one, []int{1}))
	check(t, two.Add([][]float32{four, four}, four))
	for name, err := range map[string]error{
		"no lead times":    make1(0, 2, 2, one, []int{1}),
		"no cells":         make1(1, 0, 2, one, []int{1}),
		"no thresholds":    make1(1, 2, 2, nil, []int{1}),
		"no scales":        make1(1, 2, 2, one, nil),
		"an even scale":    make1(1, 2, 2, one, []int{2}),
		"a scale of -1":    make1(1, 2, 2, one, []int{-1}),
		"falling scales":   make1(1, 2, 2, one, []int{3, 1}),
		"another size":     s.Add([][]float32{{1, 2}}, []float32{1, 2}),
		"other members":    s.Merge(two),
		"other scales":     s.Merge(must(NewFSS(1, 2, 2, one, []int{3}))),
		"other thresholds": s.Merge(must(NewFSS(1, 2, 2, []float64{2}, []int{1}))),
		"other size":       s.Merge(must(NewFSS(1, 4, 1, one, []int{1}))),
		"other leads":      s.Merge(must(NewFSS(2, 2, 2, one, []int{1}))),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestFSSMerges(t *testing.T) {
	laws(t, 1e-13, func() *FSS { return must(NewFSS(2, 6, 5, []float64{0.1, 0.5}, []int{1, 3, 9})) },
		func(s *FSS, part int) {
			p := uint32(10 * part)
			check(t, s.Add([][]float32{rain(p, 60), rain(p+1, 60)}, rain(p+3, 60)))
		},
		(*FSS).Merge,
		func(s *FSS) []float64 {
			v := s.Value()
			return append(append(append(v[0].Score, v[1].ByLead[1]...), v[1].Score...), v[0].BaseRate)
		})
}

func ExampleFSS() {
	s, _ := NewFSS(1, 1, 11, []float64{0.5}, []int{1, 3, 5})
	// Rain two cells too far to the right.
	truth := []float32{0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0}
	forecast := []float32{0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0}
	if err := s.Add([][]float32{forecast}, truth); err != nil {
		fmt.Println(err)
		return
	}
	v := s.Value()[0]
	for i, n := range v.Scales {
		fmt.Printf("%d cells: %.2f\n", n, v.Score[i])
	}
	fmt.Printf("of use from %d cells on (%.2f)\n", v.SkilfulScale, v.Uniform)
	// Output:
	// 1 cells: 0.00
	// 3 cells: 0.33
	// 5 cells: 0.60
	// of use from 5 cells on (0.55)
}

func BenchmarkFSS(b *testing.B) {
	s, truth := must(NewFSS(5, 64, 64, []float64{0.1, 1, 5}, []int{1, 3, 5, 9, 17, 33})), rain(0, 5*64*64)
	members := ensembleOf(32, len(truth))
	for b.Loop() {
		check64(b, s.Add(members, truth))
	}
}
