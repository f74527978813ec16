package climate

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Windows are the clips of a record as windows by index: the record is stored once, and
// each call of Clip copies a clip out of it. Its methods may be called from several
// goroutines.
type Windows struct {
	opt        WindowOptions
	channels   []*Field
	starts     []int // first frames whose windows contain no time gap
	rows, cols int   // window positions along y and x
	flips      int
	kept       *keepSet // the windows (start, row, column) that remain where those with missing cells are left out; else nil
	length     int
	missing    int
	gaps       int
}

// ErrNoWindow is wrapped by the error of [NewWindows] where missing cells and gaps in
// time leave no window, or the record is too short for one.
var ErrNoWindow = errors.New("no window")

// NewWindows returns the windows over one or more variables, which become the channels
// in the given order. All must have the same grid and times. Windows never span a time
// gap. It is an error if no window remains.
func NewWindows(opt WindowOptions, channels ...*Field) (*Windows, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	if err := checkChannels(channels); err != nil {
		return nil, err
	}
	f := channels[0]
	for _, v := range []struct {
		size   *int
		record int
		what   string
	}{{&opt.Frames, f.Frames(), "frames"}, {&opt.Height, f.Height(), "rows"}, {&opt.Width, f.Width(), "columns"}} {
		if *v.size == 0 {
			*v.size = v.record
		}
		if *v.size > v.record {
			return nil, fmt.Errorf("field %q: a clip of %d %s is longer than the record of %d", f.Name, *v.size, v.what, v.record)
		}
	}
	opt.StrideT = max(opt.StrideT, 1)
	w := &Windows{opt: opt, channels: channels, flips: 1}
	w.rows = f.Height() - opt.Height + 1
	w.cols = f.Width() - opt.Width + 1
	if opt.Flips {
		w.flips = int(flipCount)
		for _, c := range channels {
			if vectorComponent(c) {
				return nil, fmt.Errorf("field %q (%s) is a component of a vector, whose sign a reflection would change; "+
					"turn %s off", c.Name, c.StandardName, opt.called("Flips"))
			}
		}
	}

	perStart := w.rows * w.cols * w.flips
	if len(opt.Ranges) == 0 {
		w.opt.Ranges = []Range{{0, f.Frames()}}
	} else if last := opt.Ranges[len(opt.Ranges)-1]; last.To > f.Frames() {
		return nil, fmt.Errorf("field %q has %d frames; the ranges of windows go to %d", f.Name, f.Frames(), last.To)
	}
	gaps, next := f.Gaps(), 0
	for _, r := range w.opt.Ranges {
		for t := r.From; t+opt.Frames <= r.To; t += opt.StrideT {
			for next < len(gaps) && gaps[next] < t {
				next++
			}
			if next < len(gaps) && gaps[next] < t+opt.Frames-1 {
				w.gaps += perStart
				continue
			}
			w.starts = append(w.starts, t)
		}
	}
	w.length = len(w.starts) * perStart
	if opt.Missing == SkipMissing || opt.MostMissing > 0 {
		w.skipMissing(int32(opt.MostMissing * float64(opt.Height*opt.Width)))
	}
	if w.length == 0 {
		advice := ""
		if w.missing > 0 {
			advice = "; " + opt.called("KeepMissing") + " takes windows with missing cells, and smaller windows may lie between them"
		}
		return nil, fmt.Errorf("field %q: %w of %d×%d×%d is left: %d hold missing cells and %d span a time gap%s",
			f.Name, ErrNoWindow, opt.Frames, opt.Height, opt.Width, w.missing, w.gaps, advice)
	}
	return w, nil
}

// checkChannels returns an error where the fields cannot be channels of one clip.
func checkChannels(channels []*Field) error {
	if len(channels) == 0 {
		return fmt.Errorf("no field was given")
	}
	f := channels[0]
	for _, c := range channels {
		if err := c.Validate(); err != nil {
			return err
		}
		if err := c.sharesRecord(f); err != nil {
			return err
		}
	}
	return nil
}

// sharesRecord reports whether a field has the grid and the times of another.
func (c *Field) sharesRecord(f *Field) error {
	if why := f.Grid.Difference(&c.Grid); why != "" {
		return fmt.Errorf("fields %q and %q have different grids: %s", f.Name, c.Name, why)
	}
	if f.Frames() != c.Frames() || f.Calendar != c.Calendar || f.Epoch != c.Epoch {
		return fmt.Errorf("fields %q and %q have different times: %d frames (%s, %s) against %d (%s, %s)", f.Name, c.Name,
			f.Frames(), f.Calendar, f.Epoch, c.Frames(), c.Calendar, c.Epoch)
	}
	tolerance := f.Step() / 100
	for t := range f.Times {
		if math.Abs(f.Times[t]-c.Times[t]) > tolerance {
			return fmt.Errorf("fields %q and %q have different times: frame %d is at %s against %s", f.Name, c.Name,
				t, f.Date(t), c.Date(t))
		}
	}
	return nil
}

// vectorComponent reports whether a field is one component of a horizontal vector, by
// its standard name.
func vectorComponent(f *Field) bool {
	s := f.StandardName
	for _, prefix := range []string{"eastward_", "northward_", "x_wind", "y_wind", "grid_eastward_", "grid_northward_",
		"surface_downward_eastward_", "surface_downward_northward_"} {
		if strings.HasPrefix(s, prefix) {
			return true
		}
	}
	return strings.HasSuffix(s, "_x_velocity") || strings.HasSuffix(s, "_y_velocity")
}

// skipMissing builds the set of windows with at most so many missing cells in each frame.
// Sums over all rectangles that start at the corner give the count in any window of a
// frame with four look-ups; lastBad contains, for each position, the last frame with more
// missing cells, so every frame is read once.
func (w *Windows) skipMissing(most int32) {
	f := w.channels[0]
	height, width := f.Height(), f.Width()
	var counts [][]int
	for _, c := range w.channels {
		if m := c.missingCells(); m != nil {
			counts = append(counts, m)
		} else {
			counts = append(counts, make([]int, f.Frames()))
		}
	}
	whole := true
	for _, c := range counts {
		for _, n := range c {
			whole = whole && n == 0
		}
	}
	if whole {
		return
	}
	positions := w.rows * w.cols
	lastBad := make([]int, positions)
	for p := range lastBad {
		lastBad[p] = -1
	}
	sums := make([]int32, (height+1)*(width+1))
	w.kept = newKeepSet(len(w.starts) * positions)
	frame := 0 // the next frame to look at
	for s, start := range w.starts {
		for ; frame < start+w.opt.Frames; frame++ {
			for c, field := range w.channels {
				if counts[c][frame] == 0 {
					continue
				}
				sumMissing(sums, field.Frame(frame), height, width)
				for p := range lastBad {
					y, x := p/w.cols, p%w.cols
					top, bottom := y*(width+1), (y+w.opt.Height)*(width+1)
					if sums[bottom+x+w.opt.Width]-sums[bottom+x]-sums[top+x+w.opt.Width]+sums[top+x] > most {
						lastBad[p] = frame
					}
				}
			}
		}
		for p, bad := range lastBad {
			if bad < start {
				w.kept.add(s*positions + p)
			}
		}
	}
	w.kept.seal()
	all := w.length
	w.length = w.kept.size * w.flips
	w.missing = all - w.length
}

// sumMissing fills sums, (height+1)×(width+1), with the number of missing cells
// above and to the left of each corner.
func sumMissing(sums []int32, frame []float32, height, width int) {
	for y := range height {
		row := int32(0)
		above, here := y*(width+1), (y+1)*(width+1)
		for x, v := range frame[y*width : (y+1)*width] {
			if v != v {
				row++
			}
			sums[here+x+1] = sums[above+x+1] + row
		}
	}
}

// Len returns the number of clips, reflections included.
func (w *Windows) Len() int { return w.length }

// Shape returns the shape of a clip.
func (w *Windows) Shape() (frames, height, width, channels int) {
	return w.opt.Frames, w.opt.Height, w.opt.Width, len(w.channels)
}

// Range returns the smallest and the largest value of a channel over all frames in which
// windows may lie, so that a transform can be fitted without reading every window, and
// to the training part alone.
func (w *Windows) Range(channel int) (low, high float32) {
	f := w.channels[channel]
	if f.training != nil && slices.Equal(w.opt.Ranges, f.training.ranges) {
		return float32(f.training.low), float32(f.training.high)
	}
	var s Stats
	for _, r := range w.opt.Ranges {
		s.Add(f.Data[r.From*f.Height()*f.Width() : r.To*f.Height()*f.Width()])
	}
	return float32(s.Min), float32(s.Max)
}

// Fields returns the channels, in order.
func (w *Windows) Fields() []*Field { return w.channels }

// Origin returns where clip i lies: its first frame, row and column in the record, and
// its reflection. It panics where there is no clip i.
func (w *Windows) Origin(i int) (t, y, x int, flip Flip) {
	if i < 0 || i >= w.length {
		panic(fmt.Sprintf("climate: clip %d of %d", i, w.length))
	}
	base := i / w.flips
	if w.kept != nil {
		base = w.kept.at(base)
	}
	positions := w.rows * w.cols
	p := base % positions
	return w.starts[base/positions], p / w.cols, p % w.cols, Flip(i % w.flips)
}

// Describe returns where clip i lies, in words.
func (w *Windows) Describe(i int) string {
	t, y, x, flip := w.Origin(i)
	f := w.channels[0]
	return fmt.Sprintf("%s to %s, rows %d–%d, columns %d–%d, %s", f.Date(t), f.Date(t+w.opt.Frames-1),
		y, y+w.opt.Height-1, x, x+w.opt.Width-1, flip)
}

// Summary returns one line that says what the windows are and how many were left out.
func (w *Windows) Summary() string {
	s := fmt.Sprintf("%d clips of %d×%d×%d×%d", w.length, w.opt.Frames, w.opt.Height, w.opt.Width, len(w.channels))
	if w.flips > 1 {
		s += fmt.Sprintf(" (%d windows, each in %d reflections)", w.length/w.flips, w.flips)
	}
	switch {
	case w.opt.MostMissing > 0:
		return s + fmt.Sprintf("; left out: %d with more than %.0f %% of a frame missing, %d across a time gap", w.missing, 100*w.opt.MostMissing, w.gaps)
	case w.opt.Missing == KeepMissing:
		return s + fmt.Sprintf("; left out: %d across a time gap; windows with missing cells are kept", w.gaps)
	}
	return s + fmt.Sprintf("; left out: %d with missing cells, %d across a time gap", w.missing, w.gaps)
}

// Clip writes clip i, (frames, height, width, channels), to dst. NaN is missing, which
// occurs only under KeepMissing.
func (w *Windows) Clip(i int, dst []float32) error {
	if i < 0 || i >= w.length {
		return fmt.Errorf("clip %d does not exist; there are %d", i, w.length)
	}
	frames, height, width, channels := w.Shape()
	if want := frames * height * width * channels; len(dst) != want {
		return fmt.Errorf("clip %d needs %d values, got room for %d", i, want, len(dst))
	}
	t, y, x, flip := w.Origin(i)
	for c, f := range w.channels {
		if channels == 1 && flip == FlipNone && width == f.Width() {
			for n := range frames { // rows follow one another in the record
				at := ((t+n)*f.Height() + y) * width
				copy(dst[n*height*width:(n+1)*height*width], f.Data[at:])
			}
			return nil
		}
		out := 0
		for n := range frames {
			for r := range height {
				row := y + r
				if flip == FlipY || flip == FlipYX {
					row = y + height - 1 - r
				}
				at := ((t+n)*f.Height()+row)*f.Width() + x
				putRow(dst[out:out+width*channels], f.Data[at:at+width], channels, c, flip >= FlipX)
				out += width * channels
			}
		}
	}
	return nil
}

// putRow writes a row of one channel to a row of interleaved channels.
func putRow(dst, src []float32, channels, c int, reverse bool) {
	switch {
	case channels == 1 && !reverse:
		copy(dst, src)
	case channels == 1:
		for len(src) >= 4 { // four at a time: twice as fast as one by one
			end := dst[len(src)-4 : len(src)]
			end[0], end[1], end[2], end[3] = src[3], src[2], src[1], src[0]
			src = src[4:]
		}
		for i, v := range src {
			dst[len(src)-1-i] = v
		}
	case !reverse:
		for _, v := range src {
			dst[c] = v
			c += channels
		}
	default:
		c += (len(src) - 1) * channels
		for _, v := range src {
			dst[c] = v
			c -= channels
		}
	}
}
