package proof

import (
	"math"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// x/√s/√s, with s the sum of a row, is the smallest program that has shown an engine's
// fault: with a plugin of PJRT interface 0.115 all of it is NaN from 4096 rows on, and so
// is the gradient of a layer norm. See vdm/backend/XLA-NAN.md.
func TestRowsOverTheirSum(t *testing.T) {
	engines := enginetest.Names()
	if enginetest.Has("xla:cpu") && !strings.Contains(strings.Join(engines, ","), "xla") {
		engines = append(engines, "xla:cpu")
	}
	for _, name := range engines {
		t.Run(name, func(t *testing.T) { rowsOverTheirSum(t, enginetest.Named(t, name)) })
	}
}

func rowsOverTheirSum(t *testing.T, be compute.Backend) {
	const width = 8
	for _, rows := range []int{256, 4096, 5120} {
		x := make([]float32, rows*width)
		for i := range x {
			x[i] = 1 + float32(i*7%13)/8
		}
		y := enginetest.Evaluate(t, be, func(in []*g.Node) []*g.Node {
			root := g.Sqrt(g.ReduceAndKeep(in[0], g.ReduceSum, -1))
			return []*g.Node{g.Div(g.Div(in[0], root), root)}
		}, enginetest.Tensor(x, rows, width))[0]
		for i := range y {
			sum := 0.0
			for _, v := range x[i/width*width : i/width*width+width] {
				sum += float64(v)
			}
			if want := float64(x[i]) / sum; !(math.Abs(float64(y[i])-want) <= 1e-6) {
				t.Fatalf("%d rows: value %d is %v, want %v", rows, i, y[i], want)
			}
		}
	}
}
