package cf

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// frame says how one frame of a record follows from the file: now times its stored
// values minus before times those of another frame.
type frame struct {
	at          int     // place in the file
	now, before float64 // weights, in 1/h for amounts; before is 0 where nothing is subtracted
	previous    int     // place in the file of that other frame; fromBefore means the previous file
	time        float64 // hours, as stored
	from, to    float64 // interval of the values, NaN where unknown
}

// fromBefore is the place of the last frame of the previous file.
const fromBefore = -2

// plain returns frames whose values are used as they are.
func (a *timeAxis) plain() []frame {
	all := make([]frame, len(a.times))
	for i, t := range a.times {
		all[i] = frame{at: a.keep[i], now: 1, time: t, from: math.NaN(), to: math.NaN()}
		if a.from != nil {
			all[i].from, all[i].to = a.from[i], a.to[i]
		}
	}
	return all
}

// asRates returns for each frame of rain the interval of its values and the weights that
// make a rate over it: division by its length, and differences where the values are
// running totals. For amounts the interval comes from the options, else from the bounds,
// else from cell_methods where it agrees with the time step. It is never guessed. note
// describes the conversion of all frames.
func asRates(v *variable, a *timeAxis, amount bool, opt *ReadOptions) (frames []frame, note string, err error) {
	running, err := parseTotals(opt.Totals)
	if err != nil {
		return nil, "", err
	}
	method, interval := timeMethod(v.text("cell_methods"), a.timeName(v)...)
	frames = a.plain()
	step := climate.MedianStep(a.times)
	switch {
	case amount && running.running():
		return a.totals(v, running, opt)
	case !amount:
		over := step
		if a.from != nil {
			over = a.to[0] - a.from[0]
		}
		if err := summedRate(v, cmp.Or(opt.Units, v.text("units")), method, over, opt); err != nil {
			return nil, "", err
		}
		if a.from == nil || method == "point" || method == "instantaneous" {
			return frames, "", nil
		}
		// A mean of means follows from its parts; a maximum does not.
		means := method == "" || method == "mean" || method == "average"
		return a.byBounds(v, false, running.none || !means, opt)
	case opt.Months:
		if a.epoch == climate.RelativeEpoch {
			return nil, "", fmt.Errorf("variable %q: sums over calendar months (%s) need dates, and the file has times without", v.name, opt.months())
		}
		for i := range frames {
			f := &frames[i]
			f.from, f.to = climate.MonthOf(f.time, a.calendar)
			f.now = 1 / (f.to - f.from)
			if i > 0 && f.from == frames[i-1].from {
				return nil, "", fmt.Errorf("variable %q: frames %d and %d, at %s and %s, are of one month: they are no sums over calendar months (%s)", v.name,
					frames[i-1].at, f.at, climate.FormatTime(frames[i-1].time, a.calendar), climate.FormatTime(f.time, a.calendar), opt.months())
			}
		}
		return frames, "each divided by the length of the calendar month that its time lies in (as set)", nil
	case opt.Interval > 0:
		for i := range frames {
			f := &frames[i]
			f.now, f.from, f.to = 1/opt.Interval, math.NaN(), math.NaN()
			if i == 0 {
				continue
			}
			apart := f.time - frames[i-1].time
			if bothMonthly(apart, opt.Interval) && math.Abs(apart-step) > 1 {
				return nil, "", fmt.Errorf("variable %q: frames are months apart, which have no one length such as the %s that were set; %s divides each by its own", v.name,
					hours(opt.Interval), opt.months())
			}
			if opt.Interval > apart*1.001+1e-6 {
				return nil, "", fmt.Errorf("variable %q: frames %d and %d are %s apart, less than the interval of %s that was set (%s): the sums overlap; "+
					"running totals are differenced with %s, other overlapping sums are no rates", v.name, frames[i-1].at, f.at, hours(apart), hours(opt.Interval),
					opt.called("Interval"), opt.called("Totals"))
			}
		}
		return frames, fmt.Sprintf("divided by %s (as set)", hours(opt.Interval)), nil
	}
	refuse := func(why string) error {
		hint := ""
		if step > 0 {
			hint = fmt.Sprintf(" (the time step is %s)", hours(step))
		}
		return fmt.Errorf("variable %q: units %q are an amount, and %s; set %s to the time over which each value was accumulated%s, "+
			"or %s where values are running totals, since the start or since midnight", v.name, v.text("units"), why, opt.called("Interval"), hint, opt.called("Totals"))
	}
	switch {
	case a.outside != "":
		return nil, "", refuse(a.outside)
	case method != "" && method != "sum":
		return nil, "", refuse(fmt.Sprintf("cell_methods %q does not say that it is a sum over time", v.text("cell_methods")))
	case a.from != nil:
		return a.byBounds(v, true, running.none, opt)
	case interval == 0:
		return nil, "", refuse("neither time bounds nor an interval in cell_methods say over which time")
	case step > 0 && math.Abs(interval-step) > 0.01*step:
		// By CF the interval of cell_methods is the interval of the data that were
		// summed, which need not be the length of the sum.
		return nil, "", refuse(fmt.Sprintf("the interval of %s in cell_methods is not the time step, so it may be that of the data that were summed", hours(interval)))
	}
	for i := range frames {
		frames[i].now = 1 / interval
	}
	return frames, fmt.Sprintf("divided by %s (cell_methods)", hours(interval)), nil
}

// timeName returns the other names that cell_methods may give to time.
func (a *timeAxis) timeName(v *variable) []string {
	var names []string
	for _, dim := range v.dims {
		if nameRole(dim) == roleTime {
			names = append(names, dim)
		}
	}
	return names
}

// byBounds returns rates over the bounds. Where the bounds of a frame begin with those
// of the frame before and end later, the values are running totals, or means since the
// same start, and the frame before is subtracted. Bounds that still overlap are refused.
func (a *timeAxis) byBounds(v *variable, amount, asTheyStand bool, opt *ReadOptions) (frames []frame, note string, err error) {
	differences, empty, gaps := 0, 0, 0
	narrow, wide := math.Inf(1), 0.0 // of the gaps
	shortest, longest := math.Inf(1), 0.0
	end, endOf := math.Inf(-1), -1 // end of the last interval
	previous, start, stop := -1, math.NaN(), math.NaN()
	if opt.before != nil {
		previous, start, stop = fromBefore, opt.before.from, opt.before.time
		end, endOf = stop, fromBefore
	}
	for _, f := range a.plain() {
		length := f.to - f.from
		slack := 1e-3*length + 1.0/3600
		if length <= 0 {
			empty++
			continue
		}
		begin, over := f.from, length
		f.now = 1 / length
		if !amount {
			f.now = 1
		}
		if !asTheyStand && math.Abs(f.from-start) <= slack && f.to > stop+slack {
			over, begin = f.to-stop, stop
			f.previous, f.now, f.before = previous, 1/over, 1/over
			if !amount { // means since one start
				f.now, f.before = length/over, (stop-start)/over
			}
			differences++
		}
		previous, start, stop = f.at, f.from, f.to
		if begin < end-slack {
			date := func(h float64) string { return climate.FormatTime(h, a.calendar) }
			other := "the one before in the file before"
			if endOf != fromBefore {
				other = fmt.Sprintf("frame %d", endOf)
			}
			return nil, "", fmt.Errorf("variable %q: the intervals of its frames overlap (time bounds %s): frame %d is over %s to %s, %s ends at %s; "+
				"they are neither successive nor running totals from one start, and a rate of each cannot be told from them. %s other keeps the sums as they are",
				v.name, a.boundsName, f.at, date(f.from), date(f.to), other, date(end), opt.called("Kind"))
		}
		if gap := begin - end; endOf != -1 && gap > slack {
			gaps++
			narrow, wide = min(narrow, gap), max(wide, gap)
		}
		end, endOf = f.to, f.at
		f.from = begin
		shortest, longest = min(shortest, over), max(longest, over)
		frames = append(frames, f)
	}
	if len(frames) == 0 {
		return nil, "", fmt.Errorf("variable %q: the time bounds %s of every frame have no length", v.name, a.boundsName)
	}
	if alike := wide-narrow <= 1e-3*wide && longest-shortest <= 1e-3*longest; amount && gaps > 0 && gaps == len(frames)-1 && alike {
		return nil, "", fmt.Errorf("variable %q: its time bounds %s are %s long and leave %s between each frame and the next: cdo and NCO write such for sums over all of the time between. "+
			"Set %s to %g if each is a sum over %s, or to %g if the bounds are right", v.name, a.boundsName, hours(longest), hours(wide),
			opt.called("Interval"), round(longest+wide), hours(longest+wide), round(longest))
	}
	divided := "each divided by its own length, " + hours(shortest)
	if longest-shortest > 1e-3*longest {
		divided += " to " + hours(longest)
	}
	if !amount {
		divided = "means over " + hours(shortest)
		if longest-shortest > 1e-3*longest {
			divided += " to " + hours(longest)
		}
	}
	switch {
	case differences > 0 && amount:
		note = fmt.Sprintf("%d of %d frames are running totals, of which the frame before was taken away; %s (time bounds)", differences, len(frames), divided)
	case differences > 0:
		note = fmt.Sprintf("%d of %d frames are means since one start, of which the frame before was taken away; %s (time bounds)", differences, len(frames), divided)
	case amount && longest-shortest <= 1e-3*longest:
		note = fmt.Sprintf("divided by %s (time bounds)", hours(longest))
	case amount:
		note = divided + " (time bounds)"
	}
	if empty > 0 {
		a.notes = append(a.notes, fmt.Sprintf("%d frames left out whose time bounds have no length: no rate can be made of them", empty))
	}
	return frames, note, nil
}

// set returns an option with a value in messages.
func (o *ReadOptions) set(option, value string) string {
	if strings.Contains(value, " ") {
		value = strconv.Quote(value)
	}
	return o.called(option) + " " + value
}

// lasting returns the option for sums over a time in messages, with its value.
func (o *ReadOptions) lasting(hours float64) string {
	hours = round(hours)
	switch minutes := round(hours * 60); { // of a step in float64 days, 5 minutes are not exactly 5
	case o.Name == nil || math.Abs(minutes-math.Round(minutes)) > 1e-4:
		return fmt.Sprintf("%s %g", o.called("Interval"), round(hours))
	case hours != math.Round(hours):
		return fmt.Sprintf("%s %gmin", o.called("Interval"), math.Round(minutes))
	}
	return fmt.Sprintf("%s %gh", o.called("Interval"), hours)
}

// round drops what float64 adds to hours.
func round(hours float64) float64 { return math.Round(hours*1e6) / 1e6 }

// totals returns rates of running totals without bounds: each frame minus the one before
// it, over the time between; after a reset the value itself over the time since.
func (a *timeAxis) totals(v *variable, r totals, opt *ReadOptions) (frames []frame, note string, err error) {
	date := func(h float64) string { return climate.FormatTime(h, a.calendar) }
	reset := func(t float64) float64 { // the last reset before t
		if r.start {
			return a.start // start of the forecast, where the file gives it
		}
		return r.first + r.every*(math.Ceil((t-r.first)/r.every-1e-6)-1)
	}
	if !r.start && a.epoch == climate.RelativeEpoch {
		return nil, "", fmt.Errorf("variable %q: running totals that begin anew each %s (%s) need dates, and the file has times without", v.name, hours(r.every), opt.called("Totals"))
	}
	previous, last := -1, math.NaN()
	if opt.before != nil {
		previous, last = fromBefore, opt.before.time
	}
	left := ""
	differences := 0
	for _, f := range a.plain() {
		begun := reset(f.time)
		switch {
		case !math.IsNaN(last) && (math.IsNaN(begun) || last > begun+1e-6):
			f.from, f.to, f.previous = last, f.time, previous
			f.now, f.before = 1/(f.time-last), 1/(f.time-last)
			differences++
		case !math.IsNaN(begun) && f.time > begun+1e-6:
			f.from, f.to, f.now = begun, f.time, 1/(f.time-begun)
		case opt.joined:
			f.from, f.to, f.now = math.NaN(), f.time, 1
		default:
			left = fmt.Sprintf("the frame at %s left out: what its total holds before it is not known", date(f.time))
			previous, last = f.at, f.time
			continue
		}
		previous, last = f.at, f.time
		frames = append(frames, f)
	}
	if len(frames) == 0 {
		return nil, "", fmt.Errorf("variable %q: one frame of running totals since the start makes no rate", v.name)
	}
	if f, step := frames[0], climate.MedianStep(a.times); opt.before == nil && !opt.joined && len(frames) > 1 && f.before == 0 && f.to-f.from > 1.5*step {
		left = fmt.Sprintf("the frame at %s left out: it is a total over %s, the others over %s", date(f.time), hours(f.to-f.from), hours(step))
		frames = frames[1:]
	}
	if left != "" {
		a.notes = append(a.notes, left)
	}
	how := "since the start"
	if !r.start {
		how = fmt.Sprintf("that begin anew each %s", hours(r.every))
	}
	return frames, fmt.Sprintf("running totals %s: %d of %d frames less the frame before, each divided by its own length (as set)", how, differences, len(frames)), nil
}

// bothMonthly reports whether two usual steps are those of months, whose lengths differ.
func bothMonthly(a, b float64) bool {
	month := func(h float64) bool { return h >= 28*24 && h <= 31*24 }
	return month(a) && month(b)
}

// sumWords match descriptions of sums over time. "Total" alone is none: total
// precipitation is the sum over all clouds.
var sumWords = regexp.MustCompile(`\bsums?\b|\bsummed\b|\baccumulat|\bcumul|` +
	`\b(?:hourly|daily|weekly|monthly|annual|yearly|[0-9]+[- ]?(?:h|hrs?|hours?|hourly|min|minutes?|days?))[- ](?:\w+ )?totals?\b`)

// wordsOfSum returns the words in a variable's name and description that speak of a sum
// over time, "" where none do.
func wordsOfSum(v *variable) string {
	return sumWords.FindString(strings.ToLower(longName(v) + " " + strings.ReplaceAll(v.base(), "_", " ")))
}

// summedRate returns an error where cell_methods, or the words of the description, call
// values in units of a rate sums over a time that is not the one in the units: values in
// mm/day that are sums over a day are fine, such in mm/h over three hours are not.
func summedRate(v *variable, units, method string, over float64, opt *ReadOptions) error {
	why := fmt.Sprintf("its cell_methods %q", v.text("cell_methods"))
	if method != "sum" && !strings.HasSuffix(method, ", then sum") {
		words := wordsOfSum(v)
		if words == "" || method != "" {
			return nil
		}
		why = fmt.Sprintf("the words %q of its description", words)
	}
	if opt.Units != "" || !(over > 0) {
		return nil
	}
	if each := climate.RatePeriod(units); each == 0 || over > 0.99*each && over < 1.01*each {
		return nil
	}
	return fmt.Errorf("variable %q: %s say sums over %s, its units %q a rate; %s with %s if they are sums, %s if they are rates",
		v.name, why, hours(over), units, opt.set("Units", "mm"), opt.lasting(over), opt.set("Units", units))
}
