package report

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// nan marks an end of an axis that follows from the data.
var nan = math.NaN()

// Value is a number that may not exist: NaN, which JSON cannot write, is written and
// read as null.
type Value float64

// MarshalJSON writes null where the number is not finite.
func (v Value) MarshalJSON() ([]byte, error) {
	if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(v))
}

// UnmarshalJSON reads null as NaN.
func (v *Value) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*v = Value(math.NaN())
		return nil
	}
	return json.Unmarshal(text, (*float64)(v))
}

// Values are numbers of which some may not exist.
type Values []float64

// MarshalJSON writes null for every number that is not finite.
func (v Values) MarshalJSON() ([]byte, error) {
	all := make([]Value, len(v))
	for i, x := range v {
		all[i] = Value(x)
	}
	return json.Marshal(all)
}

// UnmarshalJSON reads null as NaN.
func (v *Values) UnmarshalJSON(text []byte) error {
	var all []Value
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	*v = make(Values, len(all))
	for i, x := range all {
		(*v)[i] = float64(x)
	}
	return nil
}

// Format returns a number with three significant digits, whole numbers from 1000 on
// whole, and NaN as a dash.
func Format(x float64) string {
	switch abs := math.Abs(x); {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return "–"
	case x == 0:
		return "0"
	case abs >= 999.5 && abs < 1e15:
		return strconv.FormatFloat(x, 'f', 0, 64)
	case abs >= 1e-4 && abs < 1e15:
		digits := 2 - int(math.Floor(math.Log10(abs)))
		if math.Round(abs*math.Pow(10, float64(digits))) >= 1000 { // 9.996 becomes 10.0
			digits--
		}
		return strconv.FormatFloat(x, 'f', max(0, digits), 64)
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}

// Percent returns a share as a percentage.
func Percent(share float64) string {
	if math.IsNaN(share) {
		return "–"
	}
	return fmt.Sprintf("%.1f %%", 100*share)
}
