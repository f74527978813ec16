package verification

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/study/archive"
)

// seen is what a forecaster without learning sees of a case: the known frames on the
// cells of the case and, of the data, on cells around them from which rain moves in.
type seen struct {
	grid        climate.Grid
	row, column int         // of the case's first cell
	observed    [][]float32 // of each variable the frames of the case, those that are not known NaN
}

// around returns the known frames of a case on the cells of the data from which rain can
// move into it before the last frame, for a forecaster that moves rain; else, and where
// the data have no such cells, on the cells of the case alone.
func (o *Options) around(forecaster string, k *forecastCase) (*seen, error) {
	own := &seen{grid: k.clip.Grid, observed: k.observed}
	data := o.Data.Fields[0]
	reach := archive.Reach(forecaster, &k.clip.Grid, k.farthest())
	if reach == 0 {
		return own, nil
	}
	rows, cols, err := data.Grid.Find(&k.clip.Grid)
	if err != nil {
		return nil, err
	}
	if !consecutive(rows) || !consecutive(cols) {
		o.sees(forecaster, "only the cells of the files, which are not neighbours in the data")
		return own, nil
	}
	row, column := max(rows[0]-reach, 0), max(cols[0]-reach, 0)
	height := min(rows[len(rows)-1]+1+reach, data.Height()) - row
	width := min(cols[len(cols)-1]+1+reach, data.Width()) - column
	if height == len(rows) && width == len(cols) {
		return own, nil
	}
	wide := k.clip
	wide.Grid, wide.Times = data.Grid.Window(row, column, height, width), nil
	for _, f := range k.known.Numbers() {
		wide.Times = append(wide.Times, k.clip.Times[f])
	}
	values, _, err := o.Data.Overlap(&wide)
	if errors.Is(err, climate.ErrNoFrame) {
		return own, nil
	}
	if err != nil {
		return nil, err
	}
	o.sees(forecaster, fmt.Sprintf("%d × %d cells of the data, in which the %d × %d of the files lie: what moves in from around them", height, width, len(rows), len(cols)))
	s := &seen{grid: wide.Grid, row: rows[0] - row, column: cols[0] - column}
	frame, channels := height*width, len(k.names)
	for ch := range channels {
		clip := slices.Repeat([]float32{float32(math.NaN())}, len(k.known)*frame)
		for i, f := range k.known.Numbers() {
			for c := range frame {
				clip[f*frame+c] = values[(i*frame+c)*channels+ch]
			}
		}
		s.observed = append(s.observed, clip)
	}
	return s, nil
}

// sees notes once what a forecaster sees.
func (o *Options) sees(forecaster, what string) {
	note := fmt.Sprintf("rival %s sees %s", forecaster, what)
	o.noteOnce(note, note)
}

// part returns the cells of the case, of a frame of what was seen.
func (s *seen) part(frame []float32, height, width int) []float32 {
	out := make([]float32, 0, height*width)
	for y := range height {
		at := (s.row+y)*s.grid.Width + s.column
		out = append(out, frame[at:at+width]...)
	}
	return out
}

// farthest returns the hours between the frame ahead that is farthest from every known
// one and the known frame next to it.
func (k *forecastCase) farthest() (hours float64) {
	for _, f := range k.known.Ahead() {
		next := math.Inf(1)
		for _, n := range k.known.Numbers() {
			next = min(next, math.Abs(k.clip.Times[f]-k.clip.Times[n]))
		}
		if !math.IsInf(next, 1) {
			hours = max(hours, next)
		}
	}
	return hours
}

// consecutive reports whether places follow one another.
func consecutive(places []int) bool {
	for i, p := range places {
		if p != places[0]+i {
			return false
		}
	}
	return len(places) > 0
}
