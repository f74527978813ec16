package run

import (
	"fmt"

	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
)

// diagnose says where a loss or gradient first stopped being finite. The
// weights on the engine are those from before the step.
func (t *trainer) diagnose(b *batch, loss, norm float64) error {
	what := fmt.Sprintf("loss %v, gradient norm %v", loss, norm)
	for i, z := range b.z {
		if !engine.Finite(float64(z)) {
			return fmt.Errorf("%s: what was made of training clip %d is not finite", what, b.clips[i/t.reader.size])
		}
	}
	var names []string
	find := func(in []*g.Node) []*g.Node {
		// 0·x is 0 where x is finite and NaN elsewhere, and so is its sum.
		var sums []*g.Node
		check := func(name string, x *g.Node) {
			names = append(names, name)
			sums = append(sums, g.ReduceAllSum(g.MulScalar(g.ConvertDType(x, f32), 0)))
		}
		views, w := weightViews(t.Config.Network, in[0])
		d := t.Config.Parameterisation.Denoiser(func(z *g.Node, at vdm.Level, in vdm.Batch) *g.Node {
			if n, ok := t.Config.Network.(vdm.WatchedNetwork); ok {
				return n.ApplyWatched(w, z, at, in, check)
			}
			return t.Config.Network.Apply(w, z, at, in)
		})
		total := g.ReduceAllMean(vdm.WeightedLoss(d, t.layout().unpack(in[1:])))
		check("loss", total)
		grads := g.Gradient(total, views...)
		variables := t.Config.Network.Variables()
		for i := len(grads) - 1; i >= 0; i-- { // the way the gradient comes
			check("gradient of "+variables[i].Name, grads[i])
		}
		return sums
	}
	exec, err := engine.Compile(t.be, "diagnosis", find)
	if err != nil {
		return fmt.Errorf("%s (where is not known: %w)", what, err)
	}
	defer exec.Finalize()
	where := ""
	for i := 0; i < len(t.replicas) && where == ""; i++ { // a whole batch may not fit on one device
		up := t.layout().pack(b.share(i, len(t.replicas)))
		out, err := engine.Execute(exec, engine.Arguments([]*tensors.Tensor{t.replicas[0].states[0].Tensor}, t.record.on(0), up)...)
		engine.Release(up...)
		if err != nil {
			return fmt.Errorf("%s (where is not known: %w)", what, err)
		}
		for j, x := range out {
			if !engine.Finite(float64(tensors.ToScalar[float32](x))) {
				where = names[j]
				break
			}
		}
		engine.Release(out...)
	}
	if where == "" {
		where = "an earlier pass of the step"
	}
	return fmt.Errorf("%s: first not finite in %s; the run stands at the snapshot of step %d. Try a lower training.rate, a warm-up, or training.clip_norm",
		what, where, t.saved)
}
