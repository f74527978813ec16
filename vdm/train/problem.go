package train

import (
	"errors"
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm/weights"
)

// Problem is a loss with the variables to train.
type Problem struct {
	Variables []weights.Variable

	// Inputs are the inputs of the loss that differ from batch to batch.
	Inputs []Input

	// Constants are the inputs of the loss that are the same for every batch. They lie
	// on every device from [New] on, which drops their values on the host.
	Constants []Constant

	// Loss returns the loss of each sample, [sample], whose mean is minimised. It takes
	// the variables, the inputs and the constants by name. If watch is not nil, Loss
	// calls it with the parts of the computation in order; from them a failed step finds
	// where numbers first were not finite.
	Loss func(weights, in map[string]*g.Node, watch func(part string, x *g.Node)) *g.Node

	// Batch returns the inputs of one pass of a step, in the order of Inputs and on the
	// host; step and pass count from 0. It must be a function of the two only, and is
	// called ahead of the steps from another goroutine. The tensors belong to the
	// caller.
	Batch func(step int64, pass int) ([]*tensors.Tensor, error)
}

// Input is an input of the loss: one value for each sample.
type Input struct {
	Name  string
	DType dtypes.DType // Float32 or Int64
	Dims  []int        // dimensions for one sample; a batch has one more axis before them
}

// shape returns the input's shape for a number of samples.
func (i Input) shape(samples int) shapes.Shape {
	return shapes.Make(i.DType, append([]int{samples}, i.Dims...)...)
}

// Constant is an input of the loss that is the same in every step, in float32.
type Constant struct {
	Name   string
	Dims   []int
	Values []float32
}

// name returns the constants and inputs of a graph by their names.
func (p Problem) name(nodes []*g.Node) map[string]*g.Node {
	if want := len(p.Constants) + len(p.Inputs); len(nodes) != want {
		panic(fmt.Errorf("%d nodes for the constants and inputs of the loss, want %d", len(nodes), want))
	}
	named := map[string]*g.Node{}
	for i, c := range p.Constants {
		named[c.Name] = nodes[i]
	}
	for i, in := range p.Inputs {
		named[in.Name] = nodes[len(p.Constants)+i]
	}
	return named
}

// checkBatch returns an error if a batch does not have the shapes of the inputs for a
// number of samples.
func (p Problem) checkBatch(batch []*tensors.Tensor, samples int) error {
	if len(batch) != len(p.Inputs) {
		return fmt.Errorf("a batch of %d inputs, want %d", len(batch), len(p.Inputs))
	}
	for i, in := range p.Inputs {
		if want := in.shape(samples); !batch[i].Shape().Equal(want) {
			return fmt.Errorf("the input %s of the batch is %s, want %s", in.Name, batch[i].Shape(), want)
		}
	}
	return nil
}

// validate returns an error if something is missing or named twice.
func (p Problem) validate() error {
	if len(p.Variables) == 0 || p.Loss == nil || p.Batch == nil {
		return errors.New("a problem needs variables, a loss and batches")
	}
	seen := map[string]bool{}
	once := func(what, name string) error {
		if seen[what+name] {
			return fmt.Errorf("two %s have the name %q", what, name)
		}
		seen[what+name] = true
		return nil
	}
	var errs []error
	for _, v := range p.Variables {
		errs = append(errs, once("variables", v.Name))
	}
	for _, c := range p.Constants {
		errs = append(errs, once("inputs", c.Name))
	}
	for _, in := range p.Inputs {
		errs = append(errs, once("inputs", in.Name))
		if in.DType != dtypes.Float32 && in.DType != dtypes.Int64 {
			errs = append(errs, fmt.Errorf("the input %s is %s, want Float32 or Int64", in.Name, in.DType))
		}
	}
	return errors.Join(errs...)
}
