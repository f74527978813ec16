package run

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/distributed"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
)

// Training on several devices is data-parallel: GoMLX runs one program on all of
// them (single program, multiple data), each device holds all the weights and its
// share of the batch, and the gradients meet in one all-reduce a step. The global
// batch, and with it the losses, are those of one device to rounding.

// replica is what one device holds.
type replica struct {
	states [4]*engine.DeviceVector // weights, first, second moment, EMA
	zero   *engine.DeviceVector    // the sum of gradients before the first pass
}

func newReplica(be compute.Backend, device int, states [4][]float32) (*replica, error) {
	r := &replica{}
	var err error
	for i, values := range states {
		// A copy: the engine may share the host's memory, and a donated buffer is
		// overwritten, while these must stay good until the next snapshot.
		if r.states[i], err = engine.NewDeviceVector(be, device, append([]float32(nil), values...)); err != nil {
			return r, err
		}
	}
	r.zero, err = engine.NewDeviceVector(be, device, make([]float32, len(states[0])))
	return r, err
}

func (r *replica) close() {
	for _, v := range append(r.states[:], r.zero) {
		if v != nil {
			engine.Release(v.Tensor)
		}
	}
}

// checkDevices says whether a batch can be shared between so many devices.
func checkDevices(be compute.Backend, devices, batch int) error {
	switch has := be.NumDevices(); {
	case devices < 1:
		return fmt.Errorf("%d devices: want at least 1", devices)
	case devices > has:
		return fmt.Errorf("%d devices asked for, and the engine has %d: %s", devices, has, be.Description())
	case batch%devices != 0:
		return fmt.Errorf("training.batch is %d, which %d devices cannot share evenly: want a multiple of %d", batch, devices, devices)
	}
	return nil
}

// onDevices makes a program run on that many devices at once. Its arguments are
// then all of the first device, all of the second, and so on; so are its outputs.
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

// meanOverDevices is the mean of what each device has for x; on one device x.
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

// share is part i of n of a batch, sharing memory.
func (b *batch) share(i, n int) *batch {
	all := len(b.logSNR)
	return &batch{
		clips: part(b.clips, all, i, n),
		z:     part(b.z, all, i, n), v: part(b.v, all, i, n), mask: part(b.mask, all, i, n),
		logSNR: part(b.logSNR, all, i, n), factor: part(b.factor, all, i, n),
		frames: part(b.frames, all, i, n), alpha: part(b.alpha, all, i, n), sigma: part(b.sigma, all, i, n),
	}
}

// part i of n of the values of so many samples; of nil it is nil.
func part[T any](x []T, samples, i, n int) []T {
	if x == nil {
		return nil
	}
	own := len(x) / samples * (samples / n)
	return x[i*own : (i+1)*own]
}

// upload puts each device's share of a batch there, in the order of the programs'
// inputs.
func (b *batch) upload(l batchLayout, be compute.Backend, devices int) (shares [][]*tensors.Tensor, err error) {
	for i := range devices {
		up := l.pack(b.share(i, devices))
		shares = append(shares, up)
		for _, t := range up {
			if err := t.ToDevice(be, compute.DeviceNum(i)); err != nil {
				engine.Release(flat(shares)...)
				return nil, engine.Explain("upload", err)
			}
		}
	}
	return shares, nil
}

func flat(groups [][]*tensors.Tensor) (all []*tensors.Tensor) {
	for _, group := range groups {
		all = append(all, group...)
	}
	return all
}
