package train

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
)

// NotFinite is the error of a step whose loss or gradient is not finite. Such a step
// leaves the state as it was.
type NotFinite struct {
	Loss, Norm float64 // loss and gradient norm of the step
	Where      string  // the first part of the computation that is not finite
}

// Error says what was not finite, and where.
func (e *NotFinite) Error() string {
	return fmt.Sprintf("loss %v, gradient norm %v: first not finite in %s", e.Loss, e.Norm, e.Where)
}

// diagnose returns the first part of the computation whose numbers are not finite, in
// the pass of the given shares. The weights on the engine must be those before the step.
func (t *Trainer) diagnose(shares [][]*tensors.Tensor) string {
	unknown := func(err error) string { return fmt.Sprintf("a place that is not known (%v)", err) }
	for _, share := range shares {
		for j, in := range t.problem.Inputs {
			if in.DType != dtypes.Float32 {
				continue
			}
			values, err := tensors.CopyFlatData[float32](share[j])
			if err != nil {
				return unknown(err)
			}
			for _, x := range values {
				if !engine.Finite(float64(x)) {
					return "the input " + in.Name + " of the batch"
				}
			}
		}
	}
	var names []string
	exec, err := engine.Compile(t.be, "diagnosis", func(in []*g.Node) []*g.Node {
		// 0·x is 0 where x is finite and NaN elsewhere, and so is its sum.
		var sums []*g.Node
		check := func(name string, x *g.Node) {
			names = append(names, name)
			sums = append(sums, g.ReduceAllSum(g.MulScalar(g.ConvertDType(x, dtypes.Float32), 0)))
		}
		views := Views(t.problem.Variables, in[0])
		total := g.ReduceAllMean(t.problem.Loss(Named(t.problem.Variables, views), t.problem.name(in[1:]), check))
		check("loss", total)
		grads := g.Gradient(total, views...)
		for i := len(grads) - 1; i >= 0; i-- { // in the order in which the gradient is computed
			check("gradient of "+t.problem.Variables[i].Name, grads[i])
		}
		return sums
	})
	if err != nil {
		return unknown(err)
	}
	defer exec.Finalize()
	r := t.replicas[0]
	for _, share := range shares { // share by share, because a whole batch may not fit on one device
		var here []*tensors.Tensor
		for _, x := range share { // x may lie on another device
			copied, err := x.LocalClone()
			if err != nil {
				engine.Release(here...)
				return unknown(err)
			}
			here = append(here, copied)
		}
		out, err := engine.Execute(exec, engine.Arguments([]*tensors.Tensor{r.vectors[0].Tensor}, r.constants, here)...)
		engine.Release(here...)
		if err != nil {
			return unknown(err)
		}
		where := ""
		for j, x := range out {
			if where == "" && !engine.Finite(float64(tensors.ToScalar[float32](x))) {
				where = names[j]
			}
		}
		engine.Release(out...)
		if where != "" {
			return where
		}
	}
	return "an earlier pass of the step"
}
