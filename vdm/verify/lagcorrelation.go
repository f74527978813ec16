package verify

import (
	"fmt"
	"math"
)

// LagCorrelation is Pearson's correlation between the values of a cell and those of the
// same cell some frames later, over all cells, frames and clips together: how long
// weather remembers. Pairs with a missing value are left out. Make it with
// [NewLagCorrelation].
type LagCorrelation struct {
	Missing int64 // number of NaN

	frames, cells int
	lags          []comoment // of lag 1 and more
}

// comoment contains the number of pairs (x, y), their means, and the sums of squares and
// products of their deviations.
type comoment struct{ n, x, y, xx, yy, xy float64 }

// NewLagCorrelation returns an empty score for clips of a number of frames and of cells
// a frame, for lags up to most, in frames; lags beyond the clip do not exist.
func NewLagCorrelation(frames, cells, most int) (*LagCorrelation, error) {
	if err := clipSize("lag correlation", frames, cells); err != nil {
		return nil, err
	}
	if most < 0 {
		return nil, fmt.Errorf("lag correlation: lags up to %d; want at least 0", most)
	}
	return &LagCorrelation{frames: frames, cells: cells, lags: make([]comoment, min(most, frames-1))}, nil
}

// Add adds the pairs of a clip.
func (l *LagCorrelation) Add(clip []float32) error {
	if err := ofSize("lag correlation", clip, l.frames, l.cells); err != nil {
		return err
	}
	for _, v := range clip {
		if v != v {
			l.Missing++
		}
	}
	for i := range l.lags {
		shift := (i + 1) * l.cells
		l.lags[i].merge(comomentOf(clip[:len(clip)-shift], clip[shift:]))
	}
	return nil
}

// comomentOf returns the moments of pairs in two passes. Deviations are from the first
// pair, so that equal values have none at all.
func comomentOf(x, y []float32) (c comoment) {
	var x0, y0 float64
	for i := range x {
		a, b := float64(x[i]), float64(y[i])
		if a != a || b != b {
			continue
		}
		if c.n == 0 {
			x0, y0 = a, b
		}
		c.n++
		c.x += a - x0
		c.y += b - y0
	}
	if c.n == 0 {
		return c
	}
	c.x, c.y = x0+c.x/c.n, y0+c.y/c.n
	for i := range x {
		a, b := float64(x[i])-c.x, float64(y[i])-c.y
		if a != a || b != b {
			continue
		}
		c.xx += a * a
		c.yy += b * b
		c.xy += a * b
	}
	return c
}

// merge combines moments without cancellation (Chan, Golub and LeVeque 1983).
func (c *comoment) merge(o comoment) {
	if o.n == 0 {
		return
	}
	n, dx, dy := c.n+o.n, o.x-c.x, o.y-c.y
	share := c.n * o.n / n
	c.xx += o.xx + dx*dx*share
	c.yy += o.yy + dy*dy*share
	c.xy += o.xy + dx*dy*share
	c.x += dx * o.n / n
	c.y += dy * o.n / n
	c.n = n
}

// Merge adds the pairs of o, which must have the same sizes and lags.
func (l *LagCorrelation) Merge(o *LagCorrelation) error {
	if l.frames != o.frames || l.cells != o.cells || len(l.lags) != len(o.lags) {
		return fmt.Errorf("lag correlation: merging %d frames of %d cells and %d lags with %d of %d and %d; want equal sizes",
			l.frames, l.cells, len(l.lags), o.frames, o.cells, len(o.lags))
	}
	l.Missing += o.Missing
	for i := range l.lags {
		l.lags[i].merge(o.lags[i])
	}
	return nil
}

// Value returns the correlation at each lag from 1 on, between −1 and 1. It is NaN where
// there is no pair, or where all values are equal, as where no rain fell.
func (l *LagCorrelation) Value() []float64 {
	out := make([]float64, len(l.lags))
	for i, c := range l.lags {
		out[i] = math.NaN()
		if c.xx > 0 && c.yy > 0 {
			out[i] = max(-1, min(1, c.xy/math.Sqrt(c.xx)/math.Sqrt(c.yy)))
		}
	}
	return out
}
