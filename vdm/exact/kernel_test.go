package exact

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// The inverse of the exponential covariance is tridiagonal: each point depends on
// its neighbours alone.
func TestExponentialIsMarkov(t *testing.T) {
	var inverse mat.Dense
	if err := inverse.Inverse(Exponential(5, 3, 2)); err != nil {
		t.Fatal(err)
	}
	enginetest.Near(t, "far points", inverse.At(0, 2), 0, 1e-14)
	enginetest.Near(t, "neighbours", inverse.At(1, 2), -math.Exp(-1./3)/(1-math.Exp(-2./3))/2, 1e-14)
}

func TestSquaredExponential(t *testing.T) {
	k := SquaredExponential(30, 4, 2)
	enginetest.Near(t, "variance", k.At(3, 3), 2, 0)
	enginetest.Near(t, "correlation at the length", k.At(2, 6)/2, math.Exp(-0.5), 1e-15)
	values, _ := eigen(k)
	if small := values[0]; !(math.Abs(small) <= 1e-13) {
		t.Errorf("smallest eigenvalue %v of a smooth covariance", small)
	}
}
