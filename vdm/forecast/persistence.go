package forecast

import (
	"context"
	"slices"
)

// Persistence repeats, cell by cell, the last known value before a frame; before the
// first known value it repeats that one. All members are equal.
type Persistence struct{}

// Name returns a short name for tables.
func (Persistence) Name() string { return "persistence" }

// Forecast fills in the unknown frames of a case; see [Forecaster]. At least one frame
// must be known.
func (p Persistence) Forecast(ctx context.Context, c Case, members int, _ uint64) ([][]float32, error) {
	if err := c.validFor(ctx, p.Name(), members, 1); err != nil {
		return nil, err
	}
	clip := c.perCell(func(frames []int, values []float32, frame int) float32 {
		next, _ := slices.BinarySearch(frames, frame)
		return values[max(next-1, 0)]
	})
	return same(clip, members), nil
}
