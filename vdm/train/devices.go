package train

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/distributed"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
)

// Training on several devices is data-parallel: GoMLX runs one program on all of them
// (single program, multiple data), each device has all the weights and its share of the
// batch, and the gradients are averaged in one all-reduce a step. The losses of the
// global batch equal those on one device, to rounding.

// replica contains what one device stores during training.
type replica struct {
	vectors   []*engine.DeviceVector // the vectors of the state
	zero      *engine.DeviceVector   // the initial sum of gradients: zeros
	constants []*tensors.Tensor
}

// newReplica uploads a state and the constants of a problem to a device. After an error
// the replica contains what was uploaded, for close.
func newReplica(be compute.Backend, device int, p Problem, from State) (*replica, error) {
	r := &replica{}
	for _, c := range p.Constants {
		up := tensors.FromFlatDataAndDimensions(c.Values, c.Dims...)
		r.constants = append(r.constants, up)
		if err := up.ToDevice(be, compute.DeviceNum(device)); err != nil {
			return r, engine.Explain("upload", err)
		}
	}
	for _, values := range from.vectors() {
		// The values are copied: the engine may share the host's memory, which its owner
		// may use for something else.
		v, err := engine.NewDeviceVector(be, device, append([]float32(nil), values...))
		r.vectors = append(r.vectors, v)
		if err != nil {
			return r, err
		}
	}
	var err error
	r.zero, err = engine.NewDeviceVector(be, device, make([]float32, len(from.Weights)))
	return r, err
}

func (r *replica) close() {
	engine.Release(r.constants...)
	for _, v := range append(r.vectors, r.zero) {
		if v != nil {
			engine.Release(v.Tensor)
		}
	}
}

// onDevices makes a program run on a number of devices at once.
func onDevices(exec *g.Exec, devices int) error {
	if devices == 1 {
		return nil
	}
	mesh, err := distributed.NewDeviceMesh([]int{devices}, []string{"batch"})
	if err != nil {
		return err
	}
	exec.SPMD(mesh)
	return nil
}

// meanOverDevices returns the mean over the devices of each x; on one device it returns
// xs.
func meanOverDevices(xs ...*g.Node) []*g.Node {
	graph := xs[0].Graph()
	n := graph.NumDevices()
	if n == 1 {
		return xs
	}
	means := graph.Distributed().AllReduce(xs, compute.ReduceOpSum)
	for i, sum := range means {
		means[i] = g.MulScalar(sum, 1/float64(n))
	}
	return means
}

// upload uploads each device's share of a batch and frees the batch.
func upload(be compute.Backend, batch []*tensors.Tensor, devices int) (shares [][]*tensors.Tensor, err error) {
	shares = [][]*tensors.Tensor{batch}
	if devices > 1 {
		defer engine.Release(batch...)
		if shares, err = divide(batch, devices); err != nil {
			return nil, err
		}
	}
	for i, share := range shares {
		for _, t := range share {
			if err := t.ToDevice(be, compute.DeviceNum(i)); err != nil {
				engine.Release(flat(shares)...)
				return nil, engine.Explain("upload", err)
			}
		}
	}
	return shares, nil
}

// divide returns n equal parts of each tensor of a batch along its first axis.
func divide(batch []*tensors.Tensor, n int) ([][]*tensors.Tensor, error) {
	parts := make([][]*tensors.Tensor, n)
	for _, whole := range batch {
		dims := append([]int(nil), whole.Shape().Dimensions...)
		dims[0] /= n
		size := whole.Shape().Size() / n
		err := whole.ConstFlatData(func(values any) {
			for i := range n {
				from, to := i*size, (i+1)*size
				switch x := values.(type) {
				case []float32:
					parts[i] = append(parts[i], tensors.FromFlatDataAndDimensions(x[from:to], dims...))
				case []int64:
					parts[i] = append(parts[i], tensors.FromFlatDataAndDimensions(x[from:to], dims...))
				}
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return parts, nil
}

func flat(groups [][]*tensors.Tensor) (all []*tensors.Tensor) {
	for _, group := range groups {
		all = append(all, group...)
	}
	return all
}
