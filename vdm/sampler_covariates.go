package vdm

import (
	"fmt"
	"maps"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// covariates contains the fields that a compiled step takes, in the order of their
// names.
type covariates struct {
	shape   [4]int // shape of a clip
	samples int
	fields  map[string]Covariate
}

// check refuses a field that does not fit the clips.
func (c covariates) check() error {
	for name, field := range c.fields {
		one := c.shape[0] * c.shape[1] * c.shape[2] * field.Channels
		if n := len(field.Values); one < 1 || n != one && n != one*c.samples {
			return fmt.Errorf("covariate %s has %d values, want %d (%d frames × %d × %d × %d channels), or as many for each of %d samples", name, n, one, c.shape[0], c.shape[1], c.shape[2], field.Channels, c.samples)
		}
	}
	return nil
}

// like reports whether a step that was compiled for the others serves these too.
func (c covariates) like(others covariates) bool {
	return maps.EqualFunc(c.fields, others.fields, func(a, b Covariate) bool { return a.Channels == b.Channels })
}

func (c covariates) names() []string { return slices.Sorted(maps.Keys(c.fields)) }

// shapes returns the shapes of the covariates of a batch, in the order of their names.
func (c covariates) shapes(batch int) (out []shapes.Shape) {
	for _, name := range c.names() {
		out = append(out, shapes.Make(dtypes.Float32, batch, c.shape[0], c.shape[1], c.shape[2], c.fields[name].Channels))
	}
	return out
}

// tensors returns the covariates of a batch of samples; samples past the last repeat the
// last one.
func (c covariates) tensors(from, batch int) (out []*tensors.Tensor) {
	for i, shape := range c.shapes(batch) {
		values := c.fields[c.names()[i]].Values
		size := shape.Size() / batch
		flat := make([]float32, 0, shape.Size())
		for j := range batch {
			at := 0
			if len(values) > size {
				at = min(from+j, c.samples-1) * size
			}
			flat = append(flat, values[at:at+size]...)
		}
		out = append(out, tensors.FromFlatDataAndDimensions(flat, shape.Dimensions...))
	}
	return out
}

// nodes returns the inputs of the step by the covariates' names.
func (c covariates) nodes(in []*g.Node) map[string]*g.Node {
	named := map[string]*g.Node{}
	for i, name := range c.names() {
		named[name] = in[i]
	}
	return named
}
