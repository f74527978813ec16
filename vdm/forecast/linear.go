package forecast

import (
	"context"
	"slices"
)

// Linear interpolates linearly in time, cell by cell, between the known values before
// and after a frame, and repeats the nearest known value beyond the ends. All members
// are equal.
type Linear struct{}

// Name returns a short name for tables.
func (Linear) Name() string { return "linear interpolation" }

// Forecast fills in the unknown frames of a case; see [Forecaster]. At least one frame
// must be known.
func (l Linear) Forecast(ctx context.Context, c Case, members int, _ uint64) ([][]float32, error) {
	if err := c.validFor(ctx, l.Name(), members, 1); err != nil {
		return nil, err
	}
	clip := c.perCell(func(frames []int, values []float32, frame int) float32 {
		next, _ := slices.BinarySearch(frames, frame)
		if next == 0 {
			return values[0]
		}
		if next == len(frames) {
			return values[next-1]
		}
		before, after := frames[next-1], frames[next]
		weight := float64(frame-before) / float64(after-before)
		return float32((1-weight)*float64(values[next-1]) + weight*float64(values[next]))
	})
	return same(clip, members), nil
}
