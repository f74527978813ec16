package climate

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// quantity is a unit as a product of powers of millimetre, hour and kilogram. These, and
// not SI's, are the base units because rain is converted to mm/h and the factors of the
// common units are then exact.
type quantity struct {
	factor             float64
	length, time, mass int
}

// baseUnits are the units in which rain is given. Letter case counts, since "M" and "m"
// differ; spelled-out names are tried in lower case too.
var baseUnits = map[string]quantity{
	"mm": {1, 1, 0, 0}, "millimeter": {1, 1, 0, 0}, "millimetre": {1, 1, 0, 0},
	"cm": {10, 1, 0, 0}, "centimeter": {10, 1, 0, 0}, "centimetre": {10, 1, 0, 0},
	"m": {1e3, 1, 0, 0}, "meter": {1e3, 1, 0, 0}, "metre": {1e3, 1, 0, 0},
	"in": {25.4, 1, 0, 0}, "inch": {25.4, 1, 0, 0}, "inches": {25.4, 1, 0, 0},
	"l": {1e6, 3, 0, 0}, "L": {1e6, 3, 0, 0}, "liter": {1e6, 3, 0, 0}, "litre": {1e6, 3, 0, 0},
	"s": {1.0 / 3600, 0, 1, 0}, "sec": {1.0 / 3600, 0, 1, 0}, "second": {1.0 / 3600, 0, 1, 0},
	"min": {1.0 / 60, 0, 1, 0}, "minute": {1.0 / 60, 0, 1, 0},
	"h": {1, 0, 1, 0}, "hr": {1, 0, 1, 0}, "hour": {1, 0, 1, 0},
	"d": {24, 0, 1, 0}, "day": {24, 0, 1, 0},
	"um": {1e-3, 1, 0, 0}, "µm": {1e-3, 1, 0, 0}, "micron": {1e-3, 1, 0, 0}, "micrometer": {1e-3, 1, 0, 0}, "micrometre": {1e-3, 1, 0, 0},
	"km": {1e6, 1, 0, 0}, "dm": {100, 1, 0, 0}, "ft": {304.8, 1, 0, 0}, "foot": {304.8, 1, 0, 0}, "feet": {304.8, 1, 0, 0},
	"kg": {1, 0, 0, 1}, "kilogram": {1, 0, 0, 1}, "mg": {1e-6, 0, 0, 1},
	"g": {1e-3, 0, 0, 1}, "gram": {1e-3, 0, 0, 1},
}

// shouted lists abbreviations that files write in capitals. "M", which may be a month or
// a million, and "G" and "S" alone are not among them.
var shouted = map[string]string{"MM": "mm", "CM": "cm", "KG": "kg", "Kg": "kg", "Mm": "mm", "HR": "h", "Hr": "h", "H": "h", "HRS": "h", "hrs": "h", "IN": "in"}

func lookupUnit(name string) (quantity, bool) {
	if q, ok := baseUnits[name]; ok {
		return q, true
	}
	if lower, ok := shouted[name]; ok {
		return baseUnits[lower], true
	}
	const abbreviation = 2 // for units of up to this many letters, letter case counts and there is no plural
	if len(name) <= abbreviation {
		return quantity{}, false
	}
	lower := strings.ToLower(name)
	if q, ok := baseUnits[lower]; ok {
		return q, true
	}
	q, ok := baseUnits[strings.TrimSuffix(lower, "s")]
	return q, ok && strings.HasSuffix(lower, "s")
}

// spelling replaces the ways of writing products and powers by one: "m s**-1", "m s^-1"
// and "m·s⁻¹" become "m s-1".
var spelling = strings.NewReplacer("**", "", "^", "", "·", " ", "⋅", " ", "∙", " ", "•", " ", "×", " * ", "⁻", "-", "¹", "1", "²", "2", "³", "3", "−", "-", "_", " ")

// NormalizeUnits returns units in one spelling, with exponents directly after their unit
// and single blanks between: "m s**-1" becomes "m s-1". It changes no meaning and knows
// no units.
func NormalizeUnits(units string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("**", "", "^", "").Replace(units)), " ")
}

// SameUnits reports whether two texts are spellings of the same units, such as "m/s" and
// "m s-1".
func SameUnits(a, b string) bool {
	if a == b {
		return true
	}
	kelvin := map[string]bool{"K": true, "kelvin": true, "Kelvin": true, "degK": true, "deg_K": true, "degrees_K": true}
	celsius := map[string]bool{"degC": true, "deg_C": true, "celsius": true, "Celsius": true, "degrees_C": true, "degree_Celsius": true, "degrees_Celsius": true, "°C": true}
	if kelvin[a] && kelvin[b] || celsius[a] && celsius[b] {
		return true
	}
	p, err := parseQuantity(a)
	if err != nil {
		return false
	}
	q, err := parseQuantity(b)
	if err != nil || p.factor == 0 {
		return false
	}
	return p.length == q.length && p.time == q.time && p.mass == q.mass && math.Abs(p.factor/q.factor-1) < 1e-9
}

// parseQuantity reads a unit expression by the grammar of UDUNITS as far as rain needs
// it: products (blank, '.', '*'), quotients ('/' or "per", of the next factor only),
// integer powers, numbers and parentheses.
func parseQuantity(text string) (quantity, error) {
	const longest = 100
	if len(text) > longest {
		return quantity{}, fmt.Errorf("units of more than %d characters", longest)
	}
	p := &unitParser{rest: plainUnits(text)}
	q, err := p.product(0)
	if err != nil {
		return quantity{}, err
	}
	if p.rest != "" {
		return quantity{}, fmt.Errorf("unexpected %q", p.rest)
	}
	if math.IsInf(q.factor, 0) || math.IsNaN(q.factor) || q.factor <= 0 {
		return quantity{}, fmt.Errorf("units with the factor %v", q.factor)
	}
	return q, nil
}

// plainUnits rewrites spellings that occur in files by the grammar of parseQuantity:
// brackets around the whole, braces of TeX, words for the substance ("mm of water"),
// units in capitals throughout ("KG/M2/S"), powers of ten and "mmhr-1".
func plainUnits(text string) string {
	s := strings.TrimSpace(text)
	if len(s) > 2 && s[0] == '[' && s[len(s)-1] == ']' {
		s = s[1 : len(s)-1]
	}
	s = strings.NewReplacer("{", "", "}", "", "µ", "u", "μ", "u", "$", "").Replace(s)
	if capitals.MatchString(s) {
		s = strings.ToLower(s)
	}
	s = strings.TrimPrefix(strings.TrimPrefix(s, "lwe "), "LWE ")
	s = powerOfTen.ReplaceAllString(s, "1e$1")
	s = ofWater.ReplaceAllString(s, "$1 ")
	s = joined.ReplaceAllString(s, "$1 $2$3")
	s = joinedMass.ReplaceAllString(s, "kg m-2 $1$2")
	return strings.TrimSpace(spelling.Replace(s))
}

var (
	// capitals matches units all of whose letters are capitals, as some files write
	// those of rain; M and S alone are units of their own.
	capitals   = regexp.MustCompile(`^(KG|MM|CM|G)[^a-z]*[/ .*^(-][^a-z]*$`)
	powerOfTen = regexp.MustCompile(`\b10(?:\^|\*\*)([-+]?[0-9]+)`)
	ofWater    = regexp.MustCompile(`(?i)((?:^|[\s*/])(?:mm|cm|m|kg|in|inch|inches|millimet(?:er|re)s?))(?:\s+of)?\s+(?:lwe|h2o|water equivalent|water|rain|liquid|w\.\s?e\.)(?:\b|\s|$)`)
	joined     = regexp.MustCompile(`^(mm|cm)(hr|h|day|d|s)(-1)$`)
	joinedMass = regexp.MustCompile(`^(?i:kg)\s?m-2(?:(s|h|hr|day|d)(-1))?$`)
)

type unitParser struct{ rest string }

// product reads factors up to the end or a closing parenthesis.
func (p *unitParser) product(depth int) (quantity, error) {
	result := quantity{factor: 1}
	sign, count, pending := 1, 0, false
	for {
		p.rest = strings.TrimLeft(p.rest, " ")
		switch {
		case p.rest == "" || p.rest[0] == ')':
			if count == 0 || pending {
				return quantity{}, fmt.Errorf("a unit is missing")
			}
			return result, nil
		case p.rest[0] == '.' || p.rest[0] == '*' || p.rest[0] == '/':
			if pending || count == 0 && p.rest[0] != '/' {
				return quantity{}, fmt.Errorf("a unit is missing before %q", p.rest)
			}
			if p.rest[0] == '/' {
				sign = -1
			}
			pending = true
			p.rest = p.rest[1:]
			continue
		}
		if after, ok := strings.CutPrefix(p.rest, "per "); ok && !pending {
			p.rest, sign, pending = after, -1, true
			continue
		}
		number := isDigit(p.rest[0])
		q, err := p.factor(depth)
		if err != nil {
			return quantity{}, err
		}
		if number && count > 0 && sign > 0 && result != (quantity{factor: result.factor}) {
			// By UDUNITS "mm*10" is 10 mm; who writes it means that the numbers are mm times 10.
			return quantity{}, fmt.Errorf("a number after the unit may mean that values were multiplied by it, or have to be; write 10 mm or 0.1 mm")
		}
		result = result.times(q, sign)
		sign, pending = 1, false
		count++
	}
}

// factor reads a number, a named unit or a parenthesis, with its exponent.
func (p *unitParser) factor(depth int) (quantity, error) {
	const deepest = 8
	var q quantity
	switch c := p.rest[0]; {
	case c == '(':
		if depth == deepest {
			return q, fmt.Errorf("parentheses nested more than %d deep", deepest)
		}
		p.rest = p.rest[1:]
		var err error
		if q, err = p.product(depth + 1); err != nil {
			return q, err
		}
		if p.rest == "" {
			return q, fmt.Errorf("a parenthesis is not closed")
		}
		p.rest = p.rest[1:]
	case c >= '0' && c <= '9':
		n := span(p.rest, func(c byte) bool { return isDigit(c) || c == '.' })
		if m := exponentLength(p.rest[n:]); m > 0 {
			n += m
		}
		value, err := strconv.ParseFloat(p.rest[:n], 64)
		if err != nil {
			return q, fmt.Errorf("%q is not a number", p.rest[:n])
		}
		p.rest = p.rest[n:]
		if p.rest != "" && isLetter(p.rest[0]) {
			// Some readers take "mm/3h" as three hours and others as a mistake.
			return q, fmt.Errorf("a number stands directly before %q", p.rest)
		}
		return quantity{factor: value}, nil
	default:
		n := span(p.rest, isLetter)
		if n == 0 {
			return q, fmt.Errorf("unexpected %q", p.rest)
		}
		var ok bool
		if q, ok = lookupUnit(p.rest[:n]); !ok {
			return q, fmt.Errorf("%q is no unit of length, time or mass known here", p.rest[:n])
		}
		p.rest = p.rest[n:]
	}
	n := 0
	if p.rest != "" && (p.rest[0] == '-' || p.rest[0] == '+') {
		n = 1
	}
	digits := span(p.rest[n:], isDigit)
	if digits == 0 {
		if n > 0 {
			return q, fmt.Errorf("an exponent is missing in %q", p.rest)
		}
		return q, nil
	}
	power, err := strconv.Atoi(strings.TrimPrefix(p.rest[:n+digits], "+"))
	if err != nil || power < -6 || power > 6 {
		return q, fmt.Errorf("exponent %q is outside ±6", p.rest[:n+digits])
	}
	p.rest = p.rest[n+digits:]
	result := quantity{factor: 1}
	for range max(power, -power) {
		result = result.times(q, 1)
	}
	if power < 0 {
		return quantity{factor: 1}.times(result, -1), nil
	}
	return result, nil
}

func (q quantity) times(o quantity, sign int) quantity {
	f := q.factor * o.factor
	if sign < 0 {
		f = q.factor / o.factor
	}
	return quantity{f, q.length + sign*o.length, q.time + sign*o.time, q.mass + sign*o.mass}
}

// exponentLength returns the length of a decimal exponent such as "e-3", 0 where there
// is none.
func exponentLength(s string) int {
	if s == "" || s[0] != 'e' && s[0] != 'E' {
		return 0
	}
	n := 1
	if n < len(s) && (s[n] == '-' || s[n] == '+') {
		n++
	}
	digits := span(s[n:], isDigit)
	if digits == 0 {
		return 0
	}
	return n + digits
}

func span(s string, in func(byte) bool) int {
	n := 0
	for n < len(s) && in(s[n]) {
		n++
	}
	return n
}

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// sumOver matches amounts with the time over which they were summed, as in mm/3h.
var sumOver = regexp.MustCompile(`(?i)^\s*(mm|cm|in|inch(?:es)?|kg\s*(?:m(?:\*\*|\^)?-2|/\s*m\^?2)|millimet(?:er|re)s?)\s*(?:/|per\s|\s)\s*\(?\s*(\d+(?:\.\d+)?)\s*(h|hrs?|hours?|min|mins|minutes?|d|days?)\s*\)?(?:\s*-1)?\s*$`)

// SumUnits returns the amount and the hours of units such as "mm/3h", which are written
// for sums over three hours and are no units in which a number stands where it may; ok is
// false for other units.
func SumUnits(units string) (amount string, hours float64, ok bool) {
	m := sumOver.FindStringSubmatch(units)
	if m == nil {
		return "", 0, false
	}
	n, err := strconv.ParseFloat(m[2], 64)
	unit, known := lookupUnit(strings.ToLower(m[3]))
	if err != nil || !known || !(n > 0) {
		return "", 0, false
	}
	return m[1], n * unit.factor, true
}
