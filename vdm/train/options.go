package train

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/gomlx/compute"
)

// Options says how a problem is trained.
type Options struct {
	Rule    Rule                     // required
	Rate    func(step int64) float64 // the learning rate after the given number of steps; required
	Batch   int                      // samples in one pass, over all devices; required
	Passes  int                      // passes whose gradients are accumulated for one step; 0 means one
	Clip    float64                  // the largest norm of the gradient; 0 means no clipping
	EMA     float64                  // decay of the average of the weights, at most (1 + step)/(10 + step), unless the rule has an average of its own
	Devices int                      // devices that share each batch; 0 means one
}

// withDefaults returns the options with zero values replaced where they mean one.
func (o Options) withDefaults() Options {
	o.Passes, o.Devices = cmp.Or(o.Passes, 1), cmp.Or(o.Devices, 1)
	return o
}

// Check returns an error if a required setting is missing, the engine lacks the devices,
// or they cannot share a batch evenly.
func (o Options) Check(be compute.Backend) error {
	o = o.withDefaults()
	switch has := be.NumDevices(); {
	case o.Rule == nil || o.Rate == nil:
		return errors.New("training needs an update rule and a learning rate")
	case o.Batch < 1 || o.Passes < 1:
		return fmt.Errorf("%d passes of %d samples: want at least 1 of each", o.Passes, o.Batch)
	case o.Devices < 1:
		return fmt.Errorf("%d devices: want at least 1", o.Devices)
	case o.Devices > has:
		return fmt.Errorf("%d devices asked for, and the engine has %d: %s", o.Devices, has, be.Description())
	case o.Batch%o.Devices != 0:
		return fmt.Errorf("%d devices cannot share a batch of %d evenly: want a multiple of %d", o.Devices, o.Batch, o.Devices)
	}
	return nil
}

// scalars returns the numbers that enter step k, counted from 1, in the order of the
// step's program: the learning rate, the rule's, and the decay of the average.
func (o Options) scalars(k int64) (all []any) {
	all = append(all, float32(o.Rate(k-1)))
	for _, x := range o.Rule.Scalars(k, o.Rate) {
		all = append(all, x)
	}
	return append(all, float32(averageDecay(o.EMA, k)))
}
