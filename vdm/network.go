package vdm

import (
	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/weights"
)

// Network is a function of a noisy clip and its noise level, with variables to train.
// Its value consists of its settings: two equal values have the same variables and
// compute the same. A [Parameterisation] makes a [Denoiser] of a network.
//
// A new network is a package with a struct of settings that has these methods, and a
// line in the list of package run, which gives it a name in configuration files.
type Network interface {
	// Variables lists the trainable variables in the fixed order in which they are
	// stored and in which their initial values are drawn.
	Variables() []weights.Variable

	// Count returns the number of trainable parameters, the elements of all variables.
	Count() int

	// Apply returns the output for z, [batch, frame, height, width, channel] in float32,
	// at its noise level: [batch, frame, height, width, output channel] in float32.
	// Covariates are in the batch. Like all graph functions it panics on a wrong shape
	// and where a variable has no node.
	Apply(w Weights, z *g.Node, at Level, in Batch) *g.Node

	// ForClips returns the network for clips with a number of channels and, after them,
	// a number of channels of conditions that it reads beside z. Every setting that is
	// zero is replaced by its default; channels that are set stay as they are.
	ForClips(channels, conditions int) Network

	// ClipChannels returns how many channels z has, and how many the output has.
	ClipChannels() (z, output int)

	// Validate returns an error that names every setting with which the network cannot
	// be built.
	Validate() error

	// Check returns an error that says why the network cannot run on an engine, nil if
	// it can.
	Check(be compute.Backend) error
}

// WatchedNetwork is a Network that can show the output of each of its parts, by which a
// failed run says where numbers first were not finite. It is optional.
type WatchedNetwork interface {
	Network

	// ApplyWatched computes what Apply does, and calls watch with the output of each
	// part in the order of computation.
	ApplyWatched(w Weights, z *g.Node, at Level, in Batch, watch func(name string, x *g.Node)) *g.Node
}

// Weights contains the nodes of one graph that stand for a network's variables, by name.
// Bound to other nodes, such as the exponential moving averages, the same network
// computes with those weights.
type Weights map[string]*g.Node
