package forecast

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// At weights of 1 and 0 members are those of one ensemble; between, each has the mean of
// the quantiles of the two it was made of, and lies where their mean lies.
func TestBlend(t *testing.T) {
	const cells, members = 400, 5
	r := rand.New(rand.NewPCG(1, 1))
	ensemble := func(n int, scale float64) (all [][]float32) {
		for k := range n {
			m := make([]float32, 3*cells)
			for i := range m {
				if v := r.NormFloat64(); v > 0.3 {
					m[i] = float32(scale * v * float64(k+1))
				}
			}
			all = append(all, m)
		}
		return all
	}
	first, second := ensemble(members, 1), ensemble(2, 3)
	slices.Reverse(first) // now the first member is the wettest
	got, err := Blend(first, second, []float64{1, 0.4, 0})
	if err != nil {
		t.Fatal(err)
	}
	for i := range first {
		partner := second[1]
		if i > 2 {
			partner = second[0] // the two driest belong to the drier one
		}
		if !slices.Equal(got[i][:cells], first[i][:cells]) || !slices.Equal(got[i][2*cells:], partner[2*cells:]) {
			t.Fatalf("member %d: the first frame is not the first ensemble's or the last not its partner's", i)
		}
		sorted := func(m []float32) []float32 {
			s := slices.Clone(m[cells : 2*cells])
			slices.Sort(s)
			return s
		}
		a, b, c := sorted(first[i]), sorted(partner), sorted(got[i])
		for k := range c {
			if want := 0.4*float64(a[k]) + 0.6*float64(b[k]); !(math.Abs(float64(c[k])-want) <= 1e-5*want+1e-6) {
				t.Fatalf("member %d, rank %d: %g, want the mean of the quantiles %g", i, k, c[k], want)
			}
		}
		// The order of the cells is the mean's.
		for k := cells; k < 2*cells-1; k++ {
			m0, m1 := 0.4*float64(first[i][k])+0.6*float64(partner[k]), 0.4*float64(first[i][k+1])+0.6*float64(partner[k+1])
			if m0 > m1+1e-6 && got[i][k] < got[i][k+1] {
				t.Fatalf("member %d: cell %d is below its neighbour, and its mean is above", i, k-cells)
			}
		}
	}
}

// A cell that one lacks has the other's value; what does not fit is refused.
func TestBlendOfMissingCells(t *testing.T) {
	nan := float32(math.NaN())
	got, err := Blend([][]float32{{nan, 2, 4, nan}}, [][]float32{{1, nan, 8, nan}}, []float64{0.5})
	if err != nil {
		t.Fatal(err)
	}
	if m := got[0]; m[0] != 1 || m[1] != 2 || m[2] != 6 || m[3] == m[3] {
		t.Errorf("blend %v, want 1, 2, 6 and a missing cell", m)
	}
	one := [][]float32{{1, 2}}
	for name, c := range map[string]struct {
		a, b    [][]float32
		weights []float64
	}{"no members": {nil, one, []float64{1}}, "a weight of 2": {one, one, []float64{2}}, "NaN": {one, one, []float64{math.NaN()}}, "other sizes": {one, [][]float32{{1}}, []float64{1}}, "three frames of two values": {one, one, []float64{1, 1, 1}}} {
		if _, err := Blend(c.a, c.b, c.weights); err == nil {
			t.Errorf("%s is blended", name)
		}
	}
}

func TestBlendWeights(t *testing.T) {
	w, err := RampWeights([]float64{0.5, 1, 2, 3, 4}, 1, 3)
	if err != nil || !slices.Equal(w, []float64{1, 1, 0.5, 0, 0}) {
		t.Errorf("%v, %v; want a ramp from 1 h to 3 h", w, err)
	}
	if w, err = SkillWeights([]float64{1, 2, 3}, []float64{3, 2, 0}); err != nil || !slices.Equal(w, []float64{0.9, 0.5, 0}) {
		t.Errorf("%v, %v; want 0.9, 0.5 and 0", w, err)
	}
	if _, err := RampWeights(nil, 2, 2); err == nil {
		t.Error("a ramp without length")
	}
	if _, err := SkillWeights([]float64{0}, []float64{0}); err == nil {
		t.Error("weights of two perfect forecasts")
	}
}
