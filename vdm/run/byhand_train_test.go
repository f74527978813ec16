package run

import (
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

func flat32(t testing.TB, x *tensors.Tensor) []float32 {
	t.Helper()
	v, err := tensors.CopyFlatData[float32](x)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// differ is the largest difference of two vectors, and where it is.
func differ(a, b []float64) (largest float64, at int) {
	for i := range a {
		if d := math.Abs(a[i] - b[i]); !(d <= largest) {
			largest, at = d, i
		}
	}
	return largest, at
}

func largest(x []float64) (m float64) {
	for _, v := range x {
		m = max(m, math.Abs(v))
	}
	return m
}

func norm(x []float64) (n float64) {
	for _, v := range x {
		n += v * v
	}
	return math.Sqrt(n)
}

// The records of the steps: loss, norm of the gradient before it is clipped, and
// rate. They have the figures of the step that was taken.
func (r *handRun) steps(t testing.TB) (steps []MetricsLine) {
	t.Helper()
	for _, x := range r.records {
		if x.Loss != nil {
			steps = append(steps, x)
		}
	}
	if len(steps) != handSteps {
		t.Fatalf("%d records of the loss, want %d", len(steps), handSteps)
	}
	return steps
}

// handRates are the rates of the six steps: a warm-up of three steps to 0.02,
// then a half cosine that would reach 0 at step 20.
var handRates = func() (rates [handSteps]float64) {
	copy(rates[:], []float64{0.02 / 3, 0.04 / 3, 0.02})
	for k := 3; k < handSteps; k++ {
		rates[k] = 0.01 * (1 + math.Cos(math.Pi*float64(k-3)/17))
	}
	return rates
}()

// The optimiser is Adam (Kingma and Ba 2015, algorithm 1) over six steps: the
// moments follow from the gradients, the weights from the moments, and the
// average from the weights.
func TestTrainingIsAdam(t *testing.T) {
	r := theHandRun(t)
	c := r.Config.Training
	network := r.network(t, true)
	defer network.close()
	records := r.steps(t)
	size := len(r.weights[0])
	m, v := make([]float64, size), make([]float64, size)
	clipped := 0
	for k := 1; k <= handSteps; k++ {
		_, gradient := network.apply(t, r.weights[k-1], r.step(t, k-1))
		length := norm(gradient)
		enginetest.CloseTo(t, "norm of the gradient", *records[k-1].GradNorm, length, 1e-4)
		shrink := 1.0
		if length > c.Clip {
			shrink, clipped = c.Clip/length, clipped+1
		}
		want, average := make([]float64, size), make([]float64, size)
		rate, decay := handRates[k-1], min(0.35, float64(k)/float64(k+9))
		enginetest.Near(t, "the rate that is recorded", *records[k-1].Rate, rate, 1e-12)
		bias1, bias2 := 1-math.Pow(0.8, float64(k)), 1-math.Pow(0.99, float64(k))
		for i := range size {
			d := shrink * gradient[i]
			m[i] = 0.8*m[i] + 0.2*d
			v[i] = 0.99*v[i] + 0.01*d*d
			// The moments of the snapshot: where a gradient is all but 0, its rounding would
			// make the step another one.
			mHat, vHat := r.first[k][i]/bias1, r.second[k][i]/bias2
			want[i] = r.weights[k-1][i] - rate*mHat/(math.Sqrt(vHat)+1e-6)
			average[i] = decay*r.ema[k-1][i] + (1-decay)*r.weights[k][i]
		}
		for _, x := range []struct {
			name      string
			got, want []float64
			tolerance float64
		}{
			{"first moment", r.first[k], m, 2e-5 * largest(m)},
			{"second moment", r.second[k], v, 1e-4 * largest(v)},
			{"weight", r.weights[k], want, 2e-7 * max(1, largest(want))},
			{"averaged weight", r.ema[k], average, 2e-7 * max(1, largest(average))},
		} {
			d, i := differ(x.got, x.want)
			t.Logf("step %d: %s differs by at most %.1e of %.1e", k, x.name, d, largest(x.want))
			if !(d <= x.tolerance) {
				t.Errorf("step %d: %s %d is %.9g, want %.9g (tolerance %.0e)", k, x.name, i, x.got[i], x.want[i], x.tolerance)
			}
		}
	}
	if clipped == 0 || clipped == handSteps {
		t.Errorf("the gradient was clipped in %d of %d steps: want some of each", clipped, handSteps)
	}
}

// The loss that is recorded is the weighted one of the run's own schedule,
// weighting and parameterisation, as a mean over all passes of the step.
func TestRecordedLossIsTheConfiguredOne(t *testing.T) {
	r := theHandRun(t)
	network := r.network(t, false)
	defer network.close()
	for k, record := range r.steps(t) {
		b := r.step(t, k)
		output, _ := network.apply(t, r.weights[k], b)
		enginetest.CloseTo(t, "loss", *record.Loss, mean(b.losses(output)), 1e-5)
	}
}

// The gradient that the optimiser got, read off its first moment, is the slope
// of the loss: along each variable of the network, and along all at once, it is
// the central difference of the loss.
func TestGradientIsTheSlopeOfTheLoss(t *testing.T) {
	r := theHandRun(t)
	network := r.network(t, false)
	defer network.close()
	const k = 4 // of the step whose gradient it is; before it, every variable has moved
	b := r.step(t, k-1)
	loss := func(weights []float64) float64 {
		output, _ := network.apply(t, weights, b)
		return mean(b.losses(output))
	}
	// Undo the moment's decay, and the clipping.
	gradient := make([]float64, len(r.weights[0]))
	length := *r.steps(t)[k-1].GradNorm
	for i := range gradient {
		gradient[i] = (r.first[k][i] - 0.8*r.first[k-1][i]) / 0.2 * max(1, length/r.Config.Training.Clip)
	}
	enginetest.CloseTo(t, "norm of the gradient", norm(gradient), length, 1e-4)
	along := func(name string, direction []float64) {
		unit := norm(direction)
		slope := 0.0
		for i := range direction {
			slope += gradient[i] * direction[i] / unit
		}
		at := func(h float64) float64 {
			w := make([]float64, len(direction))
			for i := range w {
				w[i] = r.weights[k-1][i] + h*direction[i]/unit
			}
			return loss(w)
		}
		const h = 0.005
		got := (at(h) - at(-h)) / (2 * h)
		if !(math.Abs(got-slope) <= 1e-3*math.Abs(slope)+1e-5*length) {
			t.Errorf("along %s the loss rises by %.6g, the gradient says %.6g", name, got, slope)
		}
	}
	all := make([]float64, len(gradient))
	from, moved := 0, 0
	for _, v := range r.Config.Network.Variables() {
		direction := make([]float64, len(gradient))
		copy(direction[from:from+v.Size()], gradient[from:from+v.Size()])
		from += v.Size()
		if norm(direction) < 1e-3*length {
			continue // such as a bias that a norm takes off again
		}
		moved++
		along(v.Name, direction)
	}
	copy(all, gradient)
	along("the gradient", all)
	if n := len(r.Config.Network.Variables()); moved < n/2 {
		t.Errorf("only %d of %d variables have a gradient that is not tiny", moved, n)
	}
}
