package odim

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/hdf5"
)

// layer is one image of a file: a quantity at a time.
type layer struct {
	path, set, quantity string
	gain, offset        float64
	nodata, undetect    float64 // stored numbers, NaN for none
	nominal, start, end float64 // seconds since 1970, NaN where the file does not say
	data                *hdf5.Dataset
}

// quantity says what the values of a quantity are (ODIM_H5, table 16).
type quantity struct {
	units, long string
	kind        climate.Kind
	method      string  // of cell_methods
	none        float64 // the value of cells in which a radar saw nothing; NaN for missing
}

// noEcho is a reflectivity of Z = 0 in dBZ.
var noEcho = math.Inf(-1)

// known returns what is known of a quantity. Others keep their numbers, without units.
func known(name string) quantity {
	switch strings.ToUpper(name) {
	case "ACRR":
		return quantity{"mm", "accumulated precipitation", climate.KindRain, "time: sum", 0}
	case "RATE":
		return quantity{"mm/h", "precipitation rate", climate.KindRain, "time: point", 0}
	case "TH", "TV", "DBZH", "DBZV", "DBZ", "DBZHC", "DBZVC":
		return quantity{"dBZ", "radar reflectivity", climate.KindRain, "time: point", noEcho}
	case "VIL":
		return quantity{"kg m-2", "vertically integrated liquid water", climate.KindOther, "time: point", 0}
	case "HGHT", "ETOP", "ETHT":
		return quantity{"km", "height of echoes", climate.KindOther, "time: point", math.NaN()}
	case "VRAD", "VRADH", "VRADV":
		return quantity{"m s-1", "radial velocity", climate.KindOther, "time: point", math.NaN()}
	case "QIND", "PROB":
		return quantity{"1", "quality", climate.KindOther, "time: point", math.NaN()}
	}
	return quantity{"", "quantity " + name + " of ODIM_H5", climate.KindOther, "time: point", math.NaN()}
}

// newLayer reads the metadata of an image; one that has no quantity or no data is none.
func newLayer(set, image *hdf5.Object, what attributes) (*layer, error) {
	l := &layer{path: image.Name, set: set.Name, quantity: strings.TrimSpace(what.text("quantity")), gain: 1, nodata: what.number("nodata"), undetect: what.number("undetect")}
	data, err := image.Child("data")
	if err != nil || data == nil || l.quantity == "" || !data.IsDataset() {
		return nil, err
	}
	if l.data, err = data.Dataset(); err != nil {
		return nil, err
	}
	if s := l.data.Shape; len(s) != 2 || s[0] < 1 || s[1] < 1 || s[0] > mostCells/s[1] {
		return nil, fmt.Errorf("%s has the shape %v, expected rows of cells, %d at most in all", l.path, s, mostCells)
	}
	if size := int64(l.data.Type.Size) * int64(l.data.Shape[0]) * int64(l.data.Shape[1]); size > 1032*l.data.Stored()+4096 {
		return nil, fmt.Errorf("%s has the shape %v, of which the file has %d bytes: most of it was never written", l.path, l.data.Shape, l.data.Stored())
	}
	if strings.ContainsAny(l.quantity, "/ \x00") {
		return nil, fmt.Errorf("%s has the quantity %q, which is none", l.path, l.quantity)
	}
	for name, into := range map[string]*float64{"gain": &l.gain, "offset": &l.offset} {
		if _, given := what[name]; !given {
			continue
		}
		if *into = what.number(name); math.IsNaN(*into) || math.IsInf(*into, 0) {
			return nil, fmt.Errorf("%s: %s is no number", l.path, name)
		}
	}
	if l.gain == 0 {
		return nil, fmt.Errorf("%s: gain is 0: every cell would have the value %g", l.path, l.offset)
	}
	for _, at := range []struct {
		date, clock string
		into        *float64
	}{{"date", "time", &l.nominal}, {"startdate", "starttime", &l.start}, {"enddate", "endtime", &l.end}} {
		if *at.into, err = instant(what.text(at.date), what.text(at.clock)); err != nil {
			return nil, fmt.Errorf("%s: %s and %s: %w", l.path, at.date, at.clock, err)
		}
	}
	if l.end < l.start {
		return nil, fmt.Errorf("%s: it ends at %s, before it starts at %s", l.path, clock(l.end), clock(l.start))
	}
	return l, nil
}

// instant returns the seconds since 1970 of a date YYYYMMDD and a time HHmmss, both in
// UTC, NaN where there is none.
func instant(date, at string) (float64, error) {
	date, at = strings.TrimSpace(date), strings.TrimSpace(at)
	if date == "" {
		return math.NaN(), nil
	}
	if len(at) == 4 {
		at += "00"
	}
	t, err := time.Parse("20060102150405", date+at)
	if err != nil {
		return 0, fmt.Errorf("%q and %q are no date YYYYMMDD and time HHmmss", date, at)
	}
	return float64(t.Unix()), nil
}

func clock(seconds float64) string {
	return time.Unix(int64(seconds), 0).UTC().Format("2006-01-02 15:04:05")
}

// stamp is the time that a layer is of: an amount has that at which it ends, others the
// nominal time of the file, and several in a file, as of a forecast, their own ends.
func (l *layer) stamp(several bool) float64 {
	candidates := []float64{l.nominal, l.end, l.start}
	if several || l.quantity == "ACRR" {
		candidates = []float64{l.end, l.start, l.nominal}
	}
	for _, t := range candidates {
		if !math.IsNaN(t) {
			return t
		}
	}
	return math.NaN()
}

// inWords says how stored numbers become values.
func (l *layer) inWords(k quantity) string {
	plain := func(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
	text := fmt.Sprintf("quantity %s: stored numbers times %g plus %g", l.quantity, l.gain, l.offset)
	if !math.IsNaN(l.nodata) {
		text += fmt.Sprintf("; nodata %s is missing", plain(l.nodata))
	}
	if math.IsNaN(l.undetect) {
		return text
	}
	if l.undetect == l.nodata {
		return text + ", and so is what was not detected, whose mark (undetect) is the same"
	}
	switch {
	case math.IsNaN(k.none):
		return text + fmt.Sprintf("; undetect %s is missing, too", plain(l.undetect))
	case math.IsInf(k.none, -1):
		return text + fmt.Sprintf("; undetect %s is no echo, and no rain", plain(l.undetect))
	}
	return text + fmt.Sprintf("; undetect %s is 0", plain(l.undetect))
}
