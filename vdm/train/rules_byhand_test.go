package train

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
	"github.com/climate-vdm/climate-vdm/vdm/weights"
)

const (
	handBeta1, handBeta2, handEpsilon, handDecay = 0.8, 0.95, 1e-6, 0.3
	handSteps                                    = 12
)

var handOptions = RuleOptions{handBeta1, handBeta2, handEpsilon, handDecay}

// byHand takes twelve steps of a rule in float32 on every engine and compares them with the
// same in float64, whose step k is taken by move: from the weights, the gradient and the
// learning rate, in place.
func byHand(t *testing.T, r Rule, move func(k int64, w, d []float64, rate float64), average func() []float64) {
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		o := options()
		o.Rule, o.Clip, o.Passes = r, 0, 1
		from := initial(r)
		state, _ := trained(t, be, regression(nil), o, from, handSteps)
		w := float64s(from.Weights)
		for k := int64(1); k <= handSteps; k++ {
			_, d := passLoss(w, k-1, 0)
			move(k, w, d, o.Rate(k-1))
		}
		close32(t, "weight", state.Weights, w, 2e-5)
		if average != nil {
			close32(t, "average", state.EMA, average(), 2e-5)
		}
	})
}

// adamByHand returns Adam's direction of step k, and keeps the moments.
func adamByHand(k int64, m, v, d []float64) []float64 {
	out := make([]float64, len(d))
	for i := range d {
		m[i] = handBeta1*m[i] + (1-handBeta1)*d[i]
		v[i] = handBeta2*v[i] + (1-handBeta2)*d[i]*d[i]
		out[i] = m[i] / (1 - math.Pow(handBeta1, float64(k))) / (math.Sqrt(v[i]/(1-math.Pow(handBeta2, float64(k)))) + handEpsilon)
	}
	return out
}

// isMatrix reports whether a weight of the problem of the tests belongs to its matrix.
func isMatrix(i int) bool { return i < inWidth*outWidth }

// AdamW's steps are algorithm 2 of Loshchilov and Hutter (2019), with the decay of the
// matrix alone.
func TestAdamWByHand(t *testing.T) {
	var m, v []float64
	byHand(t, AdamW(handOptions), func(k int64, w, d []float64, rate float64) {
		if k == 1 {
			m, v = make([]float64, len(w)), make([]float64, len(w))
		}
		for i, x := range adamByHand(k, m, v, d) {
			if isMatrix(i) {
				x += handDecay * w[i]
			}
			w[i] -= rate * x
		}
	}, nil)
}

// Schedule-free steps are algorithm 1 of Defazio et al. (2024) with z, x and y kept apart,
// and the average of the state is its x.
func TestScheduleFreeByHand(t *testing.T) {
	var z, x, v []float64
	sum := 0.0
	byHand(t, ScheduleFree(handOptions), func(k int64, y, d []float64, rate float64) {
		if k == 1 {
			z, x, v, sum = slices.Clone(y), slices.Clone(y), make([]float64, len(y)), 0
		}
		sum += rate * rate
		c := rate * rate / sum
		for i := range y {
			v[i] = handBeta2*v[i] + (1-handBeta2)*d[i]*d[i]
			step := d[i] / (math.Sqrt(v[i]/(1-math.Pow(handBeta2, float64(k)))) + handEpsilon)
			if isMatrix(i) {
				step += handDecay * y[i]
			}
			z[i] -= rate * step
			x[i] = (1-c)*x[i] + c*z[i]
			y[i] = (1-handBeta1)*z[i] + handBeta1*x[i]
		}
	}, func() []float64 { return x })
}

// Muon's steps are those of Jordan et al. (2024) for the matrix, with the size of Liu et
// al. (2025), and Adam's for the bias.
func TestMuonByHand(t *testing.T) {
	var m, v []float64
	byHand(t, Muon(handOptions), func(k int64, w, d []float64, rate float64) {
		if k == 1 {
			m, v = make([]float64, len(w)), make([]float64, len(w))
		}
		direction := adamByHand(k, m, v, d)
		ahead := mat.NewDense(inWidth, outWidth, nil)
		for i := range inWidth * outWidth {
			ahead.Set(i/outWidth, i%outWidth, handBeta1*m[i]+(1-handBeta1)*d[i])
		}
		var x mat.Dense
		x.Scale(1/mat.Norm(ahead, 2), ahead) // gonum's 2 is the Frobenius norm
		for range 5 {
			// From the right, where the graph multiplies the transpose from the left.
			var a, aa, p, next mat.Dense
			a.Mul(x.T(), &x)
			aa.Mul(&a, &a)
			a.Scale(-4.7750, &a)
			aa.Scale(2.0315, &aa)
			p.Add(&a, &aa)
			next.Mul(&x, &p)
			x.Scale(3.4445, &x)
			x.Add(&x, &next)
		}
		for i := range w {
			if isMatrix(i) {
				direction[i] = 0.2*math.Sqrt(max(inWidth, outWidth))*x.At(i/outWidth, i%outWidth) + handDecay*w[i]
			}
			w[i] -= rate * direction[i]
		}
	}, nil)
}

// What Muon makes of matrices has the singular vectors that they had, and singular values
// near 1, over two orders of magnitude; of several at once it makes what it makes of each;
// and 0 remains 0.
func TestOrthogonalised(t *testing.T) {
	const rows, columns = 6, 11
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		x := make([]float32, 3*rows*columns)
		noise.Key{Seed: 5, Stream: noise.Weights}.Normal(x[:2*rows*columns])
		for i := range x[:rows*columns] { // the first is ill conditioned, and tiny
			x[i] *= float32(1e-6 * math.Pow(0.5, float64(i/columns)))
		}
		graph := func(in []*g.Node) []*g.Node { return []*g.Node{orthogonalised(in[0])} }
		got := enginetest.Evaluate(t, be, graph, enginetest.Tensor(x, 3, rows, columns))[0]
		for j := range 2 {
			part := func(x []float32) *mat.Dense {
				return mat.NewDense(rows, columns, float64s(x[j*rows*columns:][:rows*columns]))
			}
			var svd mat.SVD
			if !svd.Factorize(part(x), mat.SVDThin) {
				t.Fatal("no singular values")
			}
			var u, v, left, core mat.Dense
			svd.UTo(&u)
			svd.VTo(&v)
			left.Mul(u.T(), part(got))
			core.Mul(&left, &v)
			for a := range rows {
				for b := range rows {
					if value := core.At(a, b); a == b && !(value > 0.67 && value < 1.15) || a != b && math.Abs(value) > 1e-3 {
						t.Errorf("matrix %d: Uᵀ·result·V at %d, %d is %v", j, a, b, value)
					}
				}
			}
			alone := enginetest.Evaluate(t, be, graph, enginetest.Tensor(slices.Clone(x[j*rows*columns:][:rows*columns]), 1, rows, columns))[0]
			close32(t, "alone", alone, float64s(got[j*rows*columns:][:rows*columns]), 1e-5)
		}
		for _, v := range got[2*rows*columns:] {
			if v != 0 {
				t.Fatalf("0 becomes %v", v)
			}
		}
	})
}

// Muon's moves of kernels of convolutions, of either long side, and of several of one
// shape, are each orthogonal; vectors, matrices of one row and fixed variables move as with
// Adam.
func TestMuonByKind(t *testing.T) {
	list := []weights.Variable{
		{Name: "kernel", Shape: []int{4, 3, 1, 2, 2}, Kind: weights.Matrix},
		{Name: "tall", Shape: []int{12, 4}, Kind: weights.Matrix},
		{Name: "square", Shape: []int{5, 5}, Kind: weights.Matrix},
		{Name: "row", Shape: []int{1, 5}, Kind: weights.Matrix},
		{Name: "gain", Shape: []int{1, 4, 1}, Kind: weights.Gain},
		{Name: "fixed", Shape: []int{2, 2}, Kind: weights.Fixed},
	}
	n := weights.Count(list)
	gradient := make([]float32, n)
	noise.Key{Seed: 6, Stream: noise.Weights}.Normal(gradient)
	for i := range gradient[n-4:] {
		gradient[n-4+i] = 0
	}
	rule := Muon{Beta1: 0.9, Beta2: 0.99, Epsilon: 1e-12}
	got := enginetest.Evaluate(t, goEngine(t), func(in []*g.Node) []*g.Node {
		zero, one := g.ZerosLike(in[0]), g.Const(in[0].Graph(), float32(1))
		var scalars []*g.Node
		for _, s := range rule.Scalars(1, nil) {
			scalars = append(scalars, g.Const(in[0].Graph(), s))
		}
		at := Point{Variables: list, Weights: zero, Average: zero, Gradient: in[0], Rate: one, States: []*g.Node{zero, zero}, Scalars: scalars}
		return []*g.Node{rule.Update(at).Weights}
	}, enginetest.Tensor(gradient, n))[0]
	values, gradients := Cut(list, got), Cut(list, gradient)
	for _, v := range list[:3] {
		rows, columns := sides(v)
		x := mat.NewDense(rows, columns, float64s(values[v.Name]))
		var svd mat.SVD
		if !svd.Factorize(x, mat.SVDNone) {
			t.Fatal("no singular values")
		}
		for _, s := range svd.Values(nil) {
			if s /= 0.2 * math.Sqrt(float64(max(rows, columns))); !(s > 0.67 && s < 1.15) {
				t.Errorf("%s has a singular value of %v, want near 1", v.Name, s)
			}
		}
		// Downhill as far as a matrix of such singular values goes, which its transpose does not.
		if !svd.Factorize(mat.NewDense(rows, columns, float64s(gradients[v.Name])), mat.SVDNone) {
			t.Fatal("no singular values")
		}
		down, most := 0.0, 0.2*math.Sqrt(float64(max(rows, columns)))*floats.Sum(svd.Values(nil))
		for i, d := range gradients[v.Name] {
			down -= float64(d) * float64(values[v.Name][i])
		}
		if !(down > 0.67*most && down < 1.15*most) {
			t.Errorf("%s moves downhill by %v, want near %v", v.Name, down, most)
		}
	}
	want := float64s(gradient)
	const others = 48 + 48 + 25
	for i, d := range want[others : others+9] {
		want[others+i] = -math.Copysign(1, d) // Adam's first step
	}
	close32(t, "a weight that is of no matrix", got[others:], want[others:], 1e-5)
}

// With every rule, training from a state takes the steps, to the bit, of training that went
// through it.
func TestResumeWithEveryRule(t *testing.T) {
	for _, name := range RuleNames() {
		t.Run(name, func(t *testing.T) {
			o := options()
			var err error
			if o.Rule, err = NewRule(name, RuleOptions{Beta1: 0.9, Beta2: 0.99, Epsilon: 1e-8}); err != nil {
				t.Fatal(err)
			}
			from := initial(o.Rule)
			whole, _ := trained(t, goEngine(t), regression(nil), o, from, 12)
			for _, k := range []int64{2, 9, 10} { // SOAP changes its bases after step 10
				part, _ := trained(t, goEngine(t), regression(nil), o, from, k)
				resumed, _ := trained(t, goEngine(t), regression(nil), o, part, 12)
				if !reflect.DeepEqual(resumed, whole) || reflect.DeepEqual(whole.Weights, part.Weights) {
					t.Errorf("resumed at step %d, training ends otherwise, or nowhere else than there", k)
				}
			}
		})
	}
}
