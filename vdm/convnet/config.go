package convnet

import (
	"cmp"
	"errors"
	"fmt"
	"math"

	"github.com/gomlx/compute"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/weights"
)

// Config is the shape of a network. It implements [vdm.Network]. Zero values mean
// the defaults that the fields name.
type Config struct {
	Channels    int `yaml:"channels"`     // channels of z; 0 means the channels of the clips
	OutChannels int `yaml:"out_channels"` // channels of the output; 0 means as Channels
	Width       int `yaml:"width"`        // channels inside, even; 0 means 32
	Depth       int `yaml:"depth"`        // residual blocks; 0 means 4
	Kernel      int `yaml:"kernel"`       // cells across a convolution's kernel, odd; 0 means 3
}

var _ vdm.WatchedNetwork = Config{}

// maxSetting bounds every setting: above it a size in the graph could overflow.
const maxSetting = 1 << 14

// WithDefaults returns c with each zero field set to its default.
func (c Config) WithDefaults() Config {
	c.Channels = cmp.Or(c.Channels, 1)
	c.OutChannels = cmp.Or(c.OutChannels, c.Channels)
	c.Width = cmp.Or(c.Width, 32)
	c.Depth = cmp.Or(c.Depth, 4)
	c.Kernel = cmp.Or(c.Kernel, 3)
	return c
}

// ForClips returns [Config.WithDefaults] with the channels of clips and of their
// conditions, where Channels and OutChannels are not set.
func (c Config) ForClips(channels, conditions int) vdm.Network {
	c.Channels = cmp.Or(c.Channels, channels+conditions)
	c.OutChannels = cmp.Or(c.OutChannels, c.Channels-conditions)
	return c.WithDefaults()
}

// ClipChannels returns how many channels z has, and how many the output has.
func (c Config) ClipChannels() (z, output int) { return c.Channels, c.OutChannels }

// Validate returns an error that names every setting with which the network cannot be
// built.
func (c Config) Validate() error {
	c = c.WithDefaults()
	var errs []error
	for _, s := range []struct {
		name  string
		value int
	}{{"channels", c.Channels}, {"out_channels", c.OutChannels}, {"width", c.Width}, {"depth", c.Depth}, {"kernel", c.Kernel}} {
		if s.value < 1 || s.value > maxSetting {
			errs = append(errs, fmt.Errorf("%s is %d, want 1 to %d", s.name, s.value, maxSetting))
		}
	}
	if c.Width%2 != 0 {
		errs = append(errs, fmt.Errorf("width is %d, want an even number (λ is embedded in pairs of sine and cosine)", c.Width))
	}
	if c.Kernel%2 == 0 {
		errs = append(errs, fmt.Errorf("kernel is %d, want an odd number (a cell has as many neighbours on both sides)", c.Kernel))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("convolutional network's configuration: %w", err)
	}
	return nil
}

// Check returns what [Config.Validate] returns: every engine has the operators of the
// network.
func (c Config) Check(compute.Backend) error { return c.Validate() }

// Count returns the number of trainable parameters.
func (c Config) Count() int { return weights.Count(c.Variables()) }

// Variables lists every trainable variable in a fixed order. A linear map is [in, out],
// the kernel of a convolution [height, width, in, out].
//
// The maps of λ to scale and shift start at 0, and so does the last one: the network
// starts as 0, which is the mean of v.
func (c Config) Variables() []weights.Variable {
	c = c.WithDefaults()
	var list []weights.Variable
	add := func(name string, weight, bias weights.Init, shape ...int) {
		out := shape[len(shape)-1]
		list = append(list,
			weights.Variable{Name: name + ".weight", Shape: shape, Kind: weights.Matrix, Init: weight},
			weights.Variable{Name: name + ".bias", Shape: []int{out}, Kind: weights.Bias, Init: bias})
	}
	learnt := func(name string, shape ...int) {
		fanIn := 1
		for _, n := range shape[:len(shape)-1] {
			fanIn *= n
		}
		add(name, weights.FanIn(fanIn), weights.FanIn(fanIn), shape...)
	}
	zero := func(name string, shape ...int) { add(name, weights.Init{}, weights.Init{}, shape...) }

	learnt("embedding", c.Width, c.Width)
	learnt("input", c.Kernel, c.Kernel, c.Channels, c.Width)
	for i := range c.Depth {
		block := fmt.Sprintf("blocks.%d", i)
		zero(block+".scale", c.Width, c.Width)
		zero(block+".shift", c.Width, c.Width)
		learnt(block+".space", c.Kernel, c.Kernel, c.Width, c.Width)
		learnt(block+".time", neighbours*c.Width, c.Width)
	}
	zero("output", c.Width, c.OutChannels)
	return list
}

// frequencies returns the frequencies of the sines and cosines that embed λ: geometric,
// from 1 down to just above 1/10000 (Vaswani et al. 2017, section 3.5).
func (c Config) frequencies() []float32 {
	f := make([]float32, c.Width/2)
	for i := range f {
		f[i] = float32(math.Pow(10000, -float64(i)/float64(len(f))))
	}
	return f
}
