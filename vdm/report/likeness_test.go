package report

import (
	"math"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// levelledWaves are n clips of two 16×16 frames: a wave of wavenumber 3 on a level that
// differs from clip to clip, by hand.
func levelledWaves(n int, amplitude, step float64) *vdm.Samples {
	s := vdm.NewSamples(n, 2, 16, 16, 1)
	for i := range s.Data {
		clip := i / (2 * 256)
		x := float64(i % 16)
		s.Data[i] = float32(10 + step*float64(clip) + amplitude*math.Sin(2*math.Pi*3*x/16))
	}
	return s
}

func TestLikeness(t *testing.T) {
	l, err := Portray(VerifyOptions{Variable: "rain", Units: "mm/h"}, Set{Name: "training", Clips: levelledWaves(5, 2, 1)},
		Set{Name: "generated", Clips: levelledWaves(5, 1, 0.25)}, Set{Name: "held out", Clips: levelledWaves(5, 2, 1)})
	if err != nil {
		t.Fatal(err)
	}
	if len(l.Bands) != 3 || l.Bands[2] != [2]int{4, 7} {
		t.Fatalf("bands %v, want 1, 2–3 and 4–7", l.Bands)
	}
	generated, heldOut := l.Others[0], l.Others[1]
	if q := generated.Power[1] / l.Reference.Power[1]; math.Abs(q-0.25) > 1e-6 {
		t.Errorf("half the amplitude has %v of the power, want a quarter", q)
	}
	if q := float64(generated.Spread / l.Reference.Spread); math.Abs(q-0.25) > 1e-6 {
		t.Errorf("a quarter of the steps between clips are a spread of %v, want a quarter", q)
	}
	if got, want := float64(l.Reference.Spread), math.Sqrt(2.5); math.Abs(got-want) > 1e-5 {
		t.Errorf("the spread of 10 … 14 is %v, want %v", got, want)
	}
	failures := strings.Join(l.Failures(generated), "; ")
	for _, want := range []string{"k = 2–3 is 25 %", "by 25 %", "99 % quantile is off by"} {
		if !strings.Contains(failures, want) {
			t.Errorf("%q is not among the failures: %s", want, failures)
		}
	}
	if more := l.Failures(heldOut); len(more) != 0 {
		t.Errorf("a copy of the reference fails: %v", more)
	}
	table := l.Table()
	if err := table.Validate(); err != nil || !strings.Contains(table.Text(), "0.25") {
		t.Errorf("%v\n%s", err, table.Text())
	}
}

// A quarter of the cells below a tenth, and a missing one that does not count.
func TestLikenessOfDryCells(t *testing.T) {
	s := vdm.NewSamples(1, 1, 4, 4, 1)
	for i := range s.Data {
		s.Data[i] = 1
	}
	copy(s.Data, []float32{0, 0.09, 0.05, float32(math.NaN())})
	l, err := Portray(VerifyOptions{}, Set{Name: "a", Clips: s}, Set{Name: "b", Clips: s})
	if err != nil {
		t.Fatal(err)
	}
	if got := float64(l.Reference.Dry); got != 0.2 {
		t.Errorf("dry share %v of 3 in 15, want 0.2", got)
	}
	wet := vdm.NewSamples(2, 1, 4, 4, 1)
	for i := range wet.Data {
		wet.Data[i] = 1
	}
	if l, err = Portray(VerifyOptions{}, Set{Name: "a", Clips: s}, Set{Name: "b", Clips: wet}); err != nil {
		t.Fatal(err)
	}
	if f := l.Failures(l.Others[0]); len(f) == 0 || !strings.Contains(f[0], "dry") {
		t.Errorf("no dry cell where a fifth is: %v", f)
	}
	if _, err := Portray(VerifyOptions{Channel: 1}, Set{Name: "a", Clips: s}); err == nil {
		t.Error("there is no channel 1")
	}
	if _, err := Portray(VerifyOptions{}, Set{Name: "a", Clips: s}, Set{Name: "b", Clips: levelledWaves(1, 1, 1)}); err == nil {
		t.Error("frames of another size")
	}
}
