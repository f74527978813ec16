package cf

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// ReadOptions says how a file is read. The zero value reads a file with one data
// variable and complete attributes.
type ReadOptions struct {
	// Variable is the name of the variable, with its groups where it is in any, as
	// "Grid/precipitation"; empty means the only data variable of the file.
	Variable string
	Kind     climate.Kind // rain or not; KindAuto decides by everything that the file says

	Interval float64 // hours over which each value of an amount was accumulated; 0 means that the file says it
	Months   bool    // whether each value of an amount was accumulated over the calendar month of its time

	// Totals says that amounts are running totals, which are differenced: "start", since
	// the start of the record; or the number of hours from 00:00 after which they begin
	// again, as "24", "12", "6", or "24@9" where a day begins at 09:00. "none" says that
	// they are not running totals, although they never fall.
	Totals string

	// Units, TimeUnits and Calendar replace an attribute that is missing or wrong in the
	// file, where they are not empty.
	Units, TimeUnits, Calendar string

	Fill  []float64      // further values (unpacked, in the file's units) that mean missing
	Index map[string]int // place along dimensions that are neither time nor horizontal, as {"member": 3}

	// Dims names the dimensions where the file does not tell which is which: the
	// keys are "time", "y" and "x".
	Dims map[string]string

	// Reflectivity are a and b of Z = aRᵇ, by which reflectivity Z in mm⁶/m³, which files
	// have in dBZ, becomes rain R in mm/h; 0 means Marshall and Palmer's 200 and 1.6.
	Reflectivity [2]float64

	Repeated         string // which of several frames with one time is used: "first" or "last"; "" refuses them
	ClipNegative     bool   // rain below 0 becomes 0, whatever its size
	IgnoreValidRange bool   // valid_range, valid_min and valid_max hide no values
	IgnoreFill       bool   // _FillValue and missing_value hide no values; those of Fill still do

	// Name returns the name of an option of this struct in messages, such as
	// "--interval" for "Interval"; nil means the names in this struct.
	Name func(option string) string

	before *before // the frame before the first, from another file; nil means none
	joined bool    // the first frame of running totals is kept: the frame before it is found later
	number int     // of the file among those that are joined: the time of its only frame where it has none
}

// called returns the name of an option in messages.
func (o *ReadOptions) called(option string) string {
	if o.Name != nil {
		return o.Name(option)
	}
	return option
}

// months returns the name in messages of the option for sums over calendar months.
func (o *ReadOptions) months() string {
	if o.Name != nil {
		return o.called("Months") + " month"
	}
	return "Months"
}

// Validate refuses options that make no sense.
func (o ReadOptions) Validate() error {
	if !(o.Interval >= 0) || o.Interval > 24*366 {
		return fmt.Errorf("read option %s is %v hours, expected 0 to a year", o.called("Interval"), o.Interval)
	}
	if o.Months && o.Interval > 0 {
		return fmt.Errorf("read options %s and %s are both set", o.called("Interval"), o.called("Months"))
	}
	if o.Kind < climate.KindAuto || o.Kind > climate.KindOther {
		return fmt.Errorf("read option Kind is %d, expected KindAuto, KindRain or KindOther", o.Kind)
	}
	if _, err := parseTotals(o.Totals); err != nil {
		return fmt.Errorf("read option %s: %w", o.called("Totals"), err)
	}
	if o.Repeated != "" && o.Repeated != "first" && o.Repeated != "last" {
		return fmt.Errorf("read option %s is %q, expected first or last", o.called("Repeated"), o.Repeated)
	}
	if a, b := o.Reflectivity[0], o.Reflectivity[1]; (a != 0 || b != 0) && !(a >= 1 && a <= 1e5 && b >= 0.5 && b <= 5) {
		return fmt.Errorf("read option %s is a = %g and b = %g of Z = aR^b, expected a from 1 to 100000 and b from 0.5 to 5, such as 200 and 1.6", o.called("Reflectivity"), a, b)
	}
	for role := range o.Dims {
		if role != "time" && role != "y" && role != "x" {
			return fmt.Errorf("read option %s names the role %q, expected time, y or x", o.called("Dims"), role)
		}
	}
	return nil
}

// totals is the meaning of ReadOptions.Totals.
type totals struct {
	none, start  bool
	every, first float64 // hours between resets, and the hour of the day of one; every 0 means no resets
}

func (t totals) running() bool { return t.start || t.every > 0 }

func parseTotals(text string) (t totals, err error) {
	switch text {
	case "":
		return t, nil
	case "none":
		return totals{none: true}, nil
	case "start":
		return totals{start: true}, nil
	case "day":
		text = "24"
	}
	every, first, at := strings.Cut(text, "@")
	if t.every, err = strconv.ParseFloat(every, 64); err == nil && at {
		t.first, err = strconv.ParseFloat(first, 64)
	}
	if err != nil || !(t.every > 0 && t.every <= 24*366) || !(t.first >= 0 && t.first < 24) {
		return totals{}, fmt.Errorf("%q is not known; expected start, none, or hours between resets such as 24 or 24@9", text)
	}
	return t, nil
}

// before is the last frame of the file that comes before in time.
type before struct {
	time, from float64   // its stamp, and the start of its interval; NaN where unknown
	values     []float32 // as stored, unpacked; nil while only metadata are read
}

// indexed returns the name in messages of the option that chooses a place along a
// dimension.
func (o *ReadOptions) indexed(dim string) string {
	if o.Name != nil {
		return o.called("Index") + " " + dim + "=0"
	}
	return "Index"
}
