package dissertation

import (
	"math"

	"github.com/climate-vdm/climate-vdm/plotting"
)

// Spaced returns n ≥ 2 values in equal steps from low to high.
func Spaced(low, high float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		share := float64(i) / float64(n-1)
		out[i] = (1-share)*low + share*high // exact at both ends
	}
	return out
}

// LogSpaced returns n ≥ 2 values in equal ratios from low to high, both positive.
func LogSpaced(low, high float64, n int) []float64 {
	out := Spaced(math.Log(low), math.Log(high), n)
	for i, v := range out {
		out[i] = math.Exp(v)
	}
	out[0], out[n-1] = low, high
	return out
}

// FieldOf returns a function of two variables on the grid of x (columns) and y (rows),
// to be drawn as a map.
func FieldOf(x, y []float64, f func(x, y float64) float64) plotting.Field2D {
	field := plotting.Field2D{Height: len(y), Width: len(x), X: x, Y: y}
	for _, v := range y {
		for _, u := range x {
			field.Data = append(field.Data, f(u, v))
		}
	}
	return field
}
