package forecast

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// Case is one case to forecast: a clip, and which of its frames are known.
type Case struct {
	Frames, Height, Width int
	Clip                  []float32 // [frame, height, width], physical units; NaN is missing; unknown frames are not read
	Known                 []bool    // one mark for each frame
}

// Forecaster fills in the unknown frames of a case. Forecast returns the given number of
// members, each a whole clip of its own memory, [frame, height, width]; a forecaster
// without randomness returns equal ones. Member i depends on the case, the seed and i
// only. When ctx ends, Forecast returns its error.
//
// All forecasters of this package may be used concurrently.
type Forecaster interface {
	Name() string // short, for tables
	Forecast(ctx context.Context, c Case, members int, seed uint64) ([][]float32, error)
}

// Validate returns an error where the parts of a case do not fit together or its known
// frames are neither finite nor missing.
func (c Case) Validate() error {
	if c.Frames < 1 || c.Height < 1 || c.Width < 1 {
		return fmt.Errorf("case of %d×%d×%d (frames, height, width): expected at least one of each", c.Frames, c.Height, c.Width)
	}
	if want := c.Frames * c.Height * c.Width; len(c.Clip) != want {
		return fmt.Errorf("case of %d×%d×%d: the clip has %d values, expected %d", c.Frames, c.Height, c.Width, len(c.Clip), want)
	}
	if len(c.Known) != c.Frames {
		return fmt.Errorf("case: %d marks of known frames, expected one for each of %d", len(c.Known), c.Frames)
	}
	for f, known := range c.Known {
		if !known {
			continue
		}
		for i, v := range c.frame(c.Clip, f) {
			if math.IsInf(float64(v), 0) {
				return fmt.Errorf("case: the value of frame %d, row %d, column %d is %g, expected a finite value or NaN", f, i/c.Width, i%c.Width, v)
			}
		}
	}
	return nil
}

// validFor does what Validate does and checks the arguments of Forecast: that members is
// positive, that at least known frames are known, and that ctx has not ended.
func (c Case) validFor(ctx context.Context, who string, members, known int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := c.Validate(); err != nil {
		return fmt.Errorf("%s: %w", who, err)
	}
	if members < 1 {
		return fmt.Errorf("%s: %d members asked for, expected at least one", who, members)
	}
	if n := len(c.knownFrames()); n < known {
		return fmt.Errorf("%s: %d of %d frames are known, expected at least %d", who, n, c.Frames, known)
	}
	return nil
}

// validRain refuses negative values of known frames.
func (c Case) validRain(who string) error {
	for _, f := range c.knownFrames() {
		for i, v := range c.frame(c.Clip, f) {
			if v < 0 {
				return fmt.Errorf("%s: the value of frame %d, row %d, column %d is %g, expected a rate of rain, which is not negative", who, f, i/c.Width, i%c.Width, v)
			}
		}
	}
	return nil
}

func (c Case) knownFrames() []int {
	var known []int
	for f, k := range c.Known {
		if k {
			known = append(known, f)
		}
	}
	return known
}

// frame returns frame f of a clip of the case's shape.
func (c Case) frame(clip []float32, f int) []float32 {
	n := c.Height * c.Width
	return clip[f*n : (f+1)*n]
}

// start returns a clip with the known frames; all others are missing.
func (c Case) start() []float32 {
	clip := make([]float32, len(c.Clip))
	for f := range c.Frames {
		if c.Known[f] {
			copy(c.frame(clip, f), c.frame(c.Clip, f))
			continue
		}
		for i := range c.frame(clip, f) {
			clip[f*c.Height*c.Width+i] = float32(math.NaN())
		}
	}
	return clip
}

// same returns a number of copies of a clip.
func same(clip []float32, members int) [][]float32 {
	all := make([][]float32, members)
	all[0] = clip
	for i := 1; i < members; i++ {
		all[i] = slices.Clone(clip)
	}
	return all
}

// perCell fills the unknown frames of a clip cell by cell: value receives the known
// frames in which the cell is not missing, at least one and ascending, and their values.
func (c Case) perCell(value func(frames []int, values []float32, frame int) float32) []float32 {
	clip := c.start()
	known := c.knownFrames()
	n := c.Height * c.Width
	frames, values := make([]int, 0, len(known)), make([]float32, 0, len(known))
	for i := range n {
		frames, values = frames[:0], values[:0]
		for _, f := range known {
			if v := c.Clip[f*n+i]; v == v {
				frames, values = append(frames, f), append(values, v)
			}
		}
		if len(frames) == 0 {
			continue
		}
		for f, k := range c.Known {
			if !k {
				clip[f*n+i] = value(frames, values, f)
			}
		}
	}
	return clip
}

// gap is a run of unknown frames between the known frames left and right. Where the run
// touches the start of the clip, left is −1; where it touches the end, right is the
// number of frames.
type gap struct{ left, right int }

// gaps returns the runs of unknown frames, in order.
func (c Case) gaps() []gap {
	var gaps []gap
	left := -1
	for f := 0; f <= c.Frames; f++ {
		if f < c.Frames && !c.Known[f] {
			continue
		}
		if f-left > 1 {
			gaps = append(gaps, gap{left, f})
		}
		left = f
	}
	return gaps
}
