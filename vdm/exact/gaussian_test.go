package exact

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

func diagonal(mean, variance []float64) Gaussian {
	cov := mat.NewSymDense(len(mean), nil)
	for i, v := range variance {
		cov.SetSym(i, i, v)
	}
	return Gaussian{mean, cov}
}

func TestLogDensity(t *testing.T) {
	one := diagonal([]float64{0.5}, []float64{4})
	enginetest.Near(t, "log density of one cell", one.LogDensity([]float64{2.5}), -math.Log(2*math.Pi*4)/2-0.5, 1e-14)
	// Of independent cells it is the sum, and of cells that are turned by a rotation it is
	// that of the cells before.
	a, b := diagonal([]float64{1}, []float64{3}), diagonal([]float64{-2}, []float64{0.2})
	both := diagonal([]float64{1, -2}, []float64{3, 0.2})
	want := a.LogDensity([]float64{0.3}) + b.LogDensity([]float64{-1.4})
	enginetest.Near(t, "two cells", both.LogDensity([]float64{0.3, -1.4}), want, 1e-13)
	c, s := math.Cos(0.7), math.Sin(0.7)
	turn := mat.NewDense(2, 2, []float64{c, -s, s, c})
	var cov mat.Dense
	cov.Product(turn, both.Cov, turn.T())
	turned := func(x, y float64) []float64 { return []float64{c*x - s*y, s*x + c*y} }
	enginetest.Near(t, "two cells, turned", Gaussian{turned(1, -2), symmetric(&cov)}.LogDensity(turned(0.3, -1.4)), want, 1e-12)
	if singular := diagonal([]float64{0}, []float64{0}); !math.IsNaN(singular.LogDensity([]float64{0})) {
		t.Error("a singular law has a density")
	}
}
