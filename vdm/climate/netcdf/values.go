package netcdf

import (
	"fmt"

	nc "github.com/fhs/go-netcdf/netcdf"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// Read reads a block.
func (v *variable) Read(dst any, start, count []int) error {
	if len(start) == 0 {
		return readScalar(v.v, dst)
	}
	from, size := make([]uint64, len(start)), make([]uint64, len(start))
	for i := range start {
		from[i], size[i] = uint64(start[i]), uint64(count[i])
	}
	switch b := dst.(type) {
	case []int8:
		return v.v.ReadInt8Slice(b, from, size)
	case []uint8:
		return v.v.ReadUint8Slice(b, from, size)
	case []int16:
		return v.v.ReadInt16Slice(b, from, size)
	case []uint16:
		return v.v.ReadUint16Slice(b, from, size)
	case []int32:
		return v.v.ReadInt32Slice(b, from, size)
	case []uint32:
		return v.v.ReadUint32Slice(b, from, size)
	case []int64:
		return v.v.ReadInt64Slice(b, from, size)
	case []uint64:
		return v.v.ReadUint64Slice(b, from, size)
	case []float32:
		return v.v.ReadFloat32Slice(b, from, size)
	case []float64:
		return v.v.ReadFloat64Slice(b, from, size)
	}
	return fmt.Errorf("type %T is not read", dst)
}

// readScalar reads a variable without dimensions, which go-netcdf's slices
// cannot.
func readScalar(v nc.Var, dst any) error {
	switch b := dst.(type) {
	case []int8:
		return v.ReadInt8s(b)
	case []uint8:
		return v.ReadUint8s(b)
	case []int16:
		return v.ReadInt16s(b)
	case []uint16:
		return v.ReadUint16s(b)
	case []int32:
		return v.ReadInt32s(b)
	case []uint32:
		return v.ReadUint32s(b)
	case []int64:
		return v.ReadInt64s(b)
	case []uint64:
		return v.ReadUint64s(b)
	case []float32:
		return v.ReadFloat32s(b)
	case []float64:
		return v.ReadFloat64s(b)
	}
	return fmt.Errorf("type %T is not read", dst)
}

// Why is what is known of values that cannot be read. It runs on the library's thread.
func (v *variable) Why() string {
	switch absent, plugins := v.filters(); {
	case len(absent) > 0:
		return ": " + filtersInWords(absent)
	case len(plugins) > 0:
		return ": " + pluginsInWords(plugins)
	}
	return " (file damaged or truncated?)"
}

// globals are the global attributes. Texts are to the letter: provenance is written back
// as it was read.
func globals(ds nc.Dataset) (map[string]cf.Attribute, error) {
	n, err := ds.NAttrs()
	if err != nil {
		return nil, err
	}
	all := map[string]cf.Attribute{}
	for i := range n {
		a, err := ds.AttrN(i)
		if err != nil {
			return nil, fmt.Errorf("global attribute %d: %w", i, err)
		}
		typ, err := a.Type()
		if err != nil {
			return nil, fmt.Errorf("global attribute %q: %w", a.Name(), err)
		}
		length, err := a.Len()
		if err != nil {
			return nil, fmt.Errorf("global attribute %q: %w", a.Name(), err)
		}
		if typ != nc.CHAR || length == 0 {
			continue
		}
		text, err := nc.GetBytes(a)
		if err != nil {
			return nil, fmt.Errorf("global attribute %q: %w", a.Name(), err)
		}
		all[a.Name()] = cf.Attribute{Type: cf.Char, Text: string(text)}
	}
	return all, nil
}
