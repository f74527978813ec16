// Package radar makes training clips of moving rain out of records of weather radar:
// windows with, as a covariate, a forecast by advection that was made on the whole
// field.
package radar

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
)

// Options says which clips are cut.
type Options struct {
	Frames, Size int  // of a clip: frames, and rows and columns of the square window
	Known        int  // number of first frames from which the forecast is made
	Flips        bool // whether each window is used in four reflections

	// Variety adds clips of rain that could have been: each window with rows and columns
	// exchanged, multiplied by each of the factors, and with time reversed.
	Variety bool

	// Missing is the largest share of missing cells in a frame of a clip, in the rain and
	// in its forecast; 0 leaves out all windows with missing cells.
	Missing float64

	// Errors adds a third channel: how wrong the forecast is likely to be, as a mean square
	// of differences between square roots, in mm/h. It needs at least two known frames.
	Errors bool

	// Alternate adds both a second time, after the others, as they are made where every
	// second frame is known.
	Alternate bool
}

// factors multiply the rain of a window for variety.
var factors = []float32{1, 0.5, 0.71, 1.41, 2}

// variants returns the number of clips made of a window.
func (o Options) variants() int {
	if o.Variety {
		return 2 * len(factors)
	}
	return 1
}

// guesses returns the known frames from which the clips' guesses are made.
func (o Options) guesses() []climate.KnownFrames {
	all := []climate.KnownFrames{climate.FirstFrames(o.Frames, o.Known)}
	if o.Alternate {
		all = append(all, climate.EverySecondFrame(o.Frames))
	}
	return all
}

// Clips are windows of one or more records of the same shape, with two to five channels:
// the rain, in mm/h, the forecast of it from the first known frames, which contains
// these frames too, the forecast's likely error, and both from every second frame. Where
// nothing can be advected the forecast is 0, or missing in clips that may have missing cells.
type Clips struct {
	Options
	parts  []*climate.Windows // one for each start of a forecast
	ends   []int              // number of clips up to the end of each part
	fields []*climate.Field
}

// New returns the clips. Every start of a clip has its own forecast, which takes about a
// tenth of a second for 256 × 256 cells; progress, if not nil, counts them.
func New(ctx context.Context, o Options, progress func(done, total int), records ...*climate.Field) (*Clips, error) {
	type start struct {
		field *climate.Field
		first int
	}
	var starts []start
	shown := records
	if o.Variety {
		for _, f := range records {
			shown = append(slices.Clip(shown), reversed(f))
		}
	}
	missing := climate.SkipMissing
	if o.Missing > 0 {
		missing = climate.KeepMissing
	}
	for _, f := range shown {
		whole, err := climate.NewWindows(climate.WindowOptions{Frames: o.Frames, Missing: climate.KeepMissing}, f)
		if errors.Is(err, climate.ErrNoWindow) {
			continue
		} else if err != nil {
			return nil, err
		}
		for i := range whole.Len() {
			starts = append(starts, start{f, whole.Start(i)})
		}
	}
	if len(starts) == 0 {
		return nil, fmt.Errorf("radar clips: no record has %d frames without a gap", o.Frames)
	}
	parts := make([]*climate.Windows, len(starts))
	done, counting := 0, sync.Mutex{}
	err := engine.InParallel(len(starts), func(i int) error {
		s := starts[i]
		rain := s.field.Slice(s.first, s.first+o.Frames)
		fields := []*climate.Field{rain}
		for _, known := range o.guesses() {
			guess, err := guessField(ctx, rain, known, o.Missing > 0)
			if err != nil {
				return fmt.Errorf("guess of the frames from %d on: %w", s.first, err)
			}
			fields = append(fields, guess)
			if o.Errors {
				likely, err := errorField(ctx, rain, known)
				if err != nil {
					return fmt.Errorf("error of the guess of the frames from %d on: %w", s.first, err)
				}
				fields = append(fields, likely)
			}
		}
		w, err := climate.NewWindows(climate.WindowOptions{Frames: o.Frames, Height: o.Size, Width: o.Size, Flips: o.Flips, Missing: missing, MostMissing: o.Missing}, fields...)
		if err != nil && !errors.Is(err, climate.ErrNoWindow) {
			return err
		}
		parts[i] = w // nil where missing cells leave no window
		if progress != nil {
			counting.Lock()
			defer counting.Unlock()
			done++
			progress(done, len(starts))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	parts = slices.DeleteFunc(parts, func(w *climate.Windows) bool { return w == nil })
	if len(parts) == 0 {
		return nil, fmt.Errorf("radar clips: every window of %d × %d × %d has missing cells, or too many: smaller windows may lie between them", o.Frames, o.Size, o.Size)
	}
	c := &Clips{Options: o, parts: parts, fields: records}
	n := 0
	for _, p := range parts {
		n += p.Len() * o.variants()
		c.ends = append(c.ends, n)
	}
	return c, nil
}

// reversed returns a record with its frames in the opposite order.
func reversed(f *climate.Field) *climate.Field {
	r := *f
	r.From, r.To, r.Stamps = nil, nil, nil
	r.Data = make([]float32, 0, len(f.Data))
	for t := f.Frames() - 1; t >= 0; t-- {
		r.Data = append(r.Data, f.Frame(t)...)
	}
	r.Times = make([]float64, f.Frames())
	for t, hours := range f.Times {
		r.Times[f.Frames()-1-t] = f.Times[0] + f.Times[f.Frames()-1] - hours
	}
	return r.Slice(0, r.Frames())
}

// Len returns the number of clips.
func (c *Clips) Len() int { return c.ends[len(c.ends)-1] }

// Shape returns the shape of a clip; for the channels see [Clips].
func (c *Clips) Shape() (frames, height, width, channels int) { return c.parts[0].Shape() }

// Clip writes clip i, [frame, row, column, channel].
func (c *Clips) Clip(i int, dst []float32) error {
	part, _ := slices.BinarySearch(c.ends, i+1)
	if part > 0 {
		i -= c.ends[part-1]
	}
	variants := c.variants()
	if err := c.parts[part].Clip(i/variants, dst); err != nil {
		return err
	}
	variant := i % variants
	if factor := factors[variant%len(factors)]; factor != 1 {
		for j := range dst {
			dst[j] *= factor
		}
	}
	if variant >= len(factors) {
		_, _, _, channels := c.Shape()
		transpose(dst, c.Size, channels)
	}
	return nil
}

// transpose exchanges rows and columns of a clip of squares.
func transpose(clip []float32, size, channels int) {
	for frame := 0; frame < len(clip); frame += channels * size * size {
		for y := range size {
			for x := range y {
				for c := range channels {
					a, b := frame+channels*(y*size+x)+c, frame+channels*(x*size+y)+c
					clip[a], clip[b] = clip[b], clip[a]
				}
			}
		}
	}
}

// Values iterates over the cells of the records, each once, for fitting transforms. The
// forecast has the transform of the rain, and its error one without anything to fit.
func (c *Clips) Values(int) iter.Seq[[]float32] {
	return func(yield func([]float32) bool) {
		for _, f := range c.fields {
			for t := range f.Frames() {
				if !yield(f.Frame(t)) {
					return
				}
			}
		}
	}
}
