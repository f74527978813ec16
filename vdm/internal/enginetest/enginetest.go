// Package enginetest runs graphs in tests, on every available engine.
package enginetest

import (
	"math"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	_ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
)

// OnEvery runs a test on each available engine.
func OnEvery(t *testing.T, f func(t *testing.T, be compute.Backend)) {
	t.Helper()
	for _, name := range Names() {
		be := Named(t, name)
		t.Run(name, func(t *testing.T) { f(t, be) })
	}
}

// Evaluate runs a graph function once and returns its outputs' values. No output may be
// an unchanged input: ONNX Runtime returns memory that is freed.
func Evaluate(t testing.TB, be compute.Backend, f func(in []*g.Node) []*g.Node, args ...any) [][]float32 {
	t.Helper()
	exec, err := engine.Compile(be, t.Name(), f)
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	out, err := engine.Execute(exec, args...)
	if err != nil {
		t.Fatal(err)
	}
	var values [][]float32
	for _, x := range out {
		v, err := tensors.CopyFlatData[float32](x)
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, v)
	}
	engine.Release(out...)
	return values
}

// Tensor returns a float32 tensor with the given dimensions.
func Tensor(x []float32, dims ...int) *tensors.Tensor {
	return tensors.FromFlatDataAndDimensions(x, dims...)
}

// WantError fails the test where there is no error, or one that lacks an expected text.
func WantError(t testing.TB, name string, err error, says ...string) {
	t.Helper()
	for _, s := range says {
		if err == nil || !strings.Contains(err.Error(), s) {
			t.Errorf("%s: error %v, want one that says %q", name, err, s)
		}
	}
}

// Near fails the test where two numbers differ by more than a tolerance.
func Near(t testing.TB, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: %.7g, want %.7g (tolerance %.0e)", what, got, want, tolerance)
	}
}
