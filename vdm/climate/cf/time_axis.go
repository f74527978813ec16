package cf

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// timeAxis contains the times of a variable's frames, ascending.
type timeAxis struct {
	keep       []int     // place in the file of each frame
	times      []float64 // hours since the epoch, as stored
	from, to   []float64 // bounds of each frame in the same hours; nil where there are none
	calendar   string
	epoch      string
	stored     string // the units in the file
	notes      []string
	boundsName string
	outside    string  // a sentence about bounds that make no sense; then from is nil
	start      float64 // start of the forecast to which all frames belong; NaN where unknown
}

// sort sorts frames by time: frames without a time are left out; several with one time
// are refused unless the options say which is used.
func (a *timeAxis) sort(c *variable, times []float64, resolution float64, opt *ReadOptions) error {
	var unwritten []int
	for i, t := range times {
		if math.IsNaN(t) || math.IsInf(t, 0) {
			unwritten = append(unwritten, i)
			continue
		}
		a.keep = append(a.keep, i)
	}
	if len(a.keep) == 0 {
		return fmt.Errorf("time coordinate %q: none of its %d times is written: all are fill values or no numbers", c.name, len(times))
	}
	if n := len(unwritten); n > 0 {
		a.notes = append(a.notes, fmt.Sprintf("%s left out: their times in %s are fill values, never written", framesInWords(unwritten), c.name))
	}
	if !slices.IsSortedFunc(a.keep, func(i, j int) int { return compare(times[i], times[j]) }) {
		how := "in no order"
		if slices.IsSortedFunc(a.keep, func(i, j int) int { return compare(times[j], times[i]) }) {
			how = "from the newest to the oldest"
		}
		slices.SortStableFunc(a.keep, func(i, j int) int { return compare(times[i], times[j]) })
		a.notes = append(a.notes, fmt.Sprintf("frames stand %s in the file and were sorted by time", how))
	}
	var single []int
	repeated, first := 0, 0
	for _, k := range a.keep {
		n := len(single)
		if n == 0 || times[single[n-1]] != times[k] {
			single = append(single, k)
			continue
		}
		if repeated == 0 {
			first = k
		}
		repeated++
		if opt.Repeated == "last" {
			single[n-1] = k
		}
	}
	if repeated > 0 && 2*resolution > 1.0/60 && repeated > len(a.keep)/4 && opt.Repeated == "" {
		return fmt.Errorf("time coordinate %q is stored so coarsely, to within %s, that %d frames have the time of the one before; finer times have to be written to the file "+
			"(in its units %q, in double precision), or %s takes the first or the last of each", c.name, hours(2*resolution), repeated, a.stored, opt.called("Repeated"))
	}
	if repeated > 0 && opt.Repeated == "" {
		return fmt.Errorf("time coordinate %q does not go forward: %d frames repeat a time, the first frame %d (%s); %s takes the first or the last of each time", c.name,
			repeated, first, climate.FormatTime(times[first], a.calendar), opt.called("Repeated"))
	}
	if repeated > 0 {
		a.notes = append(a.notes, fmt.Sprintf("%d frames left out that repeat a time: the %s of each is taken", repeated, opt.Repeated))
	}
	a.keep = single
	for _, k := range single {
		a.times = append(a.times, times[k])
	}
	return nil
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// framesInWords returns places in words, runs of them as "21 to 23".
func framesInWords(places []int) string {
	var parts []string
	for i := 0; i < len(places); {
		j := i
		for j+1 < len(places) && places[j+1] == places[j]+1 {
			j++
		}
		if j == i {
			parts = append(parts, strconv.Itoa(places[i]))
		} else {
			parts = append(parts, fmt.Sprintf("%d to %d", places[i], places[j]))
		}
		i = j + 1
	}
	const most = 4
	if len(parts) > most {
		parts = append(parts[:most], "…")
	}
	word := "frames "
	if len(places) == 1 {
		word = "frame "
	}
	return fmt.Sprintf("%s%s (%d in all)", word, strings.Join(parts, ", "), len(places))
}

// sharpen replaces times that are stored coarsely by the regular ones that they stand
// for.
func (a *timeAxis) sharpen(resolution float64) {
	if resolution <= 0 || a.epoch == "" {
		return
	}
	exact := sharpened(a.times, resolution)
	off := 0.0
	for i := range exact {
		off = math.Max(off, math.Abs(exact[i]-a.times[i]))
	}
	a.times = exact
	if off > 0.5/3600 {
		a.notes = append(a.notes, fmt.Sprintf("times are stored to within %s and were taken as the regular ones that are meant, up to %s away", hours(2*resolution), hours(off)))
	}
}

// sharpened returns the exact times that coarsely stored ones stand for: regular ones if
// they are near enough, else, for few, the roundest.
func sharpened(times []float64, resolution float64) []float64 {
	if exact, _, ok := climate.Regular(times, resolution); ok {
		return exact
	}
	if len(times) > 2 || resolution < 1.0/3600 {
		return times
	}
	exact := make([]float64, len(times))
	for i, t := range times {
		exact[i] = t
		for _, unit := range []float64{1, 1. / 2, 1. / 4, 1. / 6, 1. / 12, 1. / 60} {
			if round := math.Round(t/unit) * unit; math.Abs(round-t) <= resolution {
				exact[i] = round
				break
			}
		}
	}
	return exact
}

// timeMethod returns the part of a variable's cell_methods about time: the method
// ("sum", "mean", "sum, then mean", "" if there is none) and the interval in hours, 0 if none is given.
// The time coordinate may have other names than "time".
func timeMethod(cellMethods string, names ...string) (method string, interval float64) {
	pattern := timeMethodPattern
	for _, name := range names {
		if name != "" && name != "time" {
			pattern = methodPattern("(?:time|" + regexp.QuoteMeta(name) + ")")
		}
	}
	all := pattern.FindAllStringSubmatch(cellMethods, -1)
	if all == nil {
		return "", 0
	}
	m := all[0]
	method = strings.ToLower(m[1])
	for _, next := range all[1:] { // sums within days, of which means over days were taken
		if what := strings.ToLower(next[1]); what != method {
			return method + ", then " + what, 0
		}
	}
	if m[2] == "" {
		return method, 0
	}
	length, err := strconv.ParseFloat(m[2], 64)
	if err != nil {
		return method, 0
	}
	u, err := climate.ParseTimeUnits(m[3], "")
	if err != nil {
		return method, 0 // months and years have no fixed length
	}
	hours, err := u.Hours(length)
	if err != nil || hours <= 0 {
		return method, 0
	}
	return method, hours
}

func methodPattern(name string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:^|[^a-z0-9_])` + name + `\s*:\s*(?:[a-z_]+\s*:\s*)*([a-z_]+)` +
		`(?:\s*\(\s*interval\s*:\s*([0-9.]+(?:e[+-]?[0-9]+)?)\s*([a-z]+))?`)
}

var timeMethodPattern = methodPattern("time")

// hours writes a length of time, in minutes or days where that reads better.
func hours(h float64) string { return climate.FormatHours(h) }

// instantUnits converts the values of a time coordinate.
type instantUnits struct {
	*climate.TimeUnits
	values []float64
}
