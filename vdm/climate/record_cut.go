package climate

import (
	"fmt"
	"math"
)

// Place says where and when a clip lies, and which fields its channels continue.
type Place struct {
	Like               []*Field
	Grid               Grid
	Times              []float64 // hours since Epoch
	From, To           []float64 // ends of the intervals of the frames; nil where unknown
	Calendar, Epoch    string
	Start, Row, Column int // the clip's first frame and its south-western cell in the record
}

// CutOptions says which clip is cut out of a record.
type CutOptions struct {
	Height, Width int
	Step          float64     // required hours between frames; 0 means any
	Kilometres    float64     // required side of a cell, to a tenth; 0 means any
	Known         KnownFrames // one mark for each frame
	Start         int         // first frame in the record
	Row, Column   int         // south-western cell in the record; −1 puts the clip in the middle

	// Name returns the name of an option in messages: of "Row" and "Column", and of what
	// lets other data pass, "Step" and "Kilometres". nil means the names in this struct.
	Name func(option string) string
}

func (o *CutOptions) called(option string) string {
	if o.Name != nil {
		return o.Name(option)
	}
	return option
}

// Cut returns a clip of the record, [frame, height, width, channel] with a channel for
// each field, and its place. Frames that are not known are NaN and may lie beyond the
// end of the record, whose times are then continued at its step. Known frames that the
// record lacks, or that span a gap in time, are an error.
func (r *Record) Cut(o CutOptions) (clip []float32, place Place, err error) {
	first := r.Fields[0]
	needed := o.Known.Span()
	if o.Start < 0 || o.Start+needed > first.Frames() {
		return nil, place, fmt.Errorf("a clip of %d frames up to the last known one cannot begin at frame %d: the data have %d frames", needed, o.Start, first.Frames())
	}
	step := first.Step()
	if o.Step != 0 && math.Abs(step-o.Step) > 0.01*o.Step {
		return nil, place, fmt.Errorf("the frames of the data are %v h apart, those of the run %v h; %s takes others", step, o.Step, o.called("Step"))
	}
	if km := first.Grid.Kilometres(); o.Kilometres != 0 && km != 0 && math.Abs(km-o.Kilometres) > 0.1*o.Kilometres {
		return nil, place, fmt.Errorf("the cells of the data are %.3g km a side, those of the run %.3g km; %s takes others", km, o.Kilometres, o.called("Kilometres"))
	}
	for _, t := range first.Gaps() {
		if t >= o.Start && t < o.Start+needed-1 {
			return nil, place, fmt.Errorf("the known frames, %s to %s, span a gap in time after %s", first.Date(o.Start), first.Date(o.Start+needed-1), first.Date(t))
		}
	}
	row, err := o.position("Row", "rows", o.Row, o.Height, first.Height())
	if err != nil {
		return nil, place, err
	}
	column, err := o.position("Column", "columns", o.Column, o.Width, first.Width())
	if err != nil {
		return nil, place, err
	}
	place = Place{
		Like: r.Fields, Grid: first.Grid.Window(row, column, o.Height, o.Width), Calendar: first.Calendar, Epoch: first.Epoch,
		Start: o.Start, Row: row, Column: column,
	}
	clip = make([]float32, 0, len(o.Known)*o.Height*o.Width*len(r.Fields))
	for t, known := range o.Known {
		at := o.Start + t
		place.addFrame(first, at, step)
		for y := range o.Height {
			for x := range o.Width {
				for _, field := range r.Fields {
					v := float32(math.NaN())
					if known {
						v = field.Frame(at)[(row+y)*field.Width()+column+x]
					}
					clip = append(clip, v)
				}
			}
		}
	}
	return clip, place, nil
}

// position returns where a clip of a size begins along an axis of the record.
func (o *CutOptions) position(option, what string, at, size, room int) (int, error) {
	if size > room {
		return 0, fmt.Errorf("the run's clips have %d %s, the data %d", size, what, room)
	}
	if at == -1 {
		at = (room - size) / 2
	}
	if at < 0 || at+size > room {
		return 0, fmt.Errorf("%s is %d: want 0 to %d", o.called(option), at, room-size)
	}
	return at, nil
}

// addFrame adds the time of a frame of a record, or one step after the last time where
// the record has ended.
func (p *Place) addFrame(f *Field, at int, step float64) {
	if at < f.Frames() {
		p.Times = append(p.Times, f.Times[at])
		if f.From != nil {
			p.From, p.To = append(p.From, f.From[at]), append(p.To, f.To[at])
		}
		return
	}
	last := len(p.Times) - 1
	p.Times = append(p.Times, p.Times[last]+step)
	if p.From != nil {
		p.From, p.To = append(p.From, p.From[last]+step), append(p.To, p.To[last]+step)
	}
}

// Refine divides the cells of a place evenly along both axes, and its times, which are
// the middles of intervals of step hours, into the given numbers of parts. The ends of
// the intervals are then unknown. Dividing times whose step is 0 is an error.
func (p *Place) Refine(cells, frames int, step float64) error {
	p.Grid = p.Grid.refined(cells)
	if frames == 1 {
		return nil
	}
	if step == 0 {
		return fmt.Errorf("the data have one frame and the run does not know how long its own are: the fine times cannot be told")
	}
	p.Times, p.From, p.To = refinedTimes(p.Times, step, frames), nil, nil
	return nil
}

// refinedTimes divides times that are the middles of their intervals.
func refinedTimes(times []float64, step float64, parts int) (fine []float64) {
	for _, t := range times {
		for i := range parts {
			fine = append(fine, t+step*((float64(i)+0.5)/float64(parts)-0.5))
		}
	}
	return fine
}

// refined divides the cells of a grid evenly along its axes. Latitudes and longitudes of
// cells are left out where the axes are other coordinates.
func (g Grid) refined(parts int) Grid {
	if parts == 1 {
		return g
	}
	axis := func(centres []float64) (fine []float64) {
		if len(centres) < 2 { // a single cell does not say how wide it is
			return nil
		}
		for i, centre := range centres {
			left, right := max(i-1, 0), min(i+1, len(centres)-1)
			width := (centres[right] - centres[left]) / float64(right-left)
			for k := range parts {
				fine = append(fine, centre+width*((float64(k)+0.5)/float64(parts)-0.5))
			}
		}
		return fine
	}
	g.Height, g.Width, g.Lat, g.Lon = g.Height*parts, g.Width*parts, nil, nil
	g.Y, g.X = axis(g.Y), axis(g.X)
	return g
}

// At returns the values of the record at the frames and cells of a field, [frame,
// height, width, channel] with a channel for each field of the record. The record may be
// larger, and finer in time; a time or a cell that it lacks is an error.
func (r *Record) At(clip *Field) ([]float32, error) {
	data := r.Fields[0]
	frames, err := data.FramesAt(clip)
	if err != nil {
		return nil, err
	}
	rows, cols, err := data.Grid.Find(&clip.Grid)
	if err != nil {
		return nil, fmt.Errorf("its cells are not cells of the data's grid: %w", err)
	}
	var values []float32
	for _, t := range frames {
		for _, y := range rows {
			for _, x := range cols {
				for _, f := range r.Fields {
					values = append(values, f.Frame(t)[y*f.Width()+x])
				}
			}
		}
	}
	return values, nil
}
