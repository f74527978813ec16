package exact

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

var nan = float32(math.NaN())

// textbookGiven is the formula with the dense A and the inverse of S.
func textbookGiven(law Gaussian, a *mat.Dense, y, variance []float64) Gaussian {
	n := len(law.Mean)
	var s, gain, inverse, cov mat.Dense
	s.Product(a, law.Cov, a.T())
	for i, v := range variance {
		s.Set(i, i, s.At(i, i)+v)
	}
	if err := inverse.Inverse(&s); err != nil {
		panic(err)
	}
	gain.Product(law.Cov, a.T(), &inverse)
	cov.Product(&gain, a, law.Cov)
	cov.Sub(law.Cov, &cov)
	var off, shift mat.VecDense
	off.MulVec(a, mat.NewVecDense(n, law.Mean))
	off.SubVec(mat.NewVecDense(len(y), y), &off)
	shift.MulVec(&gain, &off)
	out := Gaussian{Mean: make([]float64, n), Cov: symmetric(&cov)}
	for i := range out.Mean {
		out.Mean[i] = law.Mean[i] + shift.AtVec(i)
	}
	return out
}

func blank(n int) []float32 {
	y := make([]float32, n)
	for i := range y {
		y[i] = nan
	}
	return y
}

// The conditional law is the textbook's for gauges, means in time and noise that
// differs from value to value, together.
func TestGivenIsTheTextbooks(t *testing.T) {
	p := small(t) // 3×2×4
	means, err := vdm.BlockMeans(2, 4, 2)
	if err != nil {
		t.Fatal(err)
	}
	gauges := blank(24)
	gauges[5], gauges[18] = 0.7, -1.1
	o := vdm.Observation{
		{Y: gauges, Std: 0.1},
		{Of: means, Y: []float32{0.2, 0.4, nan, nan, -0.3, 0.1}, StdOf: []float32{0, 0.2, 0, 0, 0.3, 0}},
	}
	a := mat.NewDense(6, 24, nil)
	a.Set(0, 5, 1)
	a.Set(1, 18, 1)
	for i, block := range [][2]int{{0, 0}, {0, 1}, {2, 0}, {2, 1}} { // frame, column of the block
		for _, cell := range []int{0, 1, 4, 5} {
			a.Set(2+i, block[0]*8+block[1]*2+cell, 0.25)
		}
	}
	y := []float64{float64(float32(0.7)), float64(float32(-1.1)), float64(float32(0.2)), float64(float32(0.4)), float64(float32(-0.3)), float64(float32(0.1))}
	got, err := p.Given(o)
	if err != nil {
		t.Fatal(err)
	}
	square := func(x float32) float64 { return float64(x) * float64(x) }
	nearLaw(t, "law", got, textbookGiven(p.Distribution(), a, y, []float64{0.01, 0.01, 0, square(0.2), square(0.3), 0}), 1e-12)
}

// What repeats what is known already changes nothing: a cell given twice, the
// mean of cells that are known.
func TestGivenTakesRedundantMeasurements(t *testing.T) {
	p := small(t)
	frame := blank(24)
	for i := range 8 {
		frame[i] = float32(i) / 4
	}
	once, err := p.Given(vdm.Observation{{Y: frame}})
	if err != nil {
		t.Fatal(err)
	}
	means, err := vdm.BlockMeans(2, 4, 2)
	if err != nil {
		t.Fatal(err)
	}
	repeated := vdm.Observation{{Y: frame}, {Y: frame}, {Of: means, Y: []float32{(0 + 1 + 4 + 5) / 16., (2 + 3 + 6 + 7) / 16., nan, nan, nan, nan}}}
	twice, err := p.Given(repeated)
	if err != nil {
		t.Fatal(err)
	}
	nearLaw(t, "known twice", twice, once, 1e-12)
	for i := range 8 {
		enginetest.Near(t, "a known cell", once.Mean[i], float64(frame[i]), 1e-14)
		enginetest.Near(t, "its variance", once.Cov.At(i, i), 0, 1e-14)
	}
}

// Conditioning twice is conditioning once on both; and all that is known is all
// there is.
func TestGivenInTwoGoes(t *testing.T) {
	p := small(t)
	first, second, both := blank(24), blank(24), blank(24)
	r := rand.New(rand.NewPCG(2, 2))
	for i := range 24 {
		v := float32(r.NormFloat64())
		switch i % 3 {
		case 0:
			first[i], both[i] = v, v
		case 1:
			second[i], both[i] = v, v
		}
	}
	one, err := p.Given(vdm.Observation{{Y: first, Std: 0.3}})
	if err != nil {
		t.Fatal(err)
	}
	two, err := one.Given(p.Shape(), vdm.Observation{{Y: second, Std: 0.3}})
	if err != nil {
		t.Fatal(err)
	}
	at, err := p.Given(vdm.Observation{{Y: both, Std: 0.3}})
	if err != nil {
		t.Fatal(err)
	}
	nearLaw(t, "in two goes", two, at, 1e-13)
	all := p.Draw(1, 1)
	known, err := p.Given(vdm.Observation{{Y: all}})
	if err != nil {
		t.Fatal(err)
	}
	enginetest.Near(t, "spread where all is known", mat.Trace(known.Cov), 0, 1e-13)
}

func TestGivenRefusesWhatContradicts(t *testing.T) {
	p := small(t)
	a, b := blank(24), blank(24)
	a[3], b[3] = 1, 2
	for says, o := range map[string]vdm.Observation{
		"contradicts": {{Y: a}, {Y: b}},
		"no cell":     {{Y: blank(24)}},
		"want 24":     {{Y: a[:20]}},
	} {
		if _, err := p.Given(o); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, want one that says %q", err, says)
		}
	}
}
