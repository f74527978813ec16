package train

import (
	"fmt"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/weights"
)

// Trainer is training on an engine: the state on the devices, and the programs that
// change it.
type Trainer struct {
	be       compute.Backend
	problem  Problem // without the values of its constants
	options  Options // with their defaults
	step     int64
	replicas []*replica // one for each device

	stepExec, gradExec *g.Exec
}

// New uploads a problem and a state to an engine and returns the Trainer. The caller
// closes it.
func New(be compute.Backend, p Problem, o Options, from State) (_ *Trainer, err error) {
	if err := p.validate(); err != nil {
		return nil, err
	}
	if err := o.Check(be); err != nil {
		return nil, err
	}
	if err := from.check(weights.Count(p.Variables), o.Rule); err != nil {
		return nil, err
	}
	t := &Trainer{be: be, problem: p, options: o.withDefaults(), step: from.Step}
	defer func() {
		if err != nil {
			t.Close()
		}
	}()
	t.problem.Constants = nil
	for _, c := range p.Constants {
		t.problem.Constants = append(t.problem.Constants, Constant{Name: c.Name, Dims: c.Dims})
	}
	b := graphs{t.problem, t.options}
	if t.stepExec, _, err = StepProgram(be, t.problem, t.options); err != nil {
		return nil, err
	}
	if t.gradExec, err = b.compile(be, "gradient", b.gradient); err != nil {
		return nil, err
	}
	for i := range t.options.Devices {
		r, err := newReplica(be, i, p, from)
		t.replicas = append(t.replicas, r)
		if err != nil {
			return nil, err
		}
	}
	return t, nil
}

// Close frees the Trainer's memory on the engine.
func (t *Trainer) Close() {
	for _, r := range t.replicas {
		r.close()
	}
	for _, exec := range []*g.Exec{t.stepExec, t.gradExec} {
		if exec != nil {
			exec.Finalize()
		}
	}
}

// State returns a copy of the state after the last step that was taken, on the host.
func (t *Trainer) State() (State, error) {
	var vectors [][]float32
	for _, v := range t.replicas[0].vectors {
		values, err := v.Values()
		if err != nil {
			return State{}, fmt.Errorf("the state of step %d: %w", t.step, err)
		}
		vectors = append(vectors, values)
	}
	return stateOf(t.step, vectors), nil
}

// EMA returns the averaged weights on the first device, [weight]. The tensor belongs to
// the Trainer and is valid until the next step.
func (t *Trainer) EMA() *tensors.Tensor {
	v := t.replicas[0].vectors
	return v[len(v)-1].Tensor
}

// prefetched is a batch on the devices.
type prefetched struct {
	shares [][]*tensors.Tensor // by device
	err    error
}

// batchOf makes the batch of pass a of step k and uploads it.
func (t *Trainer) batchOf(k int64, a int) (p prefetched) {
	batch, err := t.problem.Batch(k, a)
	if err != nil {
		return prefetched{err: err}
	}
	if err := t.problem.checkBatch(batch, t.options.Batch); err != nil {
		engine.Release(batch...)
		return prefetched{err: err}
	}
	p.shares, p.err = upload(t.be, batch, len(t.replicas))
	return p
}
