package transform

import (
	"math"
	"math/rand/v2"
	"testing"
)

// everyKind has a transform of each kind that a Spec knows, alone and last, first
// and in the middle of a chain, and one that package transform does not know.
func everyKind(t *testing.T) map[string]Transform {
	t.Helper()
	all := map[string]Transform{"foreign": foreign{}, "foreign in a chain": Chain{Sqrt{}, foreign{}, Log{Epsilon: 2}}}
	kinds := map[string]string{KindIdentity: "identity", KindAffine: "affine:-3:5", KindSqrt: "sqrt", KindLog: "log:0.1"}
	for _, first := range kinds {
		for _, name := range []string{first, first + "+affine:0:8.5", "affine:-7:2+" + first, "sqrt+" + first + "+log:0.5"} {
			spec, err := Parse(name)
			if err != nil {
				t.Fatal(err)
			}
			built, err := spec.Build()
			if err != nil {
				t.Fatal(err)
			}
			all[name] = built
		}
	}
	return all
}

// Apply and Undo give what Forward and Inverse give, value by value, for any
// number that data or a generator may contain: values of both signs and of all
// sizes, zeros, infinities and NaN. In particular, no chain makes rain of a
// number below the range of its root.
func TestBulkEqualsOneByOneForAnyNumber(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	numbers := []float32{0, float32(math.Copysign(0, -1)), 1, -1, -0.3, 0.3, float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), math.MaxFloat32, -math.MaxFloat32, math.SmallestNonzeroFloat32, -math.SmallestNonzeroFloat32}
	for len(numbers) < 2*block+100 {
		v := float32(math.Exp(12*r.Float64() - 8))
		numbers = append(numbers, v, -v, float32(3*r.NormFloat64()))
	}
	for name, tr := range everyKind(t) {
		forward, inverse := make([]float32, len(numbers)), make([]float32, len(numbers))
		Apply(tr, forward, numbers)
		Undo(tr, inverse, numbers)
		for i, v := range numbers {
			if want := float32(tr.Forward(float64(v))); !same(forward[i], want) {
				t.Fatalf("%s: Apply makes %v of %v, Forward %v", name, forward[i], v, want)
			}
			if want := float32(tr.Inverse(float64(v))); !same(inverse[i], want) {
				t.Fatalf("%s: Undo makes %v of %v, Inverse %v", name, inverse[i], v, want)
			}
		}
	}
}

// Where the scalar path clamps, the bulk path does: 0 for numbers below the range
// of root and logarithm.
func TestBulkClampsToThePhysicalDomain(t *testing.T) {
	below := []float32{-1e-6, -0.3, -2, float32(math.Inf(-1))}
	for _, tr := range []Transform{Sqrt{}, Log{Epsilon: 0.1}, Chain{Sqrt{}, Affine{Min: -1, Max: 1}}} {
		out := make([]float32, len(below))
		Undo(tr, out, below)
		for i, v := range out {
			if v != 0 {
				t.Errorf("%v: Undo makes %v of %v, want 0", tr, v, below[i])
			}
		}
	}
}
