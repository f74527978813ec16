package zarr

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// dtype is how values are stored.
type dtype struct {
	typ    cf.Type // as they are handed out; NoType of those that are not read
	kind   byte    // of numpy: i, u, f, b, M; S and U are texts of fixed size; O of any
	size   int     // bytes of a value
	order  binary.ByteOrder
	units  string // of times that numpy knows (kind M), as CF writes them
	unread string // why it is not read, "" if it is
}

var numberTypes = map[string]dtype{
	"i1": {typ: cf.Byte}, "i2": {typ: cf.Short}, "i4": {typ: cf.Int}, "i8": {typ: cf.Int64},
	"u1": {typ: cf.UByte}, "u2": {typ: cf.UShort}, "u4": {typ: cf.UInt}, "u8": {typ: cf.UInt64},
	"f2": {typ: cf.Float}, "f4": {typ: cf.Float}, "f8": {typ: cf.Double}, "b1": {typ: cf.UByte},
}

var (
	numpyType = regexp.MustCompile(`^([<>|])([a-zA-Z])(\d*)(?:\[(\w+)\])?$`)
	timeUnits = map[string]string{"ns": "nanoseconds", "us": "microseconds", "ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "D": "days"}
)

// mostText is how many bytes a text of fixed size may have.
const mostText = 1 << 16

// typeV2 reads a type as numpy writes it: "<f4".
func typeV2(raw json.RawMessage) (dtype, error) {
	var name string
	if err := decode(raw, &name); err != nil {
		return dtype{unread: fmt.Sprintf("its values are records: %.80s", raw)}, nil
	}
	m := numpyType.FindStringSubmatch(name)
	if m == nil {
		return dtype{}, fmt.Errorf("the type %q is not known", name)
	}
	var order binary.ByteOrder = binary.LittleEndian
	if m[1] == ">" {
		order = binary.BigEndian
	}
	n, err := strconv.Atoi(m[3])
	if err != nil && m[3] != "" || n > mostText {
		return dtype{}, fmt.Errorf("the type %q is not known", name)
	}
	d := dtype{kind: m[2][0], size: n, order: order}
	switch m[2] {
	case "M":
		if units, ok := timeUnits[m[4]]; ok && n == 8 {
			d.typ, d.units = cf.Int64, units+" since 1970-01-01"
			return d, nil
		}
	case "S", "U":
		d.typ = cf.String
		if m[2] == "U" {
			d.size *= 4
		}
		return d, nil
	case "O":
		d.typ = cf.String
		return d, nil
	}
	known, ok := numberTypes[m[2]+m[3]]
	if !ok {
		d.unread = fmt.Sprintf("values of the type %q are not read", name)
		return d, nil
	}
	d.typ = known.typ
	return d, nil
}

var typesV3 = map[string]string{
	"int8": "i1", "int16": "i2", "int32": "i4", "int64": "i8", "uint8": "u1", "uint16": "u2", "uint32": "u4", "uint64": "u8",
	"float16": "f2", "float32": "f4", "float64": "f8", "bool": "b1",
}

// typeV3 reads a type as version 3 names it; a codec gives the byte order.
func typeV3(raw json.RawMessage) (dtype, error) {
	var name string
	if err := decode(raw, &name); err != nil {
		var extended struct {
			Name          string `json:"name"`
			Configuration struct {
				Unit   string      `json:"unit"`
				Scale  json.Number `json:"scale_factor"`
				Length int         `json:"length_bytes"`
			} `json:"configuration"`
		}
		if err := decode(raw, &extended); err != nil {
			return dtype{}, fmt.Errorf("the type %.80s is not known", raw)
		}
		c := extended.Configuration
		switch extended.Name {
		case "numpy.datetime64":
			if units, ok := timeUnits[c.Unit]; ok && (c.Scale == "1" || c.Scale == "") {
				return dtype{typ: cf.Int64, kind: 'M', size: 8, units: units + " since 1970-01-01"}, nil
			}
		case "fixed_length_utf32", "null_terminated_bytes":
			kind := byte('S')
			if extended.Name == "fixed_length_utf32" {
				kind = 'U'
			}
			if c.Length > 0 && c.Length <= mostText {
				return dtype{typ: cf.String, kind: kind, size: c.Length}, nil
			}
		}
		return dtype{unread: fmt.Sprintf("values of the type %q are not read", extended.Name)}, nil
	}
	if short, ok := typesV3[name]; ok {
		return dtype{typ: numberTypes[short].typ, kind: short[0], size: int(short[1] - '0')}, nil
	}
	if name == "string" {
		return dtype{typ: cf.String, kind: 'O'}, nil
	}
	return dtype{unread: fmt.Sprintf("values of the type %q are not read", name)}, nil
}

// fillBytes are the bytes of the value that stands where no chunk is; none stands for
// zero. number is the value, set where there is one.
func (d *dtype) fillBytes(raw json.RawMessage) (b []byte, number float64, set bool, err error) {
	b = make([]byte, d.size)
	text := strings.TrimSpace(string(raw))
	if text == "" || text == "null" || d.typ == cf.String || d.typ == cf.NoType {
		return b, 0, false, nil
	}
	var value any
	if err := decode(raw, &value); err != nil {
		return nil, 0, false, fmt.Errorf("fill_value: %w", err)
	}
	order := d.order
	if order == nil {
		order = binary.LittleEndian
	}
	whole, isWhole := int64(0), false
	switch v := value.(type) {
	case bool:
		number, whole, isWhole = map[bool]float64{true: 1}[v], map[bool]int64{true: 1}[v], true
	case json.Number:
		if number, err = v.Float64(); err != nil {
			return nil, 0, false, fmt.Errorf("fill_value %s: %w", v, err)
		}
		if n, err := strconv.ParseInt(v.String(), 10, 64); err == nil {
			whole, isWhole = n, true
		} else if n, err := strconv.ParseUint(v.String(), 10, 64); err == nil {
			whole, isWhole = int64(n), true
		} else if math.Trunc(number) == number && math.Abs(number) < 1<<53 {
			whole, isWhole = int64(number), true
		}
	case string:
		switch x, ok := special(v); {
		case ok:
			number = x
		case v == "NaT":
			number, whole, isWhole = math.MinInt64, math.MinInt64, true
		case strings.HasPrefix(v, "0x"):
			n, err := strconv.ParseUint(v[2:], 16, 64)
			if err != nil || d.size > 8 {
				return nil, 0, false, fmt.Errorf("fill_value %q is not known", v)
			}
			d.put(b, order, n)
			return b, d.float(b, order), true, nil
		default:
			raw, err := base64.StdEncoding.DecodeString(v)
			if err != nil || len(raw) != d.size {
				return nil, 0, false, fmt.Errorf("fill_value %q is not known", v)
			}
			copy(b, raw)
			return b, d.float(b, order), true, nil
		}
	default:
		return nil, 0, false, fmt.Errorf("fill_value %.80s is not known", raw)
	}
	switch {
	case d.kind == 'f' && d.size == 2:
		d.put(b, order, uint64(toHalf(float32(number))))
	case d.kind == 'f' && d.size == 4:
		d.put(b, order, uint64(math.Float32bits(float32(number))))
	case d.kind == 'f':
		d.put(b, order, math.Float64bits(number))
	case isWhole:
		d.put(b, order, uint64(whole))
	default:
		return nil, 0, false, fmt.Errorf("fill_value %.80s is no value of the type", raw)
	}
	return b, number, true, nil
}

// put writes the low bytes of a number.
func (d *dtype) put(b []byte, order binary.ByteOrder, n uint64) {
	switch d.size {
	case 1:
		b[0] = byte(n)
	case 2:
		order.PutUint16(b, uint16(n))
	case 4:
		order.PutUint32(b, uint32(n))
	case 8:
		order.PutUint64(b, n)
	}
}

// float is the number that bytes stand for.
func (d *dtype) float(b []byte, order binary.ByteOrder) float64 {
	var n uint64
	switch d.size {
	case 1:
		n = uint64(b[0])
	case 2:
		n = uint64(order.Uint16(b))
	case 4:
		n = uint64(order.Uint32(b))
	case 8:
		n = order.Uint64(b)
	}
	switch {
	case d.kind == 'f' && d.size == 2:
		return float64(fromHalf(uint16(n)))
	case d.kind == 'f' && d.size == 4:
		return float64(math.Float32frombits(uint32(n)))
	case d.kind == 'f':
		return math.Float64frombits(n)
	case d.kind == 'i':
		shift := 64 - 8*d.size
		return float64(int64(n<<shift) >> shift)
	}
	return float64(n)
}
