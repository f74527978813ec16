package cf

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// Values in units of a rate need not be rates: sums over time keep the units of what was
// summed, and xarray, unlike cdo and NCO, writes no history of it. What a file still says
// of the time between the frames that were summed is used, and else the assumption is
// stated.

// finerThan returns what a file says of a time between frames that is a whole fraction of
// the step that they have now, in words; "" where it says nothing of that kind.
func (d *dataset) finerThan(v *variable, a *timeAxis, step float64) string {
	finer := func(hours float64) bool {
		n := step / hours
		return hours > 0 && n > 1.5 && math.Abs(n-math.Round(n)) < 0.01*n
	}
	if _, interval := timeMethod(v.text("cell_methods"), a.timeName(v)...); finer(interval) {
		return fmt.Sprintf("cell_methods speak of an interval of %s", hours(interval))
	}
	for _, name := range []string{"time_coverage_resolution", "frequency"} {
		text := d.globals[name].Text
		if each := lengthOf(text); finer(each) {
			return fmt.Sprintf("the file's %s is %q", name, text)
		}
	}
	return ""
}

// isoLength and namedLength match lengths of time as ACDD and CMIP write them: PT30M and
// P1D, 3hr and day.
var (
	isoLength   = regexp.MustCompile(`^P(?:([0-9.]+)D)?(?:T(?:([0-9.]+)H)?(?:([0-9.]+)M)?(?:([0-9.]+)S)?)?$`)
	namedLength = regexp.MustCompile(`^([0-9]*)(hr|min|day)(?:Pt|C|CM)?$`)
)

// lengthOf returns a length of time in hours, 0 where the text is none.
func lengthOf(text string) (hours float64) {
	if m := isoLength.FindStringSubmatch(strings.TrimSpace(text)); m != nil {
		for i, unit := range []float64{24, 1, 1. / 60, 1. / 3600} {
			n, _ := strconv.ParseFloat(m[1+i], 64) // absent parts are 0
			hours += n * unit
		}
		return hours
	}
	m := namedLength.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return 0
	}
	n, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		n = 1
	}
	return n * map[string]float64{"hr": 1, "min": 1. / 60, "day": 24}[m[2]]
}

// assumed returns what is assumed of values in units of a rate that no bounds and no
// cell_methods call means or instants, with the options for the case that they are sums;
// "" where nothing is.
func (d *dataset) assumed(v *variable, a *timeAxis, units string, opt *ReadOptions) string {
	step := climate.MedianStep(a.times)
	if opt.Units != "" || !(step > 0) || a.from != nil {
		return ""
	}
	period := climate.RatePeriod(units)
	same := period > 0 && math.Abs(step-period) < 0.01*period
	amount := map[bool]string{true: "mm", false: "kg m-2"}[climate.PerDepth(units)]
	over := opt.lasting(step)
	if bothMonthly(step, step) {
		over = opt.months()
	}
	text := fmt.Sprintf("values are taken as rates, as their units %q say; if each is a sum over its %s, they are amounts: %s with %s",
		units, hours(step), opt.set("Units", amount), over)
	if scale, err := climate.ParseRainUnits(units); err != nil || math.Abs(scale.Factor*period-1) > 1e-9 {
		text = fmt.Sprintf("values are taken as rates, as their units %q say; if each is a sum over its %s, %s gives the units of that amount, with %s",
			units, hours(step), opt.called("Units"), over)
	}
	if finer := d.finerThan(v, a, step); finer != "" {
		return fmt.Sprintf("%s, and the frames are %s apart: %s", finer, hours(step), text)
	}
	if method, _ := timeMethod(v.text("cell_methods"), a.timeName(v)...); method != "" || same {
		return ""
	}
	return text
}
