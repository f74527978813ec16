package forecast

import (
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

func TestSampleIsExactAtCellsAndOfThirdOrder(t *testing.T) {
	worst := func(n int) float64 {
		field := make([]float64, n*n)
		wave := func(y, x float64) float64 { return math.Sin(6*y/float64(n)+0.3) * math.Cos(4*x/float64(n)) }
		for i := range field {
			field[i] = wave(float64(i/n), float64(i%n))
		}
		worst := 0.0
		for i := range field {
			y, x := float64(i/n), float64(i%n)
			if sample(field, n, n, y, x) != field[i] {
				t.Fatalf("the value at cell %g, %g is not the cell's", y, x)
			}
			// Away from the edges, and from extremes, where the limiter works.
			if y, x := y+0.4, x+0.3; y > 2 && y < float64(n)/8 && x > 2 && x < float64(n)/3 {
				worst = max(worst, math.Abs(sample(field, n, n, y, x)-wave(y, x)))
			}
		}
		return worst
	}
	coarse, fine := worst(64), worst(128)
	if order := math.Log2(coarse / fine); order < 2.8 {
		t.Errorf("errors of %.2g and, with cells half as long, %.2g: order %.2f, expected 3", coarse, fine, order)
	}
}

func TestSampleMakesNoExtremes(t *testing.T) {
	field := make([]float64, 16*16)
	field[5*16+5], field[5*16+6], field[6*16+5], field[6*16+6] = 1, 1, 1, 1
	r := noise.Key{Seed: 1, Stream: noise.Synthetic}.Rand()
	for range 5000 {
		if v := sample(field, 16, 16, 20*r.Float64()-2, 20*r.Float64()-2); v < 0 || v > 1 {
			t.Fatalf("a value of %g from values of 0 and 1", v)
		}
	}
	if a, b := sample(field, 16, 16, -3, 40), field[15]; a != b {
		t.Errorf("%g beyond a corner of %g", a, b)
	}
}

// rotation turns by so many radians a frame around the domain's centre.
func rotation(n int, omega float64) *velocity {
	v, middle := newVelocity(n, n, 0, 0), float64(n-1)/2
	for i := range v.dy {
		v.dy[i], v.dx[i] = omega*(float64(i%n)-middle), -omega*(float64(i/n)-middle)
	}
	return v
}

// Round a circle and back; the midpoint rule is of second order.
func TestTravelRoundACircle(t *testing.T) {
	v := rotation(64, 2*math.Pi/40)
	off := func(steps int) float64 {
		y, x := v.travel(31.5, 51.5, 40, steps, 0, 0)
		return math.Hypot(y-31.5, x-51.5)
	}
	coarse, fine := off(160), off(320)
	// The phase error of a period is of second order, (2π)³/(6·steps²) radians.
	if order := math.Log2(coarse / fine); !(math.Abs(order-2) <= 0.1) || coarse > 20*math.Pow(2*math.Pi, 3)/6/160/160*1.1 {
		t.Errorf("off by %.2g and %.2g cells: order %.2f, expected 2", coarse, fine, order)
	}
	y, x := v.travel(40, 20, 5, 40, 0, 0)
	if y, x = v.travel(y, x, -5, 40, 0, 0); math.Hypot(y-40, x-20) > 2e-3 {
		t.Errorf("there and back ends at %g, %g", y, x)
	}
	if y, x := newVelocity(8, 8, 1, -2).travel(1, 2, 3, 2, 0.5, 0.25); math.Hypot(y-5.5, x+3.25) > 1e-12 {
		t.Errorf("constant motion leads to %g, %g, expected 5.5, -3.25", y, x)
	}
}

func TestTracksEndInside(t *testing.T) {
	c := caseOf(1, 8, 8, []int{0}, func(int, float64, float64) float64 { return 1 })
	c.Clip[3*8+4] = missing
	s := newScene(c)
	tr := newTrack(s, newVelocity(8, 8, 0, 1))
	tr.advance(-2)
	for i := range tr.x {
		x, hole := i%8, i/8 == 3
		want, ended := float64(x-2), false
		switch {
		case hole && x == 4: // outside itself
			want, ended = 4, true
		case hole && (x == 5 || x == 6): // stopped before the hole
			want, ended = 5, true
		case x < 2:
			want, ended = 0, true
		}
		if !(math.Abs(tr.x[i]-want) <= 1e-9) || tr.ended[i] != ended {
			t.Errorf("from row %d, column %d: at %g, ended %v; expected %g, %v", i/8, x, tr.x[i], tr.ended[i], want, ended)
		}
	}
}

func TestBlurIsNearlyGaussian(t *testing.T) {
	for _, sigma := range []float64{1, 2, 3.5, 6} {
		const n = 81
		field := make([]float64, n*n)
		field[(n/2)*n+n/2] = 1
		blur(field, n, n, sigma)
		mass, variance := 0.0, 0.0
		for i, v := range field {
			mass += v
			variance += v * float64((i%n-n/2)*(i%n-n/2))
		}
		if got := math.Sqrt(variance); !(math.Abs(mass-1) <= 1e-12) || !(math.Abs(got-sigma) <= 0.5) { // whole cells only: √(r(r+1))
			t.Errorf("a blur of %g: mass %g, standard deviation %g", sigma, mass, got)
		}
	}
	ones := make([]float64, 20*30)
	for i := range ones {
		ones[i] = 3
	}
	for _, v := range blurred(ones, 20, 30, 4) {
		if !(math.Abs(v-3) <= 1e-12) {
			t.Fatalf("the blur of a constant 3 is %g", v)
		}
	}
	if got := blockMeans([]float64{1, 2, 9, 3, 4, 9, 9, 9, 9}, 3, 3, 2); len(got) != 1 || got[0] != 2.5 {
		t.Errorf("block means %v, expected 2.5", got)
	}
}
