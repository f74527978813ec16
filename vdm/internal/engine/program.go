package engine

import (
	"fmt"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// ExecuteFloats runs a program and returns its float32 outputs, each as a flat copy
// on the host.
func ExecuteFloats(exec *g.Exec, args []any) ([][]float32, error) {
	out, err := Execute(exec, args...)
	if err != nil {
		return nil, err
	}
	defer Release(out...)
	flat := make([][]float32, len(out))
	for i, t := range out {
		if flat[i], err = tensors.CopyFlatData[float32](t); err != nil {
			return nil, err
		}
	}
	return flat, nil
}

// Compile returns a program that an engine compiles from a graph function at its first
// execution. Its errors contain the name.
func Compile[F g.ExecGraphFn](be compute.Backend, name string, f F) (*g.Exec, error) {
	exec, err := g.NewExec(be, f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return exec.WithName(name), nil
}

// Execute runs a program and returns its outputs, which the caller releases. A
// panic of the engine becomes an error; see [Explain].
func Execute(exec *g.Exec, args ...any) (out []*tensors.Tensor, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = Explain(exec.Name(), fmt.Errorf("%v", r))
		}
	}()
	out, err = exec.Call(args...)
	if err != nil {
		return nil, Explain(exec.Name(), err)
	}
	return out, nil
}

// Release frees the memory of tensors on the engine at once, without waiting for the
// garbage collector. Nil tensors are skipped.
func Release(ts ...*tensors.Tensor) {
	for _, t := range ts {
		if t != nil {
			_ = t.FinalizeAll()
		}
	}
}

// Arguments returns the tensors of several groups, in order, as arguments of
// [Execute].
func Arguments(groups ...[]*tensors.Tensor) []any {
	var out []any
	for _, group := range groups {
		for _, t := range group {
			out = append(out, t)
		}
	}
	return out
}
