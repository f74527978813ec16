package forecast

import (
	"fmt"
	"math"
	"testing"
)

// offBy is the mean and the largest distance of a motion from the true one.
func offBy(v *velocity, truth func(y, x float64) (dy, dx float64)) (mean, worst float64) {
	for i := range v.dy {
		dy, dx := truth(float64(i/v.w), float64(i%v.w))
		d := math.Hypot(v.dy[i]-dy, v.dx[i]-dx)
		mean, worst = mean+d/float64(len(v.dy)), max(worst, d)
	}
	return mean, worst
}

func estimated(c Case, g gap) *velocity { return motion(newScene(c), g) }

func TestMotionOfRigidTranslation(t *testing.T) {
	for _, wind := range [][2]float64{{0, 0}, {3, 0}, {0, -5}, {-2.5, 1.25}, {0.4, -6.7}, {8, 5}, {0.25, 0.1}} {
		for name, known := range map[string][]int{"every frame": {0, 1, 2, 3}, "every second": {0, 2, 4}} {
			if name == "every second" && math.Hypot(wind[0], wind[1]) > 7 {
				continue // beyond a quarter of the domain between known frames
			}
			c := caseOf(5, 64, 64, known, func(f int, y, x float64) float64 {
				return wavy(y-wind[0]*float64(f), x-wind[1]*float64(f))
			})
			mean, worst := offBy(estimated(c, gap{known[len(known)-1], 5}), func(y, x float64) (float64, float64) { return wind[0], wind[1] })
			t.Logf("%v cells a frame, %s known: off by %.3f, at most %.3f cells", wind, name, mean, worst)
			if mean > 0.12 || worst > 0.8 {
				t.Errorf("%v cells a frame, %s known: off by %.3f, at most %.3f cells; expected 0.12 and 0.8", wind, name, mean, worst)
			}
		}
	}
}

func TestMotionOfRotation(t *testing.T) {
	const omega = 0.08
	c := rotating(omega, 0, 1, 2, 3)
	truth := rotation(64, omega)
	mean, worst := offBy(estimated(c, gap{3, 6}), func(y, x float64) (float64, float64) { return truth.at(y, x) })
	t.Logf("rotation by up to 3.6 cells a frame: off by %.3f, at most %.3f", mean, worst)
	if mean > 0.15 || worst > 1 {
		t.Errorf("off by %.3f, at most %.3f cells; expected 0.15 and 1", mean, worst)
	}
}

// rotating is a pattern that turns around the centre.
func rotating(omega float64, known ...int) Case {
	return caseOf(6, 64, 64, known, func(f int, y, x float64) float64 {
		sin, cos := math.Sincos(omega * float64(f))
		y, x = y-31.5, x-31.5
		return wavy(31.5+cos*y-sin*x, 31.5+sin*y+cos*x)
	})
}

// On rain that grows and decays, mostly dry, the mean motion is that of the
// wind.
func TestMotionOfSyntheticRain(t *testing.T) {
	total := 0.0
	const cases = 8
	for n := range uint64(cases) {
		c := Case{Frames: 5, Height: 64, Width: 64, Clip: syntheticRain(n, 5, 64, 2.3, -3.6), Known: []bool{true, true, true, true, true}}
		dy, dx, _ := estimated(c, gap{4, 5}).meanSpeed()
		off := math.Hypot(dy-2.3, dx+3.6)
		total += off / cases
		t.Logf("case %d: %.2f, %.2f cells a frame, off by %.2f", n, dy, dx, off)
	}
	if t.Logf("off by %.2f of 4.27 cells a frame on average", total); total > 0.8 {
		t.Errorf("the mean motion is off by %.2f cells a frame on average, expected 0.8", total)
	}
}

func TestMotionWhereThereIsNone(t *testing.T) {
	still := caseOf(4, 32, 32, []int{0, 1, 2}, func(_ int, y, x float64) float64 { return wavy(y, x) })
	dry := caseOf(4, 32, 32, []int{0, 1, 2}, func(int, float64, float64) float64 { return 0 })
	even := caseOf(4, 32, 32, []int{0, 1, 2}, func(int, float64, float64) float64 { return 4 })
	single := caseOf(4, 32, 32, []int{1}, func(f int, y, x float64) float64 { return wavy(y, x+float64(f)) })
	tiny := caseOf(4, 2, 3, []int{0, 1}, func(f int, y, x float64) float64 { return y + float64(f)*x })
	for name, c := range map[string]Case{"still": still, "dry": dry, "even": even, "one frame": single, "tiny": tiny} {
		if dy, dx := estimated(c, gap{1, 4}).fastest(); dy > 1e-9 || dx > 1e-9 {
			t.Errorf("%s: moves by up to %g, %g cells a frame", name, dy, dx)
		}
	}
}

// Weights halve with every step away from the gap, on both sides.
func TestPairsNearAGap(t *testing.T) {
	c := caseOf(12, 4, 4, []int{0, 2, 4, 6, 8, 9, 11}, func(f int, _, _ float64) float64 { return float64(f) })
	s := newScene(c)
	for g, want := range map[gap]string{
		{-1, 2}: "2:1 2:0.5 ",
		{4, 6}:  "2:0.5 2:1 2:0.5 ",
		{9, 11}: "1:0.5 2:1 ",
		{11, 0}: "1:0.5 2:1 ",
	} {
		got := ""
		for _, p := range pairsAround(s, g, 2) {
			got += fmt.Sprintf("%g:%g ", p.gap, p.weight)
		}
		if got != want {
			t.Errorf("gap %v: pairs (frames apart:weight) %s, expected %s", g, got, want)
		}
	}
}
