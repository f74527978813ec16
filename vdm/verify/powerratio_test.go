package verify

import (
	"fmt"
	"math"
	"testing"
)

// Twice the amplitude is four times the power, at every scale and whatever the
// number of frames; a wave that the tests lack has no ratio.
func TestPowerRatio(t *testing.T) {
	p := must(NewPowerRatio(8, 10))
	test := rain(1, 3*80)
	double := make([]float32, len(test))
	for i, v := range test {
		double[i] = 2 * v
	}
	check(t, p.AddTest(test))
	check(t, p.AddGenerated(double))
	check(t, p.AddGenerated(double))
	v := p.Value()
	for i := range v.K {
		if v.K[i] != float64(i+1) || !near(v.Ratio[i], 4, 1e-12) {
			t.Errorf("k = %v: %v, want 4", v.K[i], v.Ratio[i])
		}
	}
	if !near(v.MeanAbsLog, math.Log(4), 1e-12) || v.GeneratedFrames != 6 || v.TestFrames != 3 || len(v.K) != 4 {
		t.Errorf("%+v", v)
	}
	double[5] = missing
	check(t, p.Add([][]float32{double, test}, double))
	if v := p.Value(); v.GeneratedMissing != 1 || v.TestMissing != 1 || v.GeneratedFrames != 11 || v.TestFrames != 5 {
		t.Errorf("%+v", v)
	}
	dry := must(NewPowerRatio(8, 10))
	check(t, dry.Add([][]float32{test}, make([]float32, len(test))))
	if v := dry.Value(); !math.IsNaN(v.Ratio[0]) || !math.IsNaN(v.MeanAbsLog) {
		t.Errorf("against dry tests: %+v", v)
	}
}

func TestPowerRatioRefuses(t *testing.T) {
	p := must(NewPowerRatio(4, 4))
	_, row := NewPowerRatio(1, 4)
	for name, err := range map[string]error{
		"a row": row, "half a frame": p.AddTest(make([]float32, 8)), "no members": p.Add(nil, make([]float32, 16)),
		"members of another size": p.Add([][]float32{make([]float32, 32)}, make([]float32, 16)),
		"another size":            p.Merge(must(NewPowerRatio(4, 5))),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if v := p.Value(); v.TestFrames != 0 || v.GeneratedFrames != 0 {
		t.Errorf("a refused Add left %+v", v)
	}
}

func TestPowerRatioMerges(t *testing.T) {
	laws(t, 1e-12, func() *PowerRatio { return must(NewPowerRatio(6, 9)) },
		func(p *PowerRatio, part int) {
			check(t, p.Add([][]float32{rain(uint32(10*part), 54*2), rain(uint32(10*part+1), 54*2)}, rain(uint32(10*part+2), 54*2)))
		},
		(*PowerRatio).Merge,
		func(p *PowerRatio) []float64 { v := p.Value(); return append(v.Ratio, v.MeanAbsLog) })
}

func ExamplePowerRatio() {
	p, _ := NewPowerRatio(4, 4)
	truth := []float32{ // waves of 4 and of 2 cells
		3, 1, -1, 1,
		3, 1, -1, 1,
		3, 1, -1, 1,
		3, 1, -1, 1,
	}
	smooth := []float32{ // the long one alone
		2, 0, -2, 0,
		2, 0, -2, 0,
		2, 0, -2, 0,
		2, 0, -2, 0,
	}
	for i := range truth {
		if i%2 == 1 {
			truth[i] -= 2
		}
	}
	if err := p.Add([][]float32{smooth}, truth); err != nil {
		fmt.Println(err)
		return
	}
	v := p.Value()
	fmt.Printf("k = %v: %.2f\n", v.K, v.Ratio)
	// Output: k = [1 2]: [1.00 0.00]
}
