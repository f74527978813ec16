package forecast

import (
	"context"
	"fmt"

	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// Source is a source of training clips by index, in physical units. Clip fills dst,
// which has frames·height·width values.
type Source interface {
	Len() int
	Shape() (frames, height, width int)
	Clip(i int, dst []float32) error
}

// Climatology forecasts by the past: each member is a whole window of the training
// record, drawn at random with replacement and whatever the known frames contain, so
// that the ensemble has the record's distribution in space and time and no skill beyond
// it. Known frames are then written over it. It reads one window for each member.
type Climatology struct {
	Windows Source // of the case's shape; concurrent forecasts read it concurrently
}

// Name returns a short name for tables.
func (Climatology) Name() string { return "climatology" }

// Validate refuses an empty source.
func (cl Climatology) Validate() error {
	if cl.Windows == nil {
		return fmt.Errorf("climatology: Windows is nil, expected a source of training clips")
	}
	if n := cl.Windows.Len(); n < 1 {
		return fmt.Errorf("climatology: the source has %d windows, expected at least one", n)
	}
	return nil
}

// Forecast fills in the unknown frames of a case; see [Forecaster]. No frame need be
// known.
func (cl Climatology) Forecast(ctx context.Context, c Case, members int, seed uint64) ([][]float32, error) {
	if err := c.validFor(ctx, cl.Name(), members, 0); err != nil {
		return nil, err
	}
	if err := cl.Validate(); err != nil {
		return nil, err
	}
	if f, h, w := cl.Windows.Shape(); f != c.Frames || h != c.Height || w != c.Width {
		return nil, fmt.Errorf("climatology: windows of %d×%d×%d, expected the case's %d×%d×%d", f, h, w, c.Frames, c.Height, c.Width)
	}
	all := make([][]float32, members)
	for m := range all {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		key := noise.Key{Seed: seed, Stream: noise.Order, Sample: uint32(m)}
		window := key.Rand().IntN(cl.Windows.Len())
		all[m] = make([]float32, len(c.Clip))
		if err := cl.Windows.Clip(window, all[m]); err != nil {
			return nil, fmt.Errorf("climatology: window %d: %w", window, err)
		}
		for f, known := range c.Known {
			if known {
				copy(c.frame(all[m], f), c.frame(c.Clip, f))
			}
		}
	}
	return all, nil
}
