package dissertation

import (
	"math"

	"github.com/climate-vdm/climate-vdm/plotting"
)

// Steps returns the numbers from, from + step, … up to and with to.
func Steps(from, to, step float64) []float64 {
	x := make([]float64, 1+int(math.Round((to-from)/step)))
	for i := range x {
		x[i] = from + float64(i)*step
	}
	return x
}

// Curve returns f at each x, as a series for a picture.
func Curve(name string, x []float64, f func(x float64) float64) plotting.Series {
	s := plotting.Series{Name: name, X: x, Y: make([]float64, len(x))}
	for i := range x {
		s.Y[i] = f(x[i])
	}
	return s
}

// Row returns a picture of several pictures side by side under the letters a, b, ….
func Row(pictures ...*plotting.Picture) (*plotting.Picture, error) {
	return plotting.Grid([][]*plotting.Picture{pictures}, plotting.GridOptions{Letters: true})
}
