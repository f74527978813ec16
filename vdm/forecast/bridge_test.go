package forecast

import (
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// Between two ends that are not known the process is stationary: every frame has the
// power of the noise, and the correlation of neighbours is the memory. Where both ends
// are known it has the moments of a Gaussian process that is: the mean a·x_0 + b·x_gap
// with a = r^t (1 − r^(2(gap−t)))/(1 − r^(2 gap)), b likewise from the other end, and
// the share (1 − r^(2t))(1 − r^(2(gap−t)))/(1 − r^(2 gap)) of the variance.
func TestFreeSimulationBetweenTwoEnds(t *testing.T) {
	const gap, side, members, power = 4, 8, 400, 2.25
	c := nowcast(11)
	c.Known = []bool{true, false, false, false, true, false, false, false, false, false}
	sim := simulated(c, STEPS{}, gapOf(t, c))
	sim.fft, sim.margin = newFFT(side, side), [2]int{}
	modes := sim.fft.modes()
	sim.amplitude, sim.ar.lag1 = make([]float64, modes), make([]float64, modes)
	for i := range modes {
		sim.amplitude[i] = math.Sqrt(power)
	}
	fields := [2][]float64{whiteNoise(noise.Key{Seed: 1, Stream: noise.Synthetic}, side*side), whiteNoise(noise.Key{Seed: 2, Stream: noise.Synthetic}, side*side)}
	var ends [2][]complex128
	for i, field := range fields {
		ends[i] = make([]complex128, modes)
		sim.fft.forward(ends[i], field)
	}
	for _, r := range []float64{0.3, 0.9} {
		for i := range modes {
			sim.ar.lag1[i] = r
		}
		for _, known := range []bool{false, true} {
			share := make([]bool, side*side)
			for i := range share {
				share[i] = known
			}
			sim.start, sim.other = &knowledge{fields[0], share}, &knowledge{fields[1], share}
			d := sim.drawing()
			var variance, product [gap]float64
			for m := range uint32(members) {
				x := d.conditioned(5, m)
				for t := 1; t < gap; t++ {
					p := func(n int) float64 { return math.Pow(r, float64(n)) }
					a, b := 0.0, 0.0
					if known {
						a, b = p(t)*(1-p(2*(gap-t)))/(1-p(2*gap)), p(gap-t)*(1-p(2*t))/(1-p(2*gap))
					}
					for i := range modes {
						off := x[t][i] - complex(a, 0)*ends[0][i] - complex(b, 0)*ends[1][i]
						each := 1 / float64(members*modes*side*side) / power
						variance[t] += abs2(off) * each
						product[t] += (real(x[t][i])*real(x[t-1][i]) + imag(x[t][i])*imag(x[t-1][i])) * each
					}
				}
			}
			for at := 1; at < gap; at++ {
				want := 1.0
				if known {
					p := func(n int) float64 { return math.Pow(r, float64(2*n)) }
					want = (1 - p(at)) * (1 - p(gap-at)) / (1 - p(gap))
				}
				// Modes × members values, of which those that are real count half.
				if tolerance := 5 * want * math.Sqrt(2.0/(members*side*side/2)); !(math.Abs(variance[at]-want) <= tolerance) {
					t.Errorf("memory %g, ends known %v, frame %d: variance %.4f, expected %.4f to %.4f", r, known, at, variance[at], want, tolerance)
				}
				if !known && !(math.Abs(product[at]-r) <= 0.05) {
					t.Errorf("memory %g, frame %d: correlation with the frame before %.4f", r, at, product[at])
				}
			}
		}
	}
}

func gapOf(t *testing.T, c Case) gap {
	t.Helper()
	for _, g := range c.gaps() {
		if g.left >= 0 && g.right < c.Frames {
			return g
		}
	}
	t.Fatal("the case has no gap between two known frames")
	return gap{}
}
