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

// Covariate is a field that a denoiser is told beside z and λ, in its units.
type Covariate struct {
	Channels int
	Values   []float32 // [frame, height, width, channel], once for all samples or once for each
}

// Tell puts other covariates in the place of the ones before, of the same names and
// channels: the compiled step is for these.
func (s *Sampler) Tell(covariates map[string]Covariate) error {
	channels := map[string]int{}
	for name, c := range covariates {
		one := s.shape[0] * s.shape[1] * s.shape[2] * c.Channels
		if n := len(c.Values); one < 1 || n != one && n != one*s.samples {
			return fmt.Errorf("covariate %s has %d values, want %d (%d frames × %d × %d × %d channels), or as many for each of %d samples", name, n, one, s.shape[0], s.shape[1], s.shape[2], c.Channels, s.samples)
		}
		channels[name] = c.Channels
	}
	if s.exec != nil && !maps.Equal(channels, s.channels) {
		return fmt.Errorf("the sampler was compiled for the covariates %v (channels of each) and is given %v: make another", s.channels, channels)
	}
	s.channels, s.covariates = channels, covariates
	return nil
}

// covariateNames returns the names in the order in which the step takes them.
func (s *Sampler) covariateNames() []string { return slices.Sorted(maps.Keys(s.channels)) }

func (s *Sampler) covariateShapes() (out []shapes.Shape) {
	for _, name := range s.covariateNames() {
		out = append(out, shapes.Make(dtypes.Float32, s.batch, s.shape[0], s.shape[1], s.shape[2], s.channels[name]))
	}
	return out
}

// covariateTensors are those of a batch; samples past the last repeat it.
func (s *Sampler) covariateTensors(from int) (out []*tensors.Tensor) {
	for i, name := range s.covariateNames() {
		shape, values := s.covariateShapes()[i], s.covariates[name].Values
		size := shape.Size() / s.batch
		flat := make([]float32, 0, shape.Size())
		for j := range s.batch {
			at := 0
			if len(values) > size {
				at = min(from+j, s.samples-1) * size
			}
			flat = append(flat, values[at:at+size]...)
		}
		out = append(out, tensors.FromFlatDataAndDimensions(flat, shape.Dimensions...))
	}
	return out
}

func (s *Sampler) namedCovariates(nodes []*g.Node) map[string]*g.Node {
	named := map[string]*g.Node{}
	for i, name := range s.covariateNames() {
		named[name] = nodes[i]
	}
	return named
}
