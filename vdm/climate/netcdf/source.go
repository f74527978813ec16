package netcdf

import (
	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

const (
	// tinyNegative is, in mm/h, how far below zero rain may fall by the rounding of
	// packing or regridding; such cells become 0.
	tinyNegative = -0.001
	// mostRain is in mm/h: one minute's record is 1872 mm/h (Unionville, 1956).
	mostRain = 1e4
	// mostAnything bounds every other variable; fills seen undeclared in real files
	// are 1e20 and above.
	mostAnything = 1e15
)

// screen looks through values for what cannot be meant.
type screen struct {
	source     *source
	present    int
	missing    int
	tiny       int // negative by rounding, set to 0
	clipped    int // negative, set to 0 because the options say so
	impossible int
	negative   int     // of these, those below 0
	lowest     float32 // of what is below 0
	highest    float32 // of what is possible
	alike      bool    // every impossible value is the first
	first      float32 // the first impossible value, and its place
	t, y, x    int
	rounding   float32 // in mm/h: how far below 0 a difference of totals may fall by rounding
	growth     *growth // nil where running totals are not looked for
}

// source is a variable ready to be read: all that its field needs but the data.
type source struct {
	v      *variable
	opt    *ReadOptions
	layout *layout
	order  *ordering
	unpack *unpacker
	field  climate.Field
	factor float64 // from the file's units to the field's
	frames []frame // where each frame of the field comes from
	last   before  // the last frame, for a file that comes after

	firstFrom float64 // where the bounds of the first frame begin, NaN without
	counted   bool    // values are amounts over an interval that was set: running totals would show
	refused   error   // why the values do not become those of a field; units are then the file's
}

// longName returns a variable's long_name, or what models give in its place.
func longName(v *variable) string {
	for _, name := range []string{"long_name", "description", "GRIB_name", "title"} {
		if text := v.text(name); text != "" {
			return text
		}
	}
	return ""
}

// timeMethodOnly returns what cell_methods say about time, in the name that samples give
// it.
func timeMethodOnly(v *variable, a *timeAxis) string {
	if method, _ := timeMethod(v.text("cell_methods"), a.timeName(v)...); method != "" {
		return "time: " + method
	}
	return ""
}

// takeTimes gives the field the times of its frames: of rain over known intervals
// their middles.
func (s *source) takeTimes(a *timeAxis) {
	f := &s.field
	instants := f.CellMethods == "time: point" || f.CellMethods == "time: instantaneous"
	known := len(s.frames) > 0 && !instants // what is of an instant has no interval
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

// weigh makes a·now − b·before of now.
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
