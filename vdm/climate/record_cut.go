package climate

import (
	"errors"
	"fmt"
	"math"
	"strings"
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

// Reference is the time in hours from which a forecast of the frames after the known ones
// starts: the end of the last known frame's interval, or its time where that is not
// known. It is nil where the place has no dates or the known frames are not the first.
func (p *Place) Reference(known KnownFrames) *float64 {
	first, nowcast := known.Lead()
	if !nowcast || first > len(p.Times) || p.Epoch != Epoch {
		return nil
	}
	reference := p.Times[first-1]
	if p.To != nil {
		reference = p.To[first-1]
	}
	return &reference
}

// Only returns the place with the frames of the given numbers alone, in that order.
func (p *Place) Only(frames []int) Place {
	few := *p
	few.Times, few.From, few.To = nil, nil, nil
	for _, i := range frames {
		few.Times = append(few.Times, p.Times[i])
		if p.From != nil {
			few.From, few.To = append(few.From, p.From[i]), append(few.To, p.To[i])
		}
	}
	return few
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
	if err := o.differs(first, step); err != nil {
		return nil, place, err
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

// differs refuses data with another step or another size of cells than required, both in
// one error.
func (o *CutOptions) differs(f *Field, step float64) error {
	var all []string
	if o.Step != 0 && math.Abs(step-o.Step) > 0.01*o.Step {
		all = append(all, fmt.Sprintf("the frames of the data are %s apart, those of the run %s; %s takes others", FormatHours(step), FormatHours(o.Step), o.called("Step")))
	}
	if km := f.Grid.Kilometres(); o.Kilometres != 0 && km != 0 && math.Abs(km-o.Kilometres) > 0.1*o.Kilometres {
		all = append(all, fmt.Sprintf("the cells of the data are %.3g km a side, those of the run %.3g km; %s takes others", km, o.Kilometres, o.called("Kilometres")))
	}
	if all == nil {
		return nil
	}
	return errors.New(strings.Join(all, "; and "))
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

// At returns the values of the record on the frames and cells of a field,
// [frame, height, width, channel] with a channel for each field of the record. The
// record may reach further, and be finer in time; a time or a cell that it lacks is an
// error.
func (r *Record) At(clip *Field) ([]float32, error) {
	if _, err := r.Fields[0].FramesAt(clip); err != nil {
		return nil, err
	}
	values, _, err := r.Overlap(clip)
	return values, err
}
