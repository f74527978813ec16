package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// account prints what a training step does, counted from its graph, and how
// near it comes to what this machine can do: the rate of one large matrix
// product and the bandwidth of one large elementwise pass, measured here.
//
// Bytes are those that the operators move if none is fused with another, so a
// fusing engine may pass 100 % of the bandwidth.
func account(m *vdm.Model, seconds float64) error {
	e, err := m.Estimate()
	if err != nil {
		return err
	}
	be, _, err := m.Engine()
	if err != nil {
		return err
	}
	flops, err := productRate(be, 2048)
	if err != nil {
		return err
	}
	bytes, err := copyRate(be, 1<<26)
	if err != nil {
		return err
	}
	fmt.Printf("\ntraining step: %.1f GFLOP in products and convolutions, %.1f GB moved by its operators\n", e.Cost.FLOPs/1e9, e.Cost.Bytes/1e9)
	fmt.Printf("  %8.1f GFLOP/s, %5.1f %% of a float32 product of 2048×2048 (%.1f GFLOP/s)\n",
		e.Cost.FLOPs/seconds/1e9, 100*e.Cost.FLOPs/seconds/flops, flops/1e9)
	fmt.Printf("  %8.1f GB/s,    %5.1f %% of adding 1 to 2²⁶ numbers (%.1f GB/s)\n",
		e.Cost.Bytes/seconds/1e9, 100*e.Cost.Bytes/seconds/bytes, bytes/1e9)
	return nil
}

// productRate is the floating-point operations a second of an n×n matrix product.
func productRate(be compute.Backend, n int) (float64, error) {
	x := make([]float32, n*n)
	noise.Key{Seed: 1, Stream: noise.Synthetic}.Normal(x)
	seconds, err := fastest(be, func(x *g.Node) *g.Node { return g.Dot(x, x).Product() }, tensors.FromFlatDataAndDimensions(x, n, n))
	return 2 * float64(n) * float64(n) * float64(n) / seconds, err
}

// copyRate is the bytes a second that an elementwise pass over n float32 reads
// and writes.
func copyRate(be compute.Backend, n int) (float64, error) {
	x := make([]float32, n)
	noise.Key{Seed: 2, Stream: noise.Synthetic}.Normal(x[:1<<16])
	seconds, err := fastest(be, func(x *g.Node) *g.Node { return g.AddScalar(x, 1) }, tensors.FromFlatDataAndDimensions(x, n))
	return 8 * float64(n) / seconds, err
}

// fastest is the least time of five runs of f, after one that is not counted.
// The engine has the input before the clock starts, and the clock stops when one
// number of the result is there.
func fastest(be compute.Backend, f func(x *g.Node) *g.Node, x *tensors.Tensor) (float64, error) {
	exec, err := g.NewExec(be, func(x *g.Node) []*g.Node {
		y := f(x)
		first := g.Slice(g.Reshape(y, y.Shape().Size()), g.AxisRange(0, 1))
		return []*g.Node{y, first}
	})
	if err != nil {
		return 0, err
	}
	defer exec.Finalize()
	var times []float64
	for i := range 6 {
		began := time.Now()
		out, err := exec.Call(x)
		if err != nil {
			return 0, err
		}
		if _, err := tensors.CopyFlatData[float32](out[1]); err != nil {
			return 0, err
		}
		if i > 0 {
			times = append(times, time.Since(began).Seconds())
		}
		for _, t := range out {
			_ = t.FinalizeAll()
		}
	}
	return slices.Min(times), nil
}
