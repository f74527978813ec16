package cf

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// cdo and NCO compute sums, means and statistics over time and leave units and
// cell_methods as they were: a sum of rates still calls itself a rate. Only the history
// says what was done.
var (
	overTime = `\b(?:tim|timsel|hour|day|mon|year|seas|season|run|ymon|yday|yhour|yseas)`
	ofNCO    = func(types string) string {
		return `\bnc(?:ra|rcat|ea|wa)\b.*\s(?:-y|--op_typ|--operation)[ =]*(?:` + types + `)\b`
	}
	summing    = regexp.MustCompile(overTime + `sum\b|\btimcumsum\b|` + ofNCO("ttl|total"))
	averaging  = regexp.MustCompile(overTime + `(?:mean|avg)\b|` + ofNCO("avg|mean") + `|\bncra\b`)
	scattering = regexp.MustCompile(overTime + `(?:std1?|var1?|range|pctl|skew|kurt)\b|` + ofNCO("rms|rmssdn|sqravg|avgsqr|sqrt") +
		`|\s-?(?:sqrt|sqr|ln|log10|exp|reci|pow|deltat|enssum|ens(?:std1?|var1?|range|pctl)|[gl][et]c?|eqc|nec)(?:,\S+)?(?:\s|$)`)
	choosing = regexp.MustCompile(overTime + `(?:max|min)\b|` + ofNCO("max|min|mabs|mebs|mibs"))
	// ofXarray matches calls of xarray and pandas, which some people keep in the history.
	ofXarray = regexp.MustCompile(`\.(?:resample|coarsen|rolling|groupby)\([^)]*\)\.(sum|mean|std|var|max|min|median|quantile)\b`)
	// rescaling matches what may have made the labels right again.
	rescaling = regexp.MustCompile(`\b(?:mulc|divc|addc|subc|a?exprf?|setunit|chunit|setattribute|setattr|setpartab\w*|(?:div|mul)dp[my]|div|mul|ifthen\w*|ncap2?|ncatted|ncflint)\b`)
)

// operations are what the history of a file says was done to its values.
type operations struct {
	sum, mean, statistic, extreme string // the operator; "" for none
	rescaled                      bool   // whether values or labels may have been changed for it
}

// operationsOf reads a history, the newest line first as cdo and NCO write it. What stands
// from a line of ours on belongs to the data that we read and wrote with labels of our own.
func operationsOf(history string) (o operations) {
	for line := range strings.Lines(history) {
		if strings.Contains(line, "climate-vdm") {
			break
		}
		call := ofXarray.FindStringSubmatch(line)
		if call == nil && !strings.Contains(line, "cdo ") && !ncoLine.MatchString(line) {
			continue
		}
		o.rescaled = o.rescaled || rescaling.MatchString(line)
		switch {
		case o != operations{rescaled: o.rescaled}:
		case call != nil:
			name := strings.TrimPrefix(call[0], ".")
			switch call[1] {
			case "sum":
				o.sum = name
			case "mean":
				o.mean = name
			case "max", "min", "median", "quantile":
				o.extreme = name
			default:
				o.statistic = name
			}
		case summing.MatchString(line):
			o.sum = operatorName(summing.FindString(line))
		case scattering.MatchString(line):
			o.statistic = operatorName(scattering.FindString(line))
		case choosing.MatchString(line):
			o.extreme = operatorName(choosing.FindString(line))
		case averaging.MatchString(line):
			o.mean = operatorName(averaging.FindString(line))
		}
	}
	return o
}

var ncoLine = regexp.MustCompile(`\bnc(?:ra|rcat|ea|wa|ap2?|atted|flint|bo|diff)\b`)

// operatorName returns an operator as the user typed it: of NCO the program and the type
// of operation.
func operatorName(match string) string {
	words := strings.Fields(match)
	if len(words) < 2 {
		return strings.TrimPrefix(words[0], "-")
	}
	return words[0] + " " + strings.Join(words[len(words)-2:], " ")
}

// operated compares what was done to rain with what its units call it. It returns an
// error where the values are not what the units say, unless the options say what they
// are, and a note where something else in the history may have set this right.
func (d *dataset) operated(v *variable, units string, amount bool, opt *ReadOptions) (note string, err error) {
	o := operationsOf(d.globals["history"].Text)
	settled := opt.Units != "" || opt.Interval > 0 || opt.Months || opt.Totals != ""
	if o.extreme != "" {
		return fmt.Sprintf("the file's history says %q: each value is an extreme over its interval, and no mean", o.extreme), nil
	}
	why, remedy := "", ""
	switch {
	case o.statistic != "":
		why = fmt.Sprintf("the file's history says %q: a statistic or a function of rain, and no rain", o.statistic)
		remedy = fmt.Sprintf("%s other keeps the values as they are, %s rain takes them as rain", opt.called("Kind"), opt.called("Kind"))
		settled = opt.Kind == climate.KindRain
	case o.sum != "" && !amount:
		why = fmt.Sprintf("the file's history says %q: sums of values in %q, which are no longer in it", o.sum, units)
		remedy = fmt.Sprintf("sums of hourly values in mm/h are amounts, %s with %s or, of running sums, %s; %s says that the units are right",
			opt.set("Units", "mm"), opt.called("Interval"), opt.set("Totals", "start"), opt.set("Units", units))
	case o.mean != "" && amount:
		why = fmt.Sprintf("the file's history says %q: means of amounts, each over a shorter time than the file now gives it", o.mean)
		remedy = fmt.Sprintf("%s gives the time of each of those amounts", opt.called("Interval"))
	}
	switch {
	case why == "" || settled:
		return "", nil
	case o.rescaled:
		return why + ", unless what the history does besides has set that right", nil
	}
	return "", fmt.Errorf("variable %q: %s; %s", v.name, why, remedy)
}
