package cf

import "math"

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
	case Byte:
		return &typedSlab[int8]{v: v.values, u: u, size: 1}
	case UByte:
		return &typedSlab[uint8]{v: v.values, u: u, size: 1}
	case Short:
		return &typedSlab[int16]{v: v.values, u: u, size: 2}
	case UShort:
		return &typedSlab[uint16]{v: v.values, u: u, size: 2}
	case Int:
		return &typedSlab[int32]{v: v.values, u: u, size: 4}
	case UInt:
		return &typedSlab[uint32]{v: v.values, u: u, size: 4}
	case Int64:
		return &typedSlab[int64]{v: v.values, u: u, size: 8}
	case UInt64:
		return &typedSlab[uint64]{v: v.values, u: u, size: 8}
	case Float:
		return &typedSlab[float32]{v: v.values, u: u, size: 4}
	}
	return &typedSlab[float64]{v: v.values, u: u, size: 8}
}

type typedSlab[T number] struct {
	v     Values
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
	for _, c := range count {
		n *= c
	}
	if cap(s.buf) < n {
		s.buf = make([]T, n)
	}
	s.buf = s.buf[:n]
	if n == 0 {
		return nil
	}
	return s.v.Read(s.buf, start, count)
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
	case order == nil && stride == 1 && s.plain(dst, base, &missing):
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

// plain copies values of single precision that need no more than a look at what means
// missing, which most large files have; false means that it cannot.
func (s *typedSlab[T]) plain(dst []float32, base int, missing *bool) bool {
	buf, single := any(s.buf).([]float32)
	u := s.u
	if !single || u.packed || u.unsigned > 0 || u.signed > 0 || len(u.fillValues) > 0 || len(u.fills) > 2 {
		return false
	}
	nan := float32(math.NaN())
	low, high, fills := float32(u.low), float32(u.high), [2]float32{nan, nan} // nothing equals NaN
	from, to := low, high                                                     // between the fills nothing is missing
	for i, f := range u.fills {
		fills[i] = float32(f)
		if fills[i] > 0 {
			to = min(to, math.Nextafter32(fills[i], 0))
		} else {
			from = max(from, math.Nextafter32(fills[i], float32(math.Inf(1))))
		}
	}
	for i, x := range buf[base : base+len(dst)] {
		if !(x >= from && x <= to) && (!(x >= low && x <= high) || x == fills[0] || x == fills[1]) {
			x = nan
			*missing = true
		}
		dst[i] = x
	}
	return true
}

func (s *typedSlab[T]) wide(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = s.u.value(float64(s.buf[i]))
	}
	return out
}
