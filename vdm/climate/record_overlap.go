package climate

import (
	"fmt"
	"math"
	"slices"
)

// FramesWithin returns the frame of f for each time of part, −1 where f has none, as for
// a forecast that reaches beyond the data. Times are compared as in [Field.FramesAt]; it
// is an error if f has none of the times.
func (f *Field) FramesWithin(part *Field) ([]int, error) {
	times, tolerance, err := f.timesOf(part)
	if err != nil {
		return nil, err
	}
	frames, found := make([]int, len(times)), false
	for i, t := range times {
		frames[i] = -1
		next, _ := slices.BinarySearch(f.Times, t)
		for k := max(next-1, 0); k < min(next+1, f.Frames()); k++ {
			if math.Abs(f.Times[k]-t) <= tolerance {
				frames[i], found = k, true
			}
		}
	}
	if !found {
		_, err := f.FramesAt(part)
		return nil, err
	}
	return frames, nil
}

// Overlap returns the values of the record at the frames and cells of a field, [frame,
// height, width, channel], and which frames the record has; at the others the values are
// NaN. Use it where [Record.At] would refuse a clip that reaches beyond the record.
// Cells that the record lacks are an error, as is a clip of which it has no frame.
func (r *Record) Overlap(clip *Field) (values []float32, covered []bool, err error) {
	data := r.Fields[0]
	frames, err := data.FramesWithin(clip)
	if err != nil {
		return nil, nil, err
	}
	rows, cols, err := data.Grid.Find(&clip.Grid)
	if err != nil {
		return nil, nil, fmt.Errorf("its cells are not cells of the data's grid: %w", err)
	}
	channels := len(r.Fields)
	frame := len(rows) * len(cols) * channels
	values, covered = make([]float32, len(frames)*frame), make([]bool, len(frames))
	for i, t := range frames {
		part := values[i*frame : (i+1)*frame]
		if covered[i] = t >= 0; !covered[i] {
			for k := range part {
				part[k] = float32(math.NaN())
			}
			continue
		}
		for ch, f := range r.Fields {
			whole, k := f.Frame(t), ch
			for _, y := range rows {
				for _, x := range cols {
					part[k] = whole[y*f.Width()+x]
					k += channels
				}
			}
		}
	}
	return values, covered, nil
}
