package train

import (
	"math"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/mat"

	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
	"github.com/climate-vdm/climate-vdm/vdm/weights"
)

// The steps of SOAP are algorithm 3 of Vyas et al. (2024) for the matrix, with a basis on
// its shorter axis, and AdamW's for the bias. The twelve steps contain the eigenvectors
// after the first, which rests, and the power iteration after the tenth.
func TestSOAPByHand(t *testing.T) {
	var m, v, second []float64
	var r, q mat.Dense
	byHand(t, SOAP(handOptions), func(k int64, w, d []float64, rate float64) {
		if k == 1 {
			m, v, second = make([]float64, len(w)), make([]float64, len(w)), make([]float64, inWidth*outWidth)
			r = *mat.NewDense(outWidth, outWidth, nil)
			q = *mat.NewDense(outWidth, outWidth, nil)
		}
		direction := adamByHand(k, m, v, d)
		var turned, first, gg mat.Dense
		gradient := mat.NewDense(inWidth, outWidth, d[:inWidth*outWidth])
		turned.Mul(gradient, &q)
		first.Mul(mat.NewDense(inWidth, outWidth, m[:inWidth*outWidth]), &q)
		if k > 1 {
			for i := range second {
				x := turned.At(i/outWidth, i%outWidth)
				second[i] = handBeta2*second[i] + (1-handBeta2)*x*x
				first.Set(i/outWidth, i%outWidth, first.At(i/outWidth, i%outWidth)/(1-math.Pow(handBeta1, float64(k)))/
					(math.Sqrt(second[i]/(1-math.Pow(handBeta2, float64(k-1))))+handEpsilon))
			}
		}
		first.Mul(&first, q.T())
		gg.Mul(gradient.T(), gradient)
		gg.Scale(1-handBeta2, &gg)
		r.Scale(handBeta2, &r)
		r.Add(&r, &gg)
		switch k {
		case 1:
			// Eigenvectors of a symmetric 2 × 2 matrix, the one of the larger eigenvalue first.
			angle := 0.5 * math.Atan2(2*r.At(0, 1), r.At(0, 0)-r.At(1, 1))
			c, s := math.Cos(angle), math.Sin(angle)
			q = *mat.NewDense(outWidth, outWidth, []float64{c, -s, s, c})
		case 10:
			// Gram–Schmidt on the two columns of RQ.
			var rq mat.Dense
			rq.Mul(&r, &q)
			if rq.At(0, 1)*q.At(0, 1)+rq.At(1, 1)*q.At(1, 1) > rq.At(0, 0)*q.At(0, 0)+rq.At(1, 0)*q.At(1, 0) {
				t.Fatal("the order changes: the test does not compute that")
			}
			n := math.Hypot(rq.At(0, 0), rq.At(1, 0))
			c, s := rq.At(0, 0)/n, rq.At(1, 0)/n
			q = *mat.NewDense(outWidth, outWidth, []float64{c, -s, s, c})
		}
		for i := range w {
			if isMatrix(i) {
				direction[i] = first.At(i/outWidth, i%outWidth) + handDecay*w[i]
			}
			w[i] -= rate * direction[i]
		}
	}, nil)
}

// soapVariables have bases on both axes, one or none.
var soapVariables = []weights.Variable{
	{Name: "kernel", Shape: []int{4, 3, 1, 2, 2}, Kind: weights.Matrix},
	{Name: "tall", Shape: []int{12, 4}, Kind: weights.Matrix},
	{Name: "long kernel", Shape: []int{2, 9, 1, 1, 3}, Kind: weights.Matrix},
	{Name: "square", Shape: []int{5, 5}, Kind: weights.Matrix},
	{Name: "another kernel", Shape: []int{4, 3, 4}, Kind: weights.Matrix},
	{Name: "row", Shape: []int{1, 5}, Kind: weights.Matrix},
	{Name: "large", Shape: []int{257, 258}, Kind: weights.Matrix},
	{Name: "gain", Shape: []int{2, 4, 1}, Kind: weights.Gain},
	{Name: "fixed", Shape: []int{2, 2}, Kind: weights.Fixed},
	{Name: "kernel with room for one number more", Shape: []int{2, 5, 1, 3}, Kind: weights.Matrix},
}

// The axes that have a basis are those up to 256 whose squares fit.
func TestSOAPAxes(t *testing.T) {
	want := [][2]bool{{true, true}, {false, true}, {true, false}, {true, false}, {true, true}, {}, {}, {}, {}, {true, true}}
	for i, v := range append(slices.Clone(soapVariables), weights.Variable{Shape: []int{256, 256, 2}}, weights.Variable{}) {
		w := [2]bool{true, true}
		if i < len(want) {
			w = want[i]
		} else if i > len(want) {
			w = [2]bool{}
		}
		if got := soapAxes(v).based; got != w {
			t.Errorf("%s %v has bases on %v, want %v", v.Name, v.Shape, got, w)
		}
	}
	if got := alikeInSOAP(soapVariables); !slices.EqualFunc(got, [][]int{{0, 4}, {1}, {2}, {3}, {9}}, slices.Equal) {
		t.Errorf("together are %v", got)
	}
}

// updated returns the weights and states after the update of a rule, from random ones with
// the given bases, at scalars as after many steps.
func updated(t *testing.T, be compute.Backend, r Rule, bases []float32) [][]float32 {
	n := weights.Count(soapVariables)
	in := make([][]float32, 6) // weights, gradient, the four states
	for i := range in {
		in[i] = make([]float32, n)
		noise.Key{Seed: 4, Stream: noise.Weights, Sample: uint32(i)}.Normal(in[i])
	}
	for i := range n {
		in[3][i] *= in[3][i] // a second moment is not negative
	}
	in[5] = bases
	var args []any
	for _, x := range in[:2+len(r.States())] {
		args = append(args, enginetest.Tensor(x, n))
	}
	return enginetest.Evaluate(t, be, func(in []*g.Node) []*g.Node {
		var scalars []*g.Node
		for range r.Scalars(1, nil) {
			scalars = append(scalars, g.Const(in[0].Graph(), float32(0.75)))
		}
		after := r.Update(Point{
			Variables: soapVariables, Weights: in[0], Average: in[0], Gradient: in[1],
			Rate: g.Const(in[0].Graph(), float32(0.5)), States: in[2:], Scalars: scalars,
		})
		return append([]*g.Node{after.Weights}, after.States...)
	}, args...)
}

// With the identity as the bases SOAP is AdamW. With other bases it is AdamW on the gradient
// and the weights turned, which the identity cannot show.
func TestSOAPIsAdamInItsBases(t *testing.T) {
	n := weights.Count(soapVariables)
	identity := make([]float32, n)
	for _, v := range soapVariables {
		a, x := soapAxes(v), Cut(soapVariables, identity)[v.Name]
		for axis, based := range a.based {
			if based {
				for i := range a.length[axis] {
					x[i*(a.length[axis]+1)] = 1
				}
				x = x[a.length[axis]*a.length[axis]:]
			}
		}
	}
	o := RuleOptions{Beta1: 0.9, Beta2: 0.99, Epsilon: 1e-8, WeightDecay: 0.2}
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		want, got := updated(t, be, AdamW(o), nil), updated(t, be, SOAP(o), identity)
		for i, what := range []string{"weight", "first moment", "second moment"} {
			close32(t, what, got[i], float64s(want[i]), 1e-5)
		}
		if !slices.Equal(got[4], identity) {
			t.Error("the update changes the bases, which belong to the host")
		}
		// Matrices of no orthonormal columns show which axis is multiplied by which of them,
		// and on which side.
		random := make([]float32, n)
		noise.Key{Seed: 9, Stream: noise.Weights}.Normal(random)
		got = updated(t, be, SOAP(o), random)
		checkTurned(t, o, got, random)
	})
}

// checkTurned compares an update of the first variable with sums over all indices.
func checkTurned(t *testing.T, o RuleOptions, got [][]float32, bases []float32) {
	const rows, columns, others = 4, 3, 4
	n := weights.Count(soapVariables)
	draw := func(sample uint32) []float32 {
		x := make([]float32, n)
		noise.Key{Seed: 4, Stream: noise.Weights, Sample: sample}.Normal(x)
		return x
	}
	w, d, m, v, l := draw(0), draw(1), draw(2), draw(3), draw(4)
	at := func(x []float32, i, j, k int) float64 { return float64(x[(i*columns+j)*others+k]) }
	left := func(i, j int) float64 { return float64(bases[i*rows+j]) }
	right := func(i, j int) float64 { return float64(bases[rows*rows+i*columns+j]) }
	var step [rows][columns][others]float64
	for a := range rows {
		for b := range columns {
			for k := range others {
				turned, first := 0.0, 0.0
				for i := range rows {
					for j := range columns {
						turned += left(i, a) * at(d, i, j, k) * right(j, b)
						first += left(i, a) * (o.Beta1*at(m, i, j, k) + (1-o.Beta1)*at(d, i, j, k)) * right(j, b)
					}
				}
				before := at(v, a, b, k)
				second := o.Beta2*before*before + (1-o.Beta2)*turned*turned
				if diff := math.Abs(at(got[2], a, b, k) - second); !(diff <= 1e-5*max(1, second)) {
					t.Errorf("the second moment at %d, %d, %d is %v, want %v", a, b, k, at(got[2], a, b, k), second)
				}
				step[a][b][k] = first / 0.75 / (math.Sqrt(second/0.75) + o.Epsilon)
			}
		}
	}
	var want []float64
	for i := range rows {
		for j := range columns {
			for k := range others {
				sum := o.WeightDecay * at(w, i, j, k)
				for a := range rows {
					for b := range columns {
						sum += left(i, a) * step[a][b][k] * right(j, b)
					}
				}
				want = append(want, at(w, i, j, k)-0.5*sum)
			}
		}
	}
	close32(t, "weight of the kernel", got[0], want, 3e-5)
	var moments []float64
	square := func(n int, x func(i, k int) float64, count int) {
		for i := range n {
			for j := range n {
				sum := 0.0
				for k := range count {
					sum += x(i, k) * x(j, k)
				}
				moments = append(moments, o.Beta2*float64(l[len(moments)])+(1-o.Beta2)*sum)
			}
		}
	}
	square(rows, func(i, k int) float64 { return at(d, i, k/others, k%others) }, columns*others)
	square(columns, func(j, k int) float64 { return at(d, k/others, j, k%others) }, rows*others)
	for len(moments) < rows*columns*others {
		moments = append(moments, 0)
	}
	close32(t, "second moments of the kernel", got[3], moments, 1e-5)
}

// quadratic returns ½ tr((W − 1)ᵀ A (W − 1)), where A has rotated eigenvectors and
// eigenvalues from 1 to 10⁻⁵.
func quadratic() Problem {
	const rows, columns = 8, 32
	random := make([]float32, rows*rows)
	noise.Key{Seed: 12, Stream: noise.Weights}.Normal(random)
	var qr mat.QR
	qr.Factorize(square(random, rows))
	var u, a mat.Dense
	qr.QTo(&u)
	values := make([]float64, rows)
	for i := range values {
		values[i] = math.Pow(10, -5*float64(i)/(rows-1))
	}
	a.Mul(&u, mat.NewDiagDense(rows, values))
	a.Mul(&a, u.T())
	flat := make([]float32, rows*rows)
	for i := range flat {
		flat[i] = float32(a.At(i/rows, i%rows))
	}
	return Problem{
		Variables: []weights.Variable{{Name: "W", Shape: []int{rows, columns}, Kind: weights.Matrix}},
		Inputs:    []Input{{"none", dtypes.Float32, []int{1}}},
		Constants: []Constant{{"A", []int{rows, rows}, flat}},
		Loss: func(w, in map[string]*g.Node, _ func(string, *g.Node)) *g.Node {
			d := g.AddScalar(w["W"], -1)
			loss := g.MulScalar(g.ReduceAllSum(g.Mul(d, g.Dot(in["A"], d).Product())), 0.5)
			return g.Add(g.ReduceSum(in["none"], 1), loss)
		},
		Batch: func(int64, int) ([]*tensors.Tensor, error) {
			return []*tensors.Tensor{enginetest.Tensor([]float32{0}, 1, 1)}, nil
		},
	}
}

// On an ill-conditioned quadratic whose eigenvectors are not the axes SOAP needs less than a
// fifth of Adam's steps to 10⁻⁸ of the first loss, each at its best of six settings.
func TestSOAPOnARotatedQuadratic(t *testing.T) {
	best := func(name string) (steps int64) {
		steps = 1000
		for _, beta := range []float64{0.95, 0.999} {
			for _, rate := range []float64{0.1, 0.3, 1} {
				r, err := NewRule(name, RuleOptions{Beta1: 0.9, Beta2: beta, Epsilon: 1e-8})
				if err != nil {
					t.Fatal(err)
				}
				steps = stepsTo(t, r, rate, 1e-8, steps)
			}
		}
		return steps
	}
	if adam, soap := best("adam"), best("soap"); !(5*soap < adam) {
		t.Errorf("SOAP needs %d steps, Adam %d", soap, adam)
	}
}

// stepsTo returns after how many steps at a rate the loss of the quadratic is below a share
// of the first, or the given number.
func stepsTo(t *testing.T, r Rule, rate, share float64, most int64) int64 {
	p := quadratic()
	initial := make([]float32, weights.Count(p.Variables))
	noise.Key{Seed: 13, Stream: noise.Weights}.Normal(initial)
	trainer, err := New(goEngine(t), p, Options{Rule: r, Batch: 1, Rate: func(int64) float64 { return rate }}, Start(initial, r))
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	first := 0.0
	for taken, err := range trainer.Steps(t.Context(), most) {
		if err != nil {
			t.Fatal(err)
		}
		if taken.Step == 1 {
			first = taken.Loss
		}
		if taken.Loss < share*first {
			return taken.Step
		}
	}
	return most
}
