package unet

import (
	"errors"
	"fmt"
)

// Config is the shape of a network. The zero value of a field means the
// dissertation's choice where one is named.
type Config struct {
	Channels    int   `yaml:"channels"`     // channels of z; 0 means 1
	OutChannels int   `yaml:"out_channels"` // channels of v̂; 0 means as Channels
	Dim         int   `yaml:"dim"`          // width of the first level; 0 means 64
	Multiples   []int `yaml:"multiples"`    // ratio of each level's width to Dim; nil means 1, 2, 4, 8
	Heads       int   `yaml:"heads"`        // attention heads; 0 means 8
	HeadDim     int   `yaml:"head_dim"`     // width of a temporal head; 0 means 32

	// BFloat16 computes activations in bfloat16; norms, softmax, the embedding
	// of λ and the weights themselves stay in float32. An engine without
	// bfloat16 arithmetic may run it in float32.
	BFloat16 bool `yaml:"bfloat16"`
	// Rematerialise computes the activations inside each residual block and
	// attention again in the backward pass instead of keeping them.
	Rematerialise bool `yaml:"rematerialise"`
	// FusedAttention names the attentions that one operator of the engine computes,
	// without storing their logits: "none", also "", "spatial" (the softmax attention in
	// the middle), "temporal" or "both". Only XLA on CUDA has the operator (cuDNN's),
	// for bfloat16. Measure whether it is faster with -attention of vdm/bench: ten
	// frames are few for it, and the temporal one widens each head by the frames.
	FusedAttention string `yaml:"fused_attention,omitempty"`
}

// These sizes are fixed in the dissertation's network.
const (
	groups      = 8  // groups of the group norm
	spatialHead = 32 // width of a spatial head, whatever HeadDim is
	buckets     = 32 // rows of the relative position table
	maxRotary   = 32 // at most this many dimensions of a head are rotated
	normEpsilon = 1e-5
	maxLevels   = 16 // not from the dissertation: each level halves height and width
)

// WithDefaults returns c with each zero field set to the dissertation's value.
func (c Config) WithDefaults() Config {
	if c.Channels == 0 {
		c.Channels = 1
	}
	if c.OutChannels == 0 {
		c.OutChannels = c.Channels
	}
	if c.Dim == 0 {
		c.Dim = 64
	}
	if len(c.Multiples) == 0 {
		c.Multiples = []int{1, 2, 4, 8}
	}
	if c.Heads == 0 {
		c.Heads = 8
	}
	if c.HeadDim == 0 {
		c.HeadDim = 32
	}
	return c
}

// Validate returns an error that names every setting with which the network cannot be
// built.
func (c Config) Validate() error {
	c = c.WithDefaults()
	var errs []error
	positive := func(name string, value int) {
		if value < 1 {
			errs = append(errs, fmt.Errorf("%s is %d, want at least 1", name, value))
		}
	}
	positive("channels", c.Channels)
	positive("out_channels", c.OutChannels)
	positive("heads", c.Heads)
	if c.Dim < groups || c.Dim%groups != 0 {
		errs = append(errs, fmt.Errorf("dim is %d, want a positive multiple of %d (the groups of the group norm)", c.Dim, groups))
	}
	if len(c.Multiples) > maxLevels {
		errs = append(errs, fmt.Errorf("multiples has %d levels, want at most %d", len(c.Multiples), maxLevels))
	}
	for i, m := range c.Multiples {
		positive(fmt.Sprintf("multiples[%d]", i), m)
	}
	if c.HeadDim < 2 || c.HeadDim%2 != 0 {
		errs = append(errs, fmt.Errorf("head_dim is %d, want an even number of at least 2 (rotary embedding turns pairs)", c.HeadDim))
	}
	switch c.FusedAttention {
	case "", FusedNone, FusedSpatial, FusedTemporal, FusedBoth:
	default:
		errs = append(errs, fmt.Errorf("fused_attention is %q, want %q, %q, %q or %q", c.FusedAttention, FusedNone, FusedSpatial, FusedTemporal, FusedBoth))
	}
	if (c.fusesSpatial() || c.fusesTemporal()) && !c.BFloat16 {
		errs = append(errs, fmt.Errorf("fused_attention is %q, but the operator takes bfloat16 only: set bfloat16 too", c.FusedAttention))
	}
	if c.fusesTemporal() && c.HeadDim%fusedStep != 0 {
		errs = append(errs, fmt.Errorf("head_dim is %d, want a multiple of %d for fused temporal attention", c.HeadDim, fusedStep))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("U-Net configuration: %w", err)
	}
	return nil
}

// Levels returns the number of resolutions.
func (c Config) Levels() int { return len(c.WithDefaults().Multiples) }

// Divisor returns the number of which height and width must be multiples to need no
// padding.
func (c Config) Divisor() int { return 1 << (c.Levels() - 1) }

// widths returns the channels at the input of level 0, then at the output of
// each level going down.
func (c Config) widths() []int {
	w := []int{c.Dim}
	for _, m := range c.Multiples {
		w = append(w, c.Dim*m)
	}
	return w
}

// These values say which attentions the engine's fused operator computes; see
// [Config.FusedAttention].
const (
	FusedNone     = "none"
	FusedSpatial  = "spatial"
	FusedTemporal = "temporal"
	FusedBoth     = "both"
)

func (c Config) fusesSpatial() bool {
	return c.FusedAttention == FusedSpatial || c.FusedAttention == FusedBoth
}

func (c Config) fusesTemporal() bool {
	return c.FusedAttention == FusedTemporal || c.FusedAttention == FusedBoth
}

// cuDNN's operator, the only one, takes heads whose width is a multiple of 8, up to 128.
const (
	fusedStep  = 8
	fusedWidth = 128
)
