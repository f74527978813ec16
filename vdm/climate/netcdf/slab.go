package netcdf

import (
	"fmt"

	nc "github.com/fhs/go-netcdf/netcdf"
)

// slab reads blocks of a variable in its stored type and returns unpacked values. The
// type is fixed once, so that the inner loops know it.
type slab interface {
	// read reads a block of a variable that has at least one dimension.
	read(start, count []int) error
	// row unpacks len(dst) values, the k-th from place base + stride·order[k] (order
	// nil: k), and counts the missing ones by their cause.
	row(dst []float32, base, stride int, order []int)
	// wide unpacks the first n values of the block in double precision.
	wide(n int) []float64
	// bytes returns the size of one stored value.
	bytes() int
}

func newSlab(v *variable, u *unpacker) slab {
	switch v.typ {
	case nc.BYTE:
		return &typedSlab[int8]{v: v.v, u: u, size: 1}
	case nc.UBYTE:
		return &typedSlab[uint8]{v: v.v, u: u, size: 1}
	case nc.SHORT:
		return &typedSlab[int16]{v: v.v, u: u, size: 2}
	case nc.USHORT:
		return &typedSlab[uint16]{v: v.v, u: u, size: 2}
	case nc.INT:
		return &typedSlab[int32]{v: v.v, u: u, size: 4}
	case nc.UINT:
		return &typedSlab[uint32]{v: v.v, u: u, size: 4}
	case nc.INT64:
		return &typedSlab[int64]{v: v.v, u: u, size: 8}
	case nc.UINT64:
		return &typedSlab[uint64]{v: v.v, u: u, size: 8}
	case nc.FLOAT:
		return &typedSlab[float32]{v: v.v, u: u, size: 4}
	}
	return &typedSlab[float64]{v: v.v, u: u, size: 8}
}

type typedSlab[T number] struct {
	v     nc.Var
	u     *unpacker
	buf   []T
	size  int
	table []float64 // unpacked value of each stored one, for types of two bytes; computed when first needed
}

// unpacked returns the values of all stored numbers of a short type.
func (s *typedSlab[T]) unpacked() []float64 {
	if s.table == nil {
		s.table = make([]float64, 1<<16)
		for i := range s.table {
			n := int64(i)
			if T(0)-1 < 0 { // a signed type: the upper half is negative
				n = int64(int16(i))
			}
			s.table[i] = s.u.value(float64(n))
		}
	}
	return s.table
}

func (s *typedSlab[T]) bytes() int { return s.size }

func (s *typedSlab[T]) read(start, count []int) error {
	n := 1
	from, size := make([]uint64, len(start)), make([]uint64, len(start))
	for i := range start {
		n *= count[i]
		from[i], size[i] = uint64(start[i]), uint64(count[i])
	}
	if cap(s.buf) < n {
		s.buf = make([]T, n)
	}
	s.buf = s.buf[:n]
	if n == 0 {
		return nil
	}
	if len(start) == 0 {
		return readScalar(s.v, s.buf)
	}
	switch b := any(s.buf).(type) {
	case []int8:
		return s.v.ReadInt8Slice(b, from, size)
	case []uint8:
		return s.v.ReadUint8Slice(b, from, size)
	case []int16:
		return s.v.ReadInt16Slice(b, from, size)
	case []uint16:
		return s.v.ReadUint16Slice(b, from, size)
	case []int32:
		return s.v.ReadInt32Slice(b, from, size)
	case []uint32:
		return s.v.ReadUint32Slice(b, from, size)
	case []int64:
		return s.v.ReadInt64Slice(b, from, size)
	case []uint64:
		return s.v.ReadUint64Slice(b, from, size)
	case []float32:
		return s.v.ReadFloat32Slice(b, from, size)
	case []float64:
		return s.v.ReadFloat64Slice(b, from, size)
	}
	return fmt.Errorf("type %T is not read", s.buf)
}

// readScalar reads a variable without dimensions, which go-netcdf's slices
// cannot.
func readScalar[T number](v nc.Var, dst []T) error {
	switch b := any(dst).(type) {
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

func (s *typedSlab[T]) row(dst []float32, base, stride int, order []int) {
	missing := false
	switch {
	case s.size == 2:
		table := s.unpacked()
		for i := range dst {
			x := float32(table[int(s.buf[base+stride*placed(order, i)])&0xFFFF])
			missing = missing || x != x
			dst[i] = x
		}
	case order == nil && stride == 1:
		for i, raw := range s.buf[base : base+len(dst)] {
			x := float32(s.u.value(float64(raw)))
			missing = missing || x != x
			dst[i] = x
		}
	default:
		for i := range dst {
			x := float32(s.u.value(float64(s.buf[base+stride*placed(order, i)])))
			missing = missing || x != x
			dst[i] = x
		}
	}
	if missing && !s.u.quiet {
		for i, x := range dst {
			if x != x {
				s.u.count(float64(s.buf[base+stride*placed(order, i)]))
			}
		}
	}
}

func (s *typedSlab[T]) wide(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = s.u.value(float64(s.buf[i]))
	}
	return out
}
