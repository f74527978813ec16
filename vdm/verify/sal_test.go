package verify

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// field returns height·width zeros but for the blocks given: row, column,
// height, width, value.
func field(height, width int, blocks ...[5]float64) []float32 {
	f := make([]float32, height*width)
	for _, b := range blocks {
		for y := int(b[0]); y < int(b[0]+b[2]); y++ {
			for x := int(b[1]); x < int(b[1]+b[3]); x++ {
				f[y*width+x] = float32(b[4])
			}
		}
	}
	return f
}

func salOf(t *testing.T, height, width int, forecast, truth []float32) SALScore {
	t.Helper()
	score, ok, err := must(NewSAL(1, height, width)).Score(forecast, truth)
	check(t, err)
	if !ok {
		t.Fatal("the fields are dry")
	}
	return score
}

func TestSALByHand(t *testing.T) {
	const h, w = 13, 17 // corners 20 cells apart
	truth := field(h, w, [5]float64{2, 2, 2, 2, 1})
	for name, c := range map[string]struct {
		forecast []float32
		want     SALScore
	}{
		"perfect": {truth, SALScore{}},
		// Moved by 3 rows and 4 columns: a quarter of the longest distance.
		"displaced": {field(h, w, [5]float64{5, 6, 2, 2, 1}), SALScore{Location: 0.25, L1: 0.25}},
		// A = 1 is three times the rain, −1 a third (Wernli et al. 2008).
		"three times": {field(h, w, [5]float64{2, 2, 2, 2, 3}), SALScore{Amplitude: 1}},
		"a third":     {field(h, w, [5]float64{2, 2, 2, 2, 1 / 3.0}), SALScore{Amplitude: -1}},
		// The same rain in one cell: scaled volume 1 for 4.
		"too peaked": {field(h, w, [5]float64{2, 2, 1, 1, 4}), SALScore{Structure: -1.2, Location: math.Sqrt(0.5) / 20, L1: math.Sqrt(0.5) / 20}},
		// Two objects of two cells, six rows apart, about the same centre, where
		// the truth's one object lies: they scatter by 3 cells; volume 2 for 4.
		"parted": {field(h, w, [5]float64{5, 2, 1, 2, 1}, [5]float64{11, 2, 1, 2, 1}),
			SALScore{Structure: -2.0 / 3, Location: 5.5/20 + 2*3.0/20, L1: 5.5 / 20, L2: 2 * 3.0 / 20}},
		// Objects that touch at a corner are one: volume 8 for 4.
		"touching": {field(h, w, [5]float64{2, 2, 2, 2, 1}, [5]float64{4, 4, 2, 2, 1}),
			SALScore{Structure: 2.0 / 3, Amplitude: 2.0 / 3, Location: math.Sqrt2 / 20, L1: math.Sqrt2 / 20}},
	} {
		got := salOf(t, h, w, c.forecast, truth)
		for part, pair := range map[string][2]float64{
			"S": {got.Structure, c.want.Structure}, "A": {got.Amplitude, c.want.Amplitude}, "L": {got.Location, c.want.Location},
			"L1": {got.L1, c.want.L1}, "L2": {got.L2, c.want.L2},
		} {
			if !(math.Abs(pair[0]-pair[1]) <= 1e-7) {
				t.Errorf("%s: %s = %v, want %v", name, part, pair[0], pair[1])
			}
		}
	}
}

// The threshold is 1/15 of the 95th percentile of the wet cells: an outlier
// would move that of the maximum, and so what is an object, but not this one.
func TestSALThreshold(t *testing.T) {
	const h, w = 4, 30
	truth := field(h, w, [5]float64{0, 0, 4, 10, 1}, [5]float64{0, 20, 4, 10, 1})
	forecast := slices.Clone(truth)
	forecast[0] = 30
	byPercentile := must(NewSAL(1, h, w))
	check(t, byPercentile.Add([][]float32{forecast}, truth))
	// By the percentile both blocks are: 69²/30 and 40²/1 over 109, for 40.
	v := (69.0*69/30 + 40*40) / 109
	if s := byPercentile.Value().Structure; !near(s, 2*(v-40)/(v+40), 1e-12) {
		t.Errorf("by the percentile S = %v, want %v", s, 2*(v-40)/(v+40))
	}
}

func TestSALBounds(t *testing.T) {
	s := must(NewSAL(1, 12, 9))
	for i := range uint32(200) {
		score, ok, err := s.Score(smoothRain(2*i, 1, 12, 9), smoothRain(2*i+1, 1, 12, 9))
		check(t, err)
		if ok && !(math.Abs(score.Structure) < 2 && math.Abs(score.Amplitude) < 2 && score.L1 >= 0 && score.L1 <= 1 && score.L2 >= 0 && score.L2 <= 1) {
			t.Errorf("%+v", score)
		}
	}
	if s.Value().Scored != 0 {
		t.Error("Score adds to the means")
	}
}

func TestSALDryAndMissing(t *testing.T) {
	wet, dry := []float32{1, 0, 0, 0}, []float32{0.05, 0, 0, 0}
	s := must(NewSAL(1, 2, 2))
	check(t, s.Add([][]float32{wet, dry}, wet))
	check(t, s.Add([][]float32{wet, dry}, dry))
	v := s.Value()
	if v.Scored != 1 || v.DryForecast != 1 || v.DryTruth != 1 || v.DryBoth != 1 || v.Structure != 0 || v.ByLead[0] != v.SALMean {
		t.Errorf("%+v", v)
	}
	if _, ok, err := s.Score(wet, dry); ok || err != nil {
		t.Errorf("a dry truth has a score: %v, %v", ok, err)
	}
	none := must(NewSAL(1, 2, 2))
	check(t, none.Add([][]float32{dry}, wet))
	if v := none.Value(); !math.IsNaN(v.Location) || v.Scored != 0 {
		t.Errorf("nothing scored: %+v", v)
	}
	// What is missing in the truth is not held against the forecast; below 0 is 0.
	gone := must(NewSAL(1, 2, 2))
	check(t, gone.Add([][]float32{{1, 7, 0, -3}}, []float32{1, missing, 0, 0}))
	check(t, gone.Add([][]float32{{1, 0, 0, -0.5}}, []float32{1, 0, 0, 0}))
	if v := gone.Value(); v.SALScore != (SALScore{}) || gone.Missing != 1 {
		t.Errorf("%+v, %d missing", v, gone.Missing)
	}
}

// Structure and Amplitude of both signs cancel in the mean, not in AbsStructure.
func TestSALMeans(t *testing.T) {
	s := must(NewSAL(2, 1, 2))
	check(t, s.Add([][]float32{{3, 0, 1, 0}}, []float32{1, 0, 3, 0}))
	v := s.Value()
	if v.Amplitude != 0 || v.AbsAmplitude != 1 || v.ByLead[0].Amplitude != 1 || v.ByLead[1].Amplitude != -1 || v.Scored != 2 {
		t.Errorf("%+v", v)
	}
	// Too peaked in one frame of two, as by hand above, the other perfect.
	const h, w = 13, 17
	truth := field(h, w, [5]float64{2, 2, 2, 2, 1})
	peaked := must(NewSAL(2, h, w))
	check(t, peaked.Add([][]float32{append(field(h, w, [5]float64{2, 2, 1, 1, 4}), truth...)}, append(slices.Clone(truth), truth...)))
	if v := peaked.Value(); !near(v.Structure, -0.6, 1e-7) || !near(v.AbsStructure, 0.6, 1e-7) || !near(v.ByLead[0].Structure, -1.2, 1e-7) || v.ByLead[1].Structure != 0 {
		t.Errorf("structure %v, by lead %v and %v; want −0.6, −1.2 and 0", v.Structure, v.ByLead[0].Structure, v.ByLead[1].Structure)
	}
}

func TestSALRefuses(t *testing.T) {
	_, noLeads := NewSAL(0, 2, 2)
	_, oneCell := NewSAL(1, 1, 1)
	s := must(NewSAL(1, 1, 2))
	_, _, size := s.Score([]float32{1}, []float32{1, 2})
	for name, err := range map[string]error{
		"no lead times": noLeads, "one cell": oneCell, "another frame": size,
		"another size": s.Add([][]float32{{1}}, []float32{1}),
		"other shape":  s.Merge(must(NewSAL(1, 2, 1))),
		"other leads":  s.Merge(must(NewSAL(2, 1, 2))),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestSALMerges(t *testing.T) {
	laws(t, 1e-12, func() *SAL { return must(NewSAL(2, 6, 5)) },
		func(s *SAL, part int) {
			p := uint32(10 * part)
			check(t, s.Add([][]float32{rain(p, 60), rain(p+1, 60)}, rain(p+3, 60)))
		},
		(*SAL).Merge,
		func(s *SAL) []float64 {
			v := s.Value()
			return []float64{v.Structure, v.Amplitude, v.AbsStructure, v.AbsAmplitude, v.Location, v.L1, v.L2, v.ByLead[1].Location, float64(v.Scored)}
		})
}

func ExampleSAL() {
	s, _ := NewSAL(1, 4, 4)
	truth := []float32{
		0, 0, 0, 0,
		0, 2, 2, 0,
		0, 2, 2, 0,
		0, 0, 0, 0,
	}
	forecast := []float32{ // as much rain, in one peak, one column to the right
		0, 0, 0, 0,
		0, 0, 0, 4,
		0, 0, 0, 4,
		0, 0, 0, 0,
	}
	if err := s.Add([][]float32{forecast}, truth); err != nil {
		fmt.Println(err)
		return
	}
	v := s.Value()
	fmt.Printf("S %.2f A %.2f L %.2f\n", v.Structure, v.Amplitude, v.Location)
	// Output: S -0.67 A 0.00 L 0.35
}

func BenchmarkSAL(b *testing.B) {
	s, truth := must(NewSAL(5, 64, 64)), smoothRain(0, 5, 64, 64)
	members := [][]float32{smoothRain(1, 5, 64, 64), smoothRain(2, 5, 64, 64), smoothRain(3, 5, 64, 64), smoothRain(4, 5, 64, 64)}
	for b.Loop() {
		check64(b, s.Add(members, truth))
	}
}
