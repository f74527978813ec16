package learnt

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
	"github.com/climate-vdm/climate-vdm/vdm/weights"
)

const (
	hidden = 5
	most   = 40.0
	slope  = 0.1
)

var rates = []float32{0, 0.02, 0.5, 3, 17, 40}

// someWeights returns values of the variables, those of matrices at least 0.
func someWeights() map[string][]float32 {
	r := rand.New(rand.NewPCG(3, 3))
	values := map[string][]float32{}
	for _, v := range variables(hidden) {
		for range v.Size() {
			x := float32(r.Float64())
			if !bounded(v) {
				x -= 0.5
			}
			values[v.Name] = append(values[v.Name], x)
		}
	}
	return values
}

// byHand returns Σ cᵢ y(xᵢ) + dᵢ ln y′(xᵢ) in float64, written from the formula; with ends,
// these are the ones of the rescaling.
func byHand(w map[string][]float64, c, d []float64, ends *[2]float64) (sum float64, found [2]float64) {
	at := func(u float64) (value, derivative float64) {
		x, dx := []float64{u}, []float64{1}
		for layer := range 3 {
			m, b := w[names[2*layer]], w[names[2*layer+1]]
			y, dy := make([]float64, len(b)), make([]float64, len(b))
			for k := range b {
				y[k] = b[k]
				for j := range x {
					y[k] += x[j] * m[j*len(b)+k]
					dy[k] += dx[j] * m[j*len(b)+k]
				}
				y[k] = math.Tanh(y[k])
				dy[k] *= 1 - y[k]*y[k]
			}
			x, dx = y, dy
		}
		return x[0] + slope*u, dx[0] + slope
	}
	found[0], _ = at(0)
	found[1], _ = at(2)
	if ends == nil {
		ends = &found
	}
	for i, rate := range rates {
		value, derivative := at(2 * float64(rate) / most)
		sum += c[i]*(2*(value-ends[0])/(ends[1]-ends[0])-1) + d[i]*math.Log(derivative*4/most/(ends[1]-ends[0]))
	}
	return sum, found
}

// The gradient goes through the ends of the rescaling, or leaves them out where it is
// asked to: both agree with finite differences in float64, on every engine.
func TestGradientThroughTheRescaling(t *testing.T) {
	c, d := []float64{0.3, -1, 0.5, 2, -0.7, 1}, []float64{1, 0.2, -0.4, 0.6, 1.5, -1}
	values := someWeights()
	w := map[string][]float64{}
	for name, x := range values {
		for _, v := range x {
			w[name] = append(w[name], float64(v))
		}
	}
	_, ends := byHand(w, c, d, nil)
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		gradient := map[bool][][]float32{}
		for _, constant := range []bool{true, false} {
			gradient[constant] = enginetest.Evaluate(t, be, func(in []*g.Node) []*g.Node {
				y, logDerivative := function{w: nodes(in), slope: slope, most: most, endsConstant: constant}.apply(g.Const(in[0].Graph(), rates))
				loss := g.ReduceAllSum(g.Add(g.Mul(y, g.Const(in[0].Graph(), enginetest.Float32s(c))), g.Mul(logDerivative, g.Const(in[0].Graph(), enginetest.Float32s(d)))))
				return append(g.Gradient(loss, in...), loss)
			}, arguments(values)...)
			fixed := &ends
			if !constant {
				fixed = nil
			}
			want, _ := byHand(w, c, d, fixed)
			enginetest.Near(t, "the loss", float64(gradient[constant][len(names)][0]), want, 1e-4)
			for i, name := range names {
				for j := range w[name] {
					const h = 1e-5
					was := w[name][j]
					w[name][j] = was + h
					up, _ := byHand(w, c, d, fixed)
					w[name][j] = was - h
					down, _ := byHand(w, c, d, fixed)
					w[name][j] = was
					want := (up - down) / (2 * h)
					if got := float64(gradient[constant][i][j]); !(math.Abs(got-want) <= 2e-4*(1+math.Abs(want))) {
						t.Errorf("constant ends %v: ∂/∂%s[%d] = %v, finite differences give %v", constant, name, j, got, want)
					}
				}
			}
		}
		if far := enginetest.Farthest(gradient[true][4], gradient[false][4]); far < 0.1 {
			t.Errorf("with and without the ends the gradients differ by %v only", far)
		}
	})
}

// arguments returns new tensors of the variables: one belongs to one engine.
func arguments(values map[string][]float32) (args []any) {
	for _, v := range variables(hidden) {
		args = append(args, enginetest.Tensor(values[v.Name], v.Shape...))
	}
	return args
}

func nodes(in []*g.Node) map[string]*g.Node {
	w := map[string]*g.Node{}
	for i, name := range names {
		w[name] = in[i]
	}
	return w
}

// The graph computes what transform.Learnt does with the same weights.
func TestGraphIsTheTransform(t *testing.T) {
	values := someWeights()
	spec, err := step(values, slope, most)
	if err != nil {
		t.Fatal(err)
	}
	built, err := spec.Build()
	if err != nil {
		t.Fatal(err)
	}
	out := enginetest.Evaluate(t, engine(t), func(in []*g.Node) []*g.Node {
		y, logDerivative := function{w: nodes(in), slope: slope, most: most}.apply(g.Const(in[0].Graph(), rates))
		return []*g.Node{y, logDerivative}
	}, arguments(values)...)
	for i, x := range rates {
		enginetest.Near(t, "y", float64(out[0][i]), built.Forward(float64(x)), 2e-6)
		enginetest.Near(t, "ln dy/dx", float64(out[1][i]), built.LogDerivative(float64(x)), 2e-5)
	}
	if got, want := weights.Count(variables(16)), transform.LearntSize(16); got != want {
		t.Errorf("%d variables, the transform has %d", got, want)
	}
}
