package engine

import (
	"math"
	"time"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// Rates returns the measured speed of an engine: floating-point operations per second in
// a matrix product of 256 × 256, and bytes per second in an addition of a million
// values.
func Rates(be compute.Backend) (flops, bytes float64, err error) {
	const n, length = 256, 1 << 20
	product, err := timed(be, n*n, []int{n, n}, func(a, b *g.Node) *g.Node {
		return g.Dot(a, b).General([]int{1}, nil, []int{0}, nil)
	})
	if err != nil {
		return 0, 0, err
	}
	sum, err := timed(be, length, []int{length}, func(a, b *g.Node) *g.Node { return g.Add(a, b) })
	if err != nil {
		return 0, 0, err
	}
	return 2 * n * n * n / product, 3 * 4 * length / sum, nil
}

// timed returns the shortest time in seconds of a small program of two inputs.
func timed(be compute.Backend, size int, dims []int, f func(a, b *g.Node) *g.Node) (float64, error) {
	measured, err := Compile(be, "measuring the engine", f)
	if err != nil {
		return 0, err
	}
	defer measured.Finalize()
	x := make([]float32, size)
	for i := range x {
		x[i] = float32(i%7) - 3
	}
	a, b := tensors.FromFlatDataAndDimensions(x, dims...), tensors.FromFlatDataAndDimensions(x, dims...)
	defer Release(a, b)
	best := math.Inf(1)
	for range 6 {
		began := time.Now()
		out, err := Execute(measured, a, b)
		if err != nil {
			return 0, err
		}
		// Reading one value waits until the engine has finished.
		err = tensors.ConstFlatData(out[0], func(flat []float32) {})
		best = min(best, time.Since(began).Seconds())
		Release(out...)
		if err != nil {
			return 0, err
		}
	}
	return best, nil
}
