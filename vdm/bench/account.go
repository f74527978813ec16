package main

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
)

// machine contains the best rates of the engine on this machine: of one large matrix
// product, and of one large elementwise pass.
type machine struct {
	dtype        dtypes.DType
	side, length int
	flops, bytes float64 // per second
}

// enough is the time in seconds of a product or copy so large that the overhead of each
// call, some tens of microseconds, no longer counts.
const enough = 10e-3

// measure returns both rates, for operands of doubled size until they take long enough.
func measure(be compute.Backend, o options) (m machine, err error) {
	m.dtype = dtypes.Float32
	if o.precision == "bfloat16" {
		m.dtype = dtypes.BFloat16
	}
	for m.side = 2048; ; m.side *= 2 {
		n := float64(m.side)
		seconds, err := fastest(be, shapes.Make(m.dtype, m.side, m.side), func(x *g.Node) *g.Node { return g.Dot(x, x).Product() })
		if err != nil {
			return m, fmt.Errorf("a product of %d×%d: %w", m.side, m.side, err)
		}
		m.flops = 2 * n * n * n / seconds
		if seconds > enough || m.side == 1<<14 {
			break
		}
	}
	for m.length = 1 << 26; ; m.length *= 2 {
		seconds, err := fastest(be, shapes.Make(dtypes.Float32, m.length), func(x *g.Node) *g.Node { return g.AddScalar(x, 1) })
		if err != nil {
			return m, fmt.Errorf("a pass over %d numbers: %w", m.length, err)
		}
		m.bytes = 8 * float64(m.length) / seconds
		if seconds > enough || m.length == 1<<29 {
			break
		}
	}
	return m, nil
}

// fastest returns the least time of five runs of f, after one that is not counted. The
// input lies on the device before the clock starts, and the clock stops when one number
// of the result has arrived.
func fastest(be compute.Backend, s shapes.Shape, f func(x *g.Node) *g.Node) (float64, error) {
	input, err := g.NewExec(be, func(graph *g.Graph) *g.Node {
		x := g.Sin(g.Iota(graph, shapes.Make(dtypes.Float32, s.Size()), 0))
		return g.ConvertDType(g.Reshape(x, s.Dimensions...), s.DType)
	})
	if err != nil {
		return 0, err
	}
	defer input.Finalize()
	made, err := input.Call()
	if err != nil {
		return 0, err
	}
	defer func() { _ = made[0].FinalizeAll() }()
	exec, err := g.NewExec(be, func(x *g.Node) []*g.Node {
		y := f(x)
		first := g.Slice(g.Reshape(y, y.Shape().Size()), g.AxisRange(0, 1))
		return []*g.Node{y, g.ConvertDType(first, dtypes.Float32)}
	})
	if err != nil {
		return 0, err
	}
	defer exec.Finalize()
	var times []float64
	for i := range 6 {
		began := time.Now()
		out, err := exec.Call(made[0])
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

// String returns the measured rates in words.
func (m machine) String() string {
	return fmt.Sprintf("ceilings of this machine: a %s product of %d×%d at %.1f GFLOP/s, adding 1 to 2^%d float32 at %.1f GB/s",
		m.dtype, m.side, m.side, m.flops/1e9, int(math.Log2(float64(m.length))), m.bytes/1e9)
}

// rates returns the rates of a step of some seconds: operations per second and their
// share of the product's rate, and the share of its time that moving the least bytes at
// the copy's rate would take.
func (m machine) rates(c engine.Cost, seconds float64) (flops, ofProduct, ofFloor float64) {
	flops = c.FLOPs / seconds
	return flops, flops / m.flops, c.Least / m.bytes / seconds
}

// print prints the account of a step of clips that took some seconds, counted from its
// graph.
func (m machine) print(what string, c engine.Cost, seconds float64, clips int) {
	flops, ofProduct, ofFloor := m.rates(c, seconds)
	fmt.Printf("%s: %.4g steps/s, %.4g clips/s; %.1f GFLOP in products and convolutions, at least %.2f GB moved (%.1f GB if no operator is fused)\n",
		what, 1/seconds, float64(clips)/seconds, c.FLOPs/1e9, c.Least/1e9, c.Bytes/1e9)
	fmt.Printf("  %10.1f GFLOP/s, %5.1f %% of the product's\n", flops/1e9, 100*ofProduct)
	fmt.Printf("  %10.1f GB/s,    %5.1f %% of the copy's, which makes the bandwidth floor %.4g s (%.1f GB/s if no operator is fused)\n",
		c.Least/seconds/1e9, 100*ofFloor, c.Least/m.bytes, c.Bytes/seconds/1e9)
}
