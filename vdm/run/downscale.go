package run

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
)

// Downscale draws o.Count clips whose means over blocks of space, of time or of both are
// known. coarse contains these means in physical units, [frame/by.Frames,
// height/by.Cells, width/by.Cells, channel], either once for all samples or one after
// another for each; NaN marks an unknown mean.
//
// The means of the generated clips equal the known ones to the rounding of float32,
// because at the end each block is moved to the nearest possible values with its mean.
// Possible values are not negative where the transform says so (nonnegative). Where the
// run is scaled by the range of the training data, they also lie within that range
// (widened to the mean itself), unless o.Unclamped.
//
// A mean is a linear function of what the model generates only where the transform of
// the channel is affine; other transforms are refused by name.
func (m *Run) Downscale(ctx context.Context, coarse []float32, by vdm.Coarsening, o SampleOptions) (*vdm.Samples, error) {
	s, err := m.downscale(ctx, coarse, by.WithDefaults(), o.WithConditionalDefaults())
	if err != nil {
		return nil, fmt.Errorf("downscale: %w", err)
	}
	return s, nil
}

func (m *Run) downscale(ctx context.Context, coarse []float32, by vdm.Coarsening, o SampleOptions) (*vdm.Samples, error) {
	if err := m.Config.AllowsDownscaling(); err != nil {
		return nil, err
	}
	fine := m.Config.Clip.shape()
	a, err := by.Operator(fine)
	if err != nil {
		return nil, err
	}
	shape, err := a.Shape(fine)
	if err != nil {
		return nil, err
	}
	if n := shape[0] * shape[1] * shape[2] * shape[3]; len(coarse) != n && len(coarse) != o.Count*n {
		return nil, fmt.Errorf("the coarse clip has %d values, want %d (%d frames × %d × %d × %d channels), or as many for each of %d samples", len(coarse), n, shape[0], shape[1], shape[2], shape[3], o.Count)
	}
	y := slices.Clone(coarse)
	m.Forward(y)
	project := m.meanProjector(coarse, by, o.Unclamped)
	return m.generate(ctx, vdm.Observation{{Of: a, Y: y}}, project, o)
}

// AllowsDownscaling returns why runs of the configuration cannot downscale, nil where they
// can.
func (c Config) AllowsDownscaling() error {
	for _, ch := range c.Clip.Channels {
		if !affine(ch.Transform) {
			return fmt.Errorf("channel %q has the transform %v, under which a mean of cells is no linear function of what the model generates: "+
				"train a run whose transform is affine or identity (nonnegative+standardise for rain)", ch.Name, ch.Transform)
		}
	}
	return nil
}

// affine reports whether a transform is a·x + b, for all x that are possible.
func affine(s transform.Spec) bool {
	return !slices.ContainsFunc(s.Steps, func(step transform.Step) bool {
		switch step.Kind {
		case transform.KindAffine, transform.KindStandardise, transform.KindIdentity, transform.KindNonNegative:
			return false
		}
		return true
	})
}

// meanProjector returns a function that moves the blocks of a clip to their means.
func (m *Run) meanProjector(coarse []float32, by vdm.Coarsening, unclamped bool) func(sample int, clip []float32) {
	fine := m.Config.Clip.shape()
	low, high := make([]float64, fine[3]), make([]float64, fine[3])
	for c, ch := range m.Config.Clip.Channels {
		// Values are possible if they are physically possible and, where the run is
		// scaled by the range of training, within it.
		end := math.Inf(1)
		if ch.Transform.Bounded() && !unclamped {
			end = 1
		}
		low[c], high[c] = m.transforms[c].Inverse(-end), m.transforms[c].Inverse(end)
	}
	height, width := fine[1]/by.Cells, fine[2]/by.Cells
	block := make([]int, 0, by.Frames*by.Cells*by.Cells)
	each := fine[0] / by.Frames * height * width * fine[3] // number of values of one coarse clip
	return func(sample int, clip []float32) {
		at := sample * each % len(coarse)
		for i, mean := range coarse[at : at+each] {
			if mean != mean {
				continue
			}
			c, x := i%fine[3], i/fine[3]%width
			y, t := i/fine[3]/width%height, i/fine[3]/width/height
			block = block[:0]
			for f := t * by.Frames; f < (t+1)*by.Frames; f++ {
				for row := y * by.Cells; row < (y+1)*by.Cells; row++ {
					for column := x * by.Cells; column < (x+1)*by.Cells; column++ {
						block = append(block, ((f*fine[1]+row)*fine[2]+column)*fine[3]+c)
					}
				}
			}
			projectToMean(clip, block, float64(mean), min(low[c], float64(mean)), max(high[c], float64(mean)))
		}
	}
}

// projectToMean moves the values x[i], i in block, to the nearest ones within [low, high]
// (least squares) whose mean is given: x ← min(max(x + μ, low), high), with μ the
// root of a function that grows with it. low ≤ mean ≤ high.
func projectToMean(x []float32, block []int, mean, low, high float64) {
	clamp := func(v float64) float64 { return min(max(v, low), high) }
	excess := func(shift float64) (sum float64, free int) {
		for _, i := range block {
			v := float64(x[i]) + shift
			sum += clamp(v) - mean
			if v > low && v < high {
				free++
			}
		}
		return sum, free
	}
	// The root lies between the shifts that take the first and the last cell to the
	// mean. Newton's steps end exactly because the function is piecewise linear;
	// bisection takes over where a step leaves the bracket.
	least, most := math.Inf(1), math.Inf(-1)
	for _, i := range block {
		least, most = min(least, mean-float64(x[i])), max(most, mean-float64(x[i]))
	}
	shift := min(max(0, least), most)
	for range 100 {
		sum, free := excess(shift)
		if sum == 0 || least == most {
			break
		}
		if sum > 0 {
			most = shift
		} else {
			least = shift
		}
		next := (least + most) / 2
		if free > 0 {
			if newton := shift - sum/float64(free); newton >= least && newton <= most {
				next = newton
			}
		}
		if next == shift {
			break
		}
		shift = next
	}
	for _, i := range block {
		x[i] = float32(clamp(float64(x[i]) + shift))
	}
}
