package zarr

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// decode reads JSON as Python writes it: with NaN, Infinity and -Infinity, which become
// the texts of these words. Numbers keep how they are written.
func decode(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(plainJSON(b)))
	d.UseNumber()
	return d.Decode(into)
}

// plainJSON puts the words for numbers that JSON lacks into quotes.
func plainJSON(b []byte) []byte {
	if !bytes.Contains(b, []byte("NaN")) && !bytes.Contains(b, []byte("Infinity")) {
		return b
	}
	out := make([]byte, 0, len(b)+64)
	for i := 0; i < len(b); i++ {
		if b[i] == '"' { // over a text
			j := i + 1
			for j < len(b) && b[j] != '"' {
				if b[j] == '\\' {
					j++
				}
				j++
			}
			j = min(j, len(b)-1)
			out = append(out, b[i:j+1]...)
			i = j
			continue
		}
		word := ""
		for _, w := range []string{"NaN", "Infinity", "-Infinity"} {
			if bytes.HasPrefix(b[i:], []byte(w)) {
				word = w
			}
		}
		if word == "" {
			out = append(out, b[i])
			continue
		}
		out = append(out, '"')
		out = append(out, word...)
		out = append(out, '"')
		i += len(word) - 1
	}
	return out
}

// attributes makes attributes of JSON values. JSON has one type of numbers; those that
// CF compares with the type of the stored values, bounds of them and marks of missing
// ones, have that type if they are written as it would be, else double.
func attributes(values map[string]any, typ cf.Type) map[string]cf.Attribute {
	all := map[string]cf.Attribute{}
	for name, value := range values {
		if a, ok := attribute(value); ok {
			switch name {
			case "_FillValue", "missing_value", "valid_min", "valid_max", "valid_range":
				if a.Type == cf.Int64 || typ == cf.Float || typ == cf.Double {
					a.Type = typ
				}
			}
			all[name] = a
		}
	}
	return all
}

// attribute makes an attribute of a JSON value; null is none.
func attribute(value any) (cf.Attribute, bool) {
	switch v := value.(type) {
	case nil:
		return cf.Attribute{}, false
	case string:
		if x, ok := special(v); ok {
			return cf.Attribute{Type: cf.Double, Numbers: []float64{x}}, true
		}
		return cf.Attribute{Type: cf.Char, Text: cf.CleanText(v)}, true
	case bool:
		return cf.Attribute{Type: cf.Int64, Numbers: []float64{map[bool]float64{true: 1}[v]}}, true
	case json.Number:
		x, err := v.Float64()
		if err != nil {
			return cf.Attribute{Type: cf.Char, Text: v.String()}, true
		}
		typ := cf.Int64
		if strings.ContainsAny(v.String(), ".eE") {
			typ = cf.Double
		}
		return cf.Attribute{Type: typ, Numbers: []float64{x}}, true
	case []any:
		list := cf.Attribute{Type: cf.Int64}
		var texts []string
		for _, item := range v {
			a, ok := attribute(item)
			switch {
			case !ok:
				return cf.Attribute{}, false
			case a.Type == cf.Char:
				texts = append(texts, a.Text)
			default:
				list.Numbers = append(list.Numbers, a.Numbers...)
				if a.Type == cf.Double {
					list.Type = cf.Double
				}
			}
		}
		if len(texts) > 0 {
			return cf.Attribute{Type: cf.Char, Text: strings.Join(texts, " ")}, len(texts) == len(v)
		}
		return list, true
	}
	text, err := json.Marshal(value)
	return cf.Attribute{Type: cf.Char, Text: string(text)}, err == nil
}

// integers reads a list of whole numbers from 0 on.
func integers(what string, raw json.RawMessage) ([]int, error) {
	var list []int64
	if err := decode(raw, &list); err != nil {
		return nil, fmt.Errorf("%s is %.100s, expected a list of whole numbers", what, raw)
	}
	all := make([]int, len(list))
	for i, n := range list {
		if n < 0 || n > mostValues {
			return nil, fmt.Errorf("%s has %d, expected 0 to 2⁴⁰", what, n)
		}
		all[i] = int(n)
	}
	return all, nil
}

// special is the number that a word stands for in JSON.
func special(text string) (float64, bool) {
	switch text {
	case "NaN":
		return math.NaN(), true
	case "Infinity":
		return math.Inf(1), true
	case "-Infinity":
		return math.Inf(-1), true
	}
	return 0, false
}
