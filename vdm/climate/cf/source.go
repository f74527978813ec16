package cf

import (
	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

const (
	// tinyNegative is the lowest rain, in mm/h, that rounding in packing or regridding
	// may give; such cells become 0.
	tinyNegative = -0.001
	// mostRain is the largest accepted rain in mm/h: one minute's record is 1872 mm/h
	// (Unionville, 1956).
	mostRain = 1e4
	// mostAnything bounds every other variable; undeclared fill values in real files are
	// 1e20 and above.
	mostAnything = 1e15
)

// screen looks for impossible values.
type screen struct {
	source     *source
	present    int
	missing    int
	tiny       int // negative by rounding, set to 0
	clipped    int // negative, set to 0 because the options say so
	impossible int
	negative   int     // number of these that are below 0
	lowest     float32 // lowest value below 0
	second     float32 // highest possible value but one, at least 0
	highest    float32 // highest possible value, at least 0
	peak       int     // frame of the first of the highest values
	peaks      int     // number of cells with it
	alike      bool    // whether every impossible value equals the first
	first      float32 // the first impossible value, and its place
	t, y, x    int
	rounding   float32 // in mm/h: the rounding error by which a difference of totals may be below 0
	growth     *growth // nil where running totals are not checked for
	mean       meanRain
}

// meanRain is the mean of some of the values of rain: enough to see that a whole record
// is in other units than it says.
type meanRain struct {
	sum float64
	n   int
}

// add adds about 65 thousand of the values of a block, or all if it has fewer.
func (m *meanRain) add(data []float32) {
	const enough = 1 << 16
	for i := 0; i < len(data); i += 1 + len(data)/enough {
		if v := data[i]; v == v {
			m.sum += float64(v)
			m.n++
		}
	}
}

// source is a variable ready for reading: its field without the data.
type source struct {
	v      *variable
	opt    *ReadOptions
	layout *layout
	order  *ordering
	unpack *unpacker
	field  climate.Field
	factor float64 // factor from the file's units to the field's
	frames []frame // the origin of each frame of the field
	last   before  // the last frame, for the file that comes next in time

	begun     float64     // start of the forecast to which all frames belong, NaN where unknown
	firstFrom float64     // start of the bounds of the first frame, NaN without bounds
	counted   bool        // values are rain that is not differenced: running totals are then recognisable
	amounts   bool        // values are amounts in the file
	rain      *rainOfEcho // nil where values are no reflectivity
	refused   error       // why the values cannot be converted; units are then the file's
}

// timeMethodOnly returns the part of cell_methods about time, in the name that samples
// give it.
func timeMethodOnly(v *variable, a *timeAxis) string {
	if method, _ := timeMethod(v.text("cell_methods"), a.timeName(v)...); method != "" {
		return "time: " + method
	}
	return ""
}

// takeTimes sets the times of the field's frames: for rain over known intervals their
// middles.
func (s *source) takeTimes(a *timeAxis) {
	f := &s.field
	instants := f.CellMethods == "time: point" || f.CellMethods == "time: instantaneous"
	known := len(s.frames) > 0 && !instants // an instant has no interval
	for _, fr := range s.frames {
		known = known && fr.from == fr.from
	}
	middle := known && f.Kind == climate.KindRain && s.refused == nil
	for _, fr := range s.frames {
		t := fr.time
		if middle {
			t = (fr.from + fr.to) / 2
		}
		f.Times = append(f.Times, t)
		if known {
			f.From, f.To = append(f.From, fr.from), append(f.To, fr.to)
		}
		f.Stamps = append(f.Stamps, fr.time)
	}
}

// weigh computes a·now − b·before in the place of now.
func weigh(now, before []float32, a, b float64) {
	if b == 0 {
		for i, x := range now {
			now[i] = float32(float64(x) * a)
		}
		return
	}
	for i, x := range now {
		now[i] = float32(float64(x)*a - float64(before[i])*b)
	}
}
