package cf

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// unpacker converts stored numbers to values: missing ones to NaN, packed ones by
// scale_factor and add_offset (CF-1.8, sections 2.5.1 and 8.1).
type unpacker struct {
	low, high     float64   // valid stored numbers
	fills         []float64 // stored numbers that mean missing
	unsigned      float64   // added to negative numbers: 2^bits under _Unsigned, else 0
	signed        float64   // taken from numbers of at least its half: 2^bits where _Unsigned is false, else 0
	packed        bool
	scale, offset float64
	lowValue      float64 // valid unpacked values
	highValue     float64
	fillValues    []float64 // unpacked values that mean missing

	causes    map[string]int // number of missing cells by cause
	names     map[float64]string
	declared  map[string]float64 // of the causes that _FillValue and missing_value are, the unpacked value
	limits    string             // the valid range as the file has it
	quiet     bool               // missing cells are not counted
	merged    int                // cells that another place of a merged dimension has
	conflicts int                // cells for which both have different values
	notes     []string
}

// step returns the distance between neighbouring values of packed data, 0 for others.
func (u *unpacker) step() float64 {
	if u.packed {
		return math.Abs(u.scale)
	}
	return 0
}

// count adds a missing value to its cause.
func (u *unpacker) count(x float64) { u.causes[u.cause(x)]++ }

// cause returns why a stored number is missing, in the order in which value decides it.
func (u *unpacker) cause(x float64) string {
	if math.IsNaN(x) {
		return "not a number (NaN)"
	}
	x = u.inRange(x)
	for _, f := range u.fills {
		if x == f {
			return u.names[f]
		}
	}
	if x < u.low || x > u.high {
		return rangeCause
	}
	if u.packed {
		x = x*u.scale + u.offset
	}
	if x < u.lowValue || x > u.highValue {
		return rangeCause
	}
	for _, f := range u.fillValues {
		if isFill(x, f) {
			return fmt.Sprintf("%g, named as missing", f)
		}
	}
	return "infinite or beyond single precision"
}

// inRange returns a stored number as _Unsigned says that its bits are read.
func (u *unpacker) inRange(x float64) float64 {
	switch {
	case u.unsigned > 0 && x < 0:
		return x + u.unsigned
	case u.signed > 0 && x >= u.signed/2:
		return x - u.signed
	}
	return x
}

// rangeCause is the cause of cells outside the valid range.
const rangeCause = "outside the valid range"

// defaultFill is what the library fills unwritten data with. It has no say
// where _FillValue is given, nor for bytes, whose every value may be data.
var defaultFill = map[Type]float64{
	Short: -32767, UShort: 65535, Int: -2147483647, UInt: 4294967295,
	Int64: -9223372036854775806, UInt64: 18446744073709551614,
	Float: float64(float32(9.9692099683868690e+36)), Double: 9.9692099683868690e+36,
}

// newUnpacker reads a variable's attributes. Further unpacked values that mean missing
// can be given.
func newUnpacker(v *variable, opt *ReadOptions) (*unpacker, error) {
	u := &unpacker{causes: map[string]int{}, names: map[float64]string{}, declared: map[string]float64{}, low: math.Inf(-1), high: math.Inf(1), lowValue: math.Inf(-1), highValue: math.Inf(1), scale: 1}
	number := func(name string, missing float64) (float64, error) {
		a, ok := v.attrs[name]
		if !ok {
			return missing, nil
		}
		if x, err := strconv.ParseFloat(strings.TrimSpace(a.Text), 64); err == nil && len(a.Numbers) == 0 && !math.IsNaN(x) && !math.IsInf(x, 0) {
			u.notes = append(u.notes, fmt.Sprintf("%s is the text %q in the file and was read as a number", name, a.Text))
			return x, nil
		}
		if len(a.Numbers) != 1 || math.IsNaN(a.Numbers[0]) || math.IsInf(a.Numbers[0], 0) {
			return 0, fmt.Errorf("attribute %s is not one number", name)
		}
		return a.Numbers[0], nil
	}
	var err error
	if u.scale, err = number("scale_factor", 1); err != nil {
		return nil, err
	}
	if u.offset, err = number("add_offset", 0); err != nil {
		return nil, err
	}
	if u.scale == 0 {
		return nil, fmt.Errorf("scale_factor is 0")
	}
	u.packed = u.scale != 1 || u.offset != 0
	switch {
	case strings.EqualFold(v.text("_Unsigned"), "true"):
		u.unsigned = map[Type]float64{Byte: 1 << 8, Short: 1 << 16, Int: 1 << 32}[v.typ]
	case strings.EqualFold(v.text("_Unsigned"), "false"):
		u.signed = map[Type]float64{UByte: 1 << 8, UShort: 1 << 16, UInt: 1 << 32}[v.typ]
	}
	_, packedType := v.attrs["scale_factor"]
	for _, name := range []string{"_FillValue", "missing_value"} {
		a, ok := v.attrs[name]
		if !ok || opt != nil && opt.IgnoreFill {
			continue
		}
		numbers := a.Numbers
		if x, err := strconv.ParseFloat(strings.TrimSpace(a.Text), 64); err == nil && len(numbers) == 0 {
			numbers = []float64{x}
		}
		for _, f := range numbers {
			for _, g := range stored(f, v.typ) {
				if u.names[g] == "" {
					u.names[g] = fmt.Sprintf("%s %g", name, f)
					u.declared[u.names[g]] = u.inRange(g)*u.scale + u.offset
				}
			}
			u.fills = append(u.fills, stored(f, v.typ)...)
			// By CF a fill is a stored number; some writers give missing_value as a value.
			unpacked := packedType && a.Type == v.attrs["scale_factor"].Type || isFloating(a.Type) && !isFloating(v.typ) && f != math.Trunc(f)
			if u.packed && a.Type != v.typ && unpacked {
				u.fillValues = append(u.fillValues, f)
			}
		}
	}
	if f, ok := defaultFill[v.typ]; ok && len(v.attrs["_FillValue"].Numbers) == 0 {
		u.fills = append(u.fills, f)
		if u.names[f] == "" {
			u.names[f] = fmt.Sprintf("never written (the library's fill value %g)", f)
		}
	}
	for i, f := range u.fills {
		if g := u.inRange(f); g != f {
			u.fills[i] = g
			u.names[g] = u.names[f]
		}
	}
	if opt != nil {
		u.fillValues = append(u.fillValues, opt.Fill...)
	}

	valid := func(name string, place int, low bool) error {
		a, ok := v.attrs[name]
		if !ok || opt != nil && opt.IgnoreValidRange {
			return nil
		}
		if len(a.Numbers) == 0 {
			u.notes = append(u.notes, fmt.Sprintf("%s is the text %q and says nothing", name, a.Text))
			return nil
		}
		if place == 0 || name == "valid_max" || len(a.Numbers) == 1 {
			u.limits = strings.TrimPrefix(u.limits+fmt.Sprintf(", %s %s", name, strings.Trim(fmt.Sprint(a.Numbers), "[]")), ", ")
		}
		if len(a.Numbers) <= place || math.IsNaN(a.Numbers[place]) {
			return fmt.Errorf("attribute %s does not hold the number that it should", name)
		}
		limit := a.Numbers[place]
		// By CF it bounds unpacked values where it has their type. Whole numbers on whole
		// numbers bound the stored ones, whatever their sizes, as NetCDF's guide says.
		unpacked := u.packed && a.Type != v.typ && (isFloating(a.Type) || isFloating(v.typ))
		if !unpacked {
			limit = u.inRange(limit)
		}
		if v.typ == Float {
			limit = float64(float32(limit))
		}
		switch {
		case low && unpacked:
			u.lowValue = limit
		case low:
			u.low = limit
		case unpacked:
			u.highValue = limit
		default:
			u.high = limit
		}
		return nil
	}
	for _, r := range []struct {
		name  string
		place int
		low   bool
	}{{"valid_range", 0, true}, {"valid_range", 1, false}, {"valid_min", 0, true}, {"valid_max", 0, false}} {
		if err := valid(r.name, r.place, r.low); err != nil {
			return nil, err
		}
	}
	return u, nil
}

// stored is a fill as a variable of the type can hold it: a fill of −99.9 given
// in one precision must be found in data of another.
func stored(f float64, typ Type) []float64 {
	if math.IsNaN(f) {
		return nil // NaN is missing in any case
	}
	single := float64(float32(f))
	switch {
	case typ == Float:
		return []float64{single}
	case typ == Double && single != f:
		return []float64{f, single}
	}
	return []float64{f}
}

// isFill reports whether an unpacked value is a fill, but for the rounding of unpacking.
func isFill(x, fill float64) bool {
	return x == fill || !math.IsInf(fill, 0) && math.Abs(x-fill) <= 1e-6*math.Abs(fill)
}

func isFloating(t Type) bool { return t == Float || t == Double }

// value returns the unpacked value of a stored number; NaN is missing.
func (u *unpacker) value(x float64) float64 {
	x = u.inRange(x)
	if !(x >= u.low && x <= u.high) { // in this form NaN is caught too
		return math.NaN()
	}
	for _, f := range u.fills {
		if x == f {
			return math.NaN()
		}
	}
	if u.packed {
		x = x*u.scale + u.offset
		if !(x >= u.lowValue && x <= u.highValue) {
			return math.NaN()
		}
	}
	for _, f := range u.fillValues { // unpacking rounds
		if isFill(x, f) {
			return math.NaN()
		}
	}
	return x
}
