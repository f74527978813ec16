package weights_test

import (
	"math"
	"slices"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/weights"
)

// Initial values follow their distribution, and depend on the seed and the place in
// the list only.
func TestInitial(t *testing.T) {
	const n = 4000
	list := []weights.Variable{
		{Name: "uniform", Shape: []int{40, n / 40}, Init: weights.FanIn(25)},
		{Name: "normal", Shape: []int{n}, Kind: weights.Bias, Init: weights.Init{Normal: 3}},
		{Name: "constant", Shape: []int{2, 2}, Kind: weights.Gain, Init: weights.Init{Constant: 1.5}},
		{Name: "zero", Shape: []int{3}, Kind: weights.Bias},
	}
	if got := weights.Count(list); got != 2*n+4+3 {
		t.Errorf("%d parameters, want %d", got, 2*n+7)
	}
	values := weights.Initial(list, 8)
	for name, variance := range map[string]float64{"uniform": 0.2 * 0.2 / 3, "normal": 9} {
		x := make([]float64, n)
		for i, v := range values[name] {
			x[i] = float64(v) * float64(v)
		}
		mean, se := enginetest.Moments(x)
		enginetest.Near(t, "mean square of "+name, mean, variance, 4*se)
	}
	for _, v := range values["uniform"] {
		if math.Abs(float64(v)) > 0.2 {
			t.Fatalf("a value of %v is outside ±1/√25", v)
		}
	}
	if !slices.Equal(values["constant"], []float32{1.5, 1.5, 1.5, 1.5}) || !slices.Equal(values["zero"], make([]float32, 3)) {
		t.Errorf("constants are %v and %v", values["constant"], values["zero"])
	}
	again, other := weights.Initial(list[:2], 8), weights.Initial(list, 9)
	for _, name := range []string{"uniform", "normal"} {
		if !slices.Equal(values[name], again[name]) {
			t.Errorf("%s: other values in a shorter list", name)
		}
		if slices.Equal(values[name], other[name]) {
			t.Errorf("%s: another seed gives the same values", name)
		}
	}
}
