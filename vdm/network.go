package vdm

import (
	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/weights"
)

// Network is a function of a noisy clip and its noise level with variables to train.
// A value of it is its settings: two that are equal have the same variables and
// compute the same. A [Parameterisation] makes a [Denoiser] of it.
//
// A new network is a package with a struct of settings that has these methods, and a
// line in the list of package run, which gives it a name in configuration files.
type Network interface {
	// Variables lists the trainable variables in a fixed order, in which they are
	// stored and in which their initial values are drawn.
	Variables() []weights.Variable

	// Count is the number of trainable parameters, the elements of all variables.
	Count() int

	// Apply returns the output for z, [batch, frame, height, width, channel] in
	// float32, at its noise level: [batch, frame, height, width, output channel] in
	// float32. Covariates are in the batch. Like all graph functions it panics on a
	// wrong shape and where a variable has no node.
	Apply(w Weights, z *g.Node, at Level, in Batch) *g.Node

	// ForClips returns the network for clips with a number of channels, and as many
	// channels after them of conditions that it is shown beside z, with every
	// setting that is zero replaced by its default. Channels that are set stay.
	ForClips(channels, conditions int) Network

	// ClipChannels returns how many channels z has, and how many the output.
	ClipChannels() (z, output int)

	// Validate names every setting that no such network can be built with.
	Validate() error

	// Check returns an error where the network cannot run on an engine.
	Check(be compute.Backend) error
}

// WatchedNetwork is a network that shows the output of each of its parts, by which a
// run that has failed says where numbers first were not finite. It is optional.
type WatchedNetwork interface {
	Network

	// ApplyWatched is Apply, and calls watch with the output of each part in the order
	// of computation.
	ApplyWatched(w Weights, z *g.Node, at Level, in Batch, watch func(name string, x *g.Node)) *g.Node
}

// Weights holds the nodes of one graph that stand for a network's variables, by name.
// The same network is another one (its exponential moving average, say) when it is
// bound to other nodes.
type Weights map[string]*g.Node
