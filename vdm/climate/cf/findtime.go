package cf

import (
	"fmt"
	"slices"
	"strings"
)

// findTime finds the dimension along which frames follow one another and the coordinate
// with their times. For a forecast with a start and a lead time this is the valid time:
// where the file has it, that one, else their sum.
func (d *dataset) findTime(v *variable, l *layout, roles []role, opt *ReadOptions) error {
	open := func(i int) bool { // more than one place, none chosen
		_, chosen := opt.Index[v.dims[i]]
		return !chosen && v.shape[i] > 1
	}
	period, reference := slices.Index(roles, rolePeriod), slices.Index(roles, roleReference)
	if reference < 0 && period >= 0 && l.t >= 0 {
		reference = l.t
	}
	if _, named := opt.Dims["time"]; !named {
		switch {
		case period >= 0 && reference >= 0 && open(period) && open(reference):
			return fmt.Errorf("variable %q has %d places along %q and %d along %q, starts of forecasts and times since them; choose one of either (%s, or %s=0)",
				v.name, v.shape[reference], v.dims[reference], v.shape[period], v.dims[period], opt.indexed(v.dims[period]), v.dims[reference])
		case period >= 0 && (l.t < 0 || !open(l.t)) && (open(period) || l.t < 0) && (reference < 0 || !open(reference)):
			if _, chosen := opt.Index[v.dims[period]]; !chosen {
				l.t = period
			}
		case l.t < 0 && reference >= 0:
			if _, chosen := opt.Index[v.dims[reference]]; !chosen {
				l.t = reference
			}
		}
	}
	named := strings.Fields(v.text("coordinates"))
	var times, references, periods []*variable
	for _, c := range d.visible(v) {
		if c == v || !d.spans(v, c) || boundsName.MatchString(c.base()) {
			continue
		}
		own := len(c.dims) == 1 && c.base() == c.dims[0]
		if len(c.dims) == 0 && !slices.Contains(named, c.base()) && knownRole(c.text("standard_name")) == roleNone {
			continue // a single number that no attribute declares a coordinate
		}
		r := coordinateRole(c)
		if along := l.t >= 0 && len(c.dims) == 1 && c.dims[0] == v.dims[l.t]; r == roleTime && along && nameRole(c.base()) == roleNone && !own && strongRole(c) != roleTime {
			continue
		}
		switch {
		case !c.isNumeric() && !c.isText():
		case r == roleReference || r == roleTime && startsForecast(c):
			references = append(references, c)
		case r == rolePeriod && c.isNumeric():
			periods = append(periods, c)
		case r == roleTime:
			times = append(times, c)
		}
	}
	for _, c := range references {
		if isSingle(c) && c.isNumeric() && l.start == nil {
			l.start = c
		}
	}
	moving := ""
	if l.t >= 0 {
		moving = v.dims[l.t]
	}
	rank := func(c *variable) int { // the smaller, the better
		own := len(c.dims) == 1 && c.base() == moving
		switch {
		case !c.isNumeric(): // characters only where no number gives the time
			return 9
		case strings.Contains(strings.ToLower(c.base()), "valid"):
			return 0
		case own && strings.Contains(strings.ToLower(c.text("units")), " since "):
			return 1
		case strongRole(c) == roleTime && slices.Contains(named, c.base()):
			return 2
		case own:
			return 3
		case strongRole(c) == roleTime:
			return 4
		}
		return 8
	}
	usable := func(c *variable) bool { return moving == "" && isSingle(c) || slices.Contains(c.dims, moving) }
	for _, c := range times {
		if usable(c) && (l.timeVar == nil || rank(c) < rank(l.timeVar)) {
			l.timeVar = c
		}
	}
	if l.timeVar != nil && (rank(l.timeVar) != 3 || len(references) == 0 || len(periods) == 0) {
		return nil
	}
	for _, r := range references {
		for _, p := range periods {
			if usable(r) || usable(p) {
				l.timeVar, l.period = r, p
				return nil
			}
		}
	}
	if l.timeVar == nil && len(references) > 0 && usable(references[0]) {
		l.timeVar = references[0]
		l.notes = append(l.notes, fmt.Sprintf("times are those at which forecasts start (%s): the file does not say for when they are", references[0].name))
	}
	if l.timeVar == nil && len(periods) > 0 && usable(periods[0]) {
		l.timeVar = periods[0]
	}
	if l.t >= 0 && l.timeVar == nil && opt.TimeUnits == "" {
		return fmt.Errorf("variable %q: its time dimension %q has no coordinate variable with units, nor dates in characters; "+
			"%s with a date, as \"hours since 2018-09-13\", counts its frames, or %s time=… names another dimension", v.name, moving, opt.called("TimeUnits"), opt.called("Dims"))
	}
	return nil
}

// startsForecast reports whether a time is the start of forecasts, as files that come
// from GRIB say in words.
func startsForecast(c *variable) bool {
	words := strings.ToLower(c.text("long_name"))
	return strings.Contains(words, "initial time of forecast") || strings.Contains(words, "reference time") || strings.Contains(words, "forecast start")
}

// spans reports whether a coordinate has only dimensions of the variable, apart from one
// of characters and those of length 1.
func (d *dataset) spans(v, c *variable) bool {
	for i, dim := range c.dims {
		if !slices.Contains(v.dims, dim) && c.shape[i] != 1 && !(c.typ == Char && i == len(c.dims)-1) {
			return false
		}
	}
	return true
}

// isText says whether a variable holds characters or strings.
func (v *variable) isText() bool { return v.typ == Char || v.typ == String }

// isSingle reports whether a variable has one place.
func isSingle(c *variable) bool {
	for i, n := range c.shape {
		if n != 1 && !(c.typ == Char && i == len(c.shape)-1) {
			return false
		}
	}
	return true
}

// alongFrames returns, for each stored frame of v, the values of a coordinate at the
// places chosen along the other dimensions. width is how many values each place has
// beyond the dimensions of v: 1, or 2 for bounds.
func (l *layout) alongFrames(v, c *variable, values []float64, width int) [][]float64 {
	frames := 1
	if l.t >= 0 {
		frames = v.shape[l.t]
	}
	rank := len(c.shape)
	if width > 1 || c.typ == Char {
		rank--
	}
	strides := make([]int, rank)
	for i, stride := rank-1, width; i >= 0; i-- {
		strides[i] = stride
		stride *= c.shape[i]
	}
	out := make([][]float64, frames)
	for t := range out {
		at := 0
		for i := range rank {
			switch k := slices.Index(v.dims, c.dims[i]); {
			case k >= 0 && k == l.t:
				at += strides[i] * t
			case k >= 0:
				at += strides[i] * l.fixed[k]
			}
		}
		if at+width <= len(values) {
			out[t] = values[at : at+width]
		}
	}
	return out
}
