package train

import (
	"context"
	"errors"
	"math"
	"reflect"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// Six steps are those of Adam (Kingma and Ba 2015, algorithm 1) in float64, with the
// gradient of two passes, its norm clipped, the rate of the step, and an average that
// warms up, on every engine.
func TestStepsAreAdam(t *testing.T) {
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		o := options()
		from := initial(o.Rule)
		state, steps := trained(t, be, regression(nil), o, from, 6)
		w := float64s(from.Weights)
		ema := slices.Clone(w)
		m, v := make([]float64, weightCount), make([]float64, weightCount)
		clipped := 0
		for k := 1.0; k <= 6; k++ {
			loss, gradient := 0.0, make([]float64, weightCount)
			for pass := range 2 {
				l, d := passLoss(w, int64(k)-1, pass)
				loss += l / 2
				for i := range d {
					gradient[i] += d[i] / 2
				}
			}
			norm := 0.0
			for _, d := range gradient {
				norm += d * d
			}
			norm = math.Sqrt(norm)
			if norm > 1.8 {
				clipped++
			}
			taken := steps[int(k)-1]
			enginetest.Near(t, "loss", taken.Loss, loss, 1e-5*loss)
			enginetest.Near(t, "norm", taken.Norm, norm, 1e-5*norm)
			enginetest.Near(t, "rate", taken.Rate, 0.1/k, 1e-12)
			if taken.Step != int64(k) {
				t.Errorf("step %d is called %d", int(k), taken.Step)
			}
			decay := min(0.4, k/(k+9))
			for i, d := range gradient {
				d *= min(1, 1.8/norm)
				m[i] = 0.8*m[i] + 0.2*d
				v[i] = 0.95*v[i] + 0.05*d*d
				w[i] -= 0.1 / k * m[i] / (1 - math.Pow(0.8, k)) / (math.Sqrt(v[i]/(1-math.Pow(0.95, k))) + 1e-6)
				ema[i] = decay*ema[i] + (1-decay)*w[i]
			}
		}
		if clipped == 0 || clipped == 6 {
			t.Errorf("%d of 6 gradients are clipped: want some of each", clipped)
		}
		if state.Step != 6 || len(steps) != 6 {
			t.Fatalf("%d steps, the state is of step %d", len(steps), state.Step)
		}
		close32(t, "weight", state.Weights, w, 1e-5)
		close32(t, "average", state.EMA, ema, 1e-5)
		close32(t, "first moment", state.Moments[0], m, 1e-5)
		close32(t, "second moment", state.Moments[1], v, 1e-5)
	})
}

// A state is a value: neither training from it nor steps after it change it, and
// training from it takes the steps, to the bit, of training that went through it.
func TestStatesAreValues(t *testing.T) {
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		o := options()
		from := initial(o.Rule)
		whole, _ := trained(t, be, regression(nil), o, from, 5)
		if want := initial(o.Rule); !reflect.DeepEqual(from, want) {
			t.Error("training has changed the state that it began with")
		}
		trainer, err := New(be, regression(nil), o, from)
		if err != nil {
			t.Fatal(err)
		}
		defer trainer.Close()
		var at []State
		for _, err := range trainer.Steps(t.Context(), 5) {
			state, again := State{}, err
			if err == nil {
				state, again = trainer.State()
			}
			if again != nil {
				t.Fatal(again)
			}
			at = append(at, state)
		}
		second, _ := trained(t, be, regression(nil), o, from, 2)
		if !reflect.DeepEqual(at[1], second) {
			t.Error("the state of step 2 has changed with later steps")
		}
		resumed, steps := trained(t, be, regression(nil), o, second, 5)
		if !reflect.DeepEqual(resumed, whole) || !reflect.DeepEqual(at[4], whole) || len(steps) != 3 {
			t.Errorf("resumed at step 2, training ends otherwise after %d steps", len(steps))
		}
		if reflect.DeepEqual(whole.Weights, second.Weights) {
			t.Error("three steps change nothing: the test proves little")
		}
	})
}

// Devices that share each batch take the steps of one, to rounding, and all have the
// same state to the bit: devices that run one after another, and XLA's.
func TestDevicesHaveOneState(t *testing.T) {
	for name, engine := range map[string]func(t testing.TB, devices int) compute.Backend{
		"imitation": func(t testing.TB, devices int) compute.Backend { return enginetest.NewDevices(t, devices) },
		"XLA":       enginetest.XLA,
	} {
		t.Run(name, func(t *testing.T) {
			devicesHaveOneState(t, engine, options().Rule)
			devicesHaveOneState(t, engine, SOAP(handOptions)) // which also changes states on the host
		})
	}
}

func devicesHaveOneState(t *testing.T, engine func(t testing.TB, devices int) compute.Backend, r Rule) {
	o := options()
	o.Rule = r
	engine(t, 4)
	one, want := trained(t, engine(t, 1), regression(nil), o, initial(o.Rule), 4)
	for _, o.Devices = range []int{2, 4} {
		trainer, err := New(engine(t, o.Devices), regression(nil), o, initial(o.Rule))
		if err != nil {
			t.Fatal(err)
		}
		defer trainer.Close()
		var steps []Taken
		for taken, err := range trainer.Steps(t.Context(), 4) {
			if err != nil {
				t.Fatal(err)
			}
			steps = append(steps, taken)
		}
		for k, s := range steps {
			enginetest.Near(t, "loss", s.Loss, want[k].Loss, 1e-6*want[k].Loss)
		}
		for i, vector := range trainer.replicas[0].vectors {
			first, err := vector.Values()
			if err != nil {
				t.Fatal(err)
			}
			close32(t, "a vector of the state", first, float64s(one.vectors()[i]), 1e-5)
			for d, r := range trainer.replicas[1:] {
				if other, err := r.vectors[i].Values(); err != nil || !slices.Equal(first, other) {
					t.Errorf("vector %d of device %d is not the one of device 0 (%v)", i, d+1, err)
				}
			}
		}
	}
}

// A step that is not finite is not taken, and the error says where: in an input, in a
// part of the computation, or in an earlier pass.
func TestNotFinite(t *testing.T) {
	nan, huge := float32(math.NaN()), float32(3e38)
	for _, c := range []struct {
		name    string
		devices int
		change  func(step int64, pass int, x, y []float32)
		want    string
	}{
		{"an input", 1, func(step int64, pass int, x, y []float32) { y[len(y)-1] = nan }, "the input target of the batch"},
		{"the last device's input", 2, func(step int64, pass int, x, y []float32) { x[len(x)-1] = nan }, "the input x of the batch"},
		{"a part", 1, func(step int64, pass int, x, y []float32) { x[0], x[1], x[2] = huge, huge, -huge }, "the prediction"},
		{"the last device's part", 2, func(step int64, pass int, x, y []float32) {
			x[len(x)-1], x[len(x)-2], x[len(x)-3] = huge, huge, -huge
		}, "the prediction"},
		{"the loss", 1, func(step int64, pass int, x, y []float32) { y[0] = huge }, "loss"},
		{"an earlier pass", 1, func(step int64, pass int, x, y []float32) {
			if pass == 0 {
				y[0] = huge
			}
		}, "an earlier pass of the step"},
	} {
		t.Run(c.name, func(t *testing.T) {
			from2 := func(step int64, pass int, x, y []float32) {
				if step == 2 {
					c.change(step, pass, x, y)
				}
			}
			o := options()
			from := initial(o.Rule)
			from.Weights = []float32{5, 6, 5, 6, 5, 6, 0, 0} // so that huge inputs overflow
			good, _ := trained(t, goEngine(t), regression(nil), o, from, 2)
			o.Devices = c.devices
			trainer, err := New(enginetest.NewDevices(t, c.devices), regression(from2), o, from)
			if err != nil {
				t.Fatal(err)
			}
			defer trainer.Close()
			steps, last := 0, error(nil)
			for _, err := range trainer.Steps(t.Context(), 5) {
				if last = err; err == nil {
					steps++
				}
			}
			bad := (*NotFinite)(nil)
			if !errors.As(last, &bad) || bad.Where != c.want || steps != 2 {
				t.Errorf("after %d steps: %v, want %q after 2", steps, last, c.want)
			}
			state, err := trainer.State()
			if err != nil || state.Step != 2 {
				t.Fatalf("the state is of step %d (%v)", state.Step, err)
			}
			close32(t, "weight", state.Weights, float64s(good.Weights), 1e-5)
			if c.devices == 1 && !reflect.DeepEqual(state, good) {
				t.Error("the step that was refused has changed the state")
			}
		})
	}
}

// A loop that ends, by itself or with its context, leaves the state of its last step,
// and nobody makes batches any more.
func TestLoopsEnd(t *testing.T) {
	o := options()
	var made, ended, late atomic.Int64
	p := regression(func(int64, int, []float32, []float32) {
		time.Sleep(time.Millisecond)
		made.Add(1)
		late.Add(ended.Load())
	})
	two, _ := trained(t, goEngine(t), p, o, initial(o.Rule), 2)
	for _, how := range []string{"break", "context"} {
		ended.Store(0)
		trainer, err := New(goEngine(t), p, o, initial(o.Rule))
		if err != nil {
			t.Fatal(err)
		}
		defer trainer.Close()
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		last := error(nil)
		for taken, err := range trainer.Steps(ctx, 1000) {
			if last = err; taken.Step == 2 && how == "break" {
				break
			} else if taken.Step == 2 {
				stop()
			}
		}
		ended.Store(1)
		if how == "context" && !errors.Is(last, context.Canceled) {
			t.Errorf("a context that has ended gives %v", last)
		}
		time.Sleep(20 * time.Millisecond)
		if n := late.Load(); n > 0 || made.Load() == 0 {
			t.Errorf("%s: %d batches are made after the loop", how, n)
		}
		if state, err := trainer.State(); err != nil || !reflect.DeepEqual(state, two) {
			t.Errorf("%s: the state is of step %d, or differs from the one of two steps (%v)", how, state.Step, err)
		}
	}
	fails := regression(nil)
	fails.Batch = func(step int64, pass int) ([]*tensors.Tensor, error) { return nil, errors.New("no data") }
	trainer, err := New(goEngine(t), fails, o, initial(o.Rule))
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	for _, err := range trainer.Steps(t.Context(), 3) {
		enginetest.WantError(t, "a source that fails", err, "no data")
	}
}
