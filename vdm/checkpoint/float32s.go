package checkpoint

import (
	"encoding/binary"
	"fmt"
	"math"
	"unsafe"
)

// littleEndian says whether float32 numbers have the same bytes in memory as in the
// file.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// FromFloat32s returns an F32 tensor of values. On little-endian machines Data is the
// memory of values itself, so that large tensors are saved without a copy: do not change
// values until the tensor is written. The shape is checked on writing.
func FromFloat32s(name string, shape []int, values []float32) Tensor {
	data := bytesOf(values)
	if !littleEndian {
		data = make([]byte, 4*len(values))
		for i, v := range values {
			binary.LittleEndian.PutUint32(data[4*i:], math.Float32bits(v))
		}
	}
	return Tensor{Name: name, DType: "F32", Shape: shape, Data: data}
}

// BFloat16s returns a BF16 tensor of values, each rounded to the nearest number with 8
// binary digits, ties to even. NaN stays NaN; above 3.39e38 a value becomes infinite.
func BFloat16s(name string, shape []int, values []float32) Tensor {
	data := make([]byte, 2*len(values))
	for i, v := range values {
		bits := math.Float32bits(v)
		if v == v {
			bits += 0x7fff + bits>>16&1
		} else {
			bits |= 1 << 16 // the remaining bits of a NaN must not be those of an infinity
		}
		binary.LittleEndian.PutUint16(data[2*i:], uint16(bits>>16))
	}
	return Tensor{Name: name, DType: "BF16", Shape: shape, Data: data}
}

// Float32s returns the values of a tensor of type F32, BF16 or F16 as new
// float32 numbers; each is exact. Other types are an error.
func Float32s(t Tensor) ([]float32, error) {
	n, ok := size(t.DType, t.Shape)
	if !ok || n != uint64(len(t.Data)) {
		return nil, fmt.Errorf("tensor %q: %d bytes do not make %s of shape %v", t.Name, len(t.Data), t.DType, t.Shape)
	}
	values := make([]float32, len(t.Data)/itemSizes[t.DType])
	switch t.DType {
	case "F32":
		if littleEndian {
			copy(bytesOf(values), t.Data)
			break
		}
		for i := range values {
			values[i] = math.Float32frombits(binary.LittleEndian.Uint32(t.Data[4*i:]))
		}
	case "BF16":
		for i := range values {
			values[i] = math.Float32frombits(uint32(binary.LittleEndian.Uint16(t.Data[2*i:])) << 16)
		}
	case "F16":
		for i := range values {
			values[i] = fromHalf(binary.LittleEndian.Uint16(t.Data[2*i:]))
		}
	default:
		return nil, fmt.Errorf("tensor %q is of type %s: expected F32, BF16 or F16", t.Name, t.DType)
	}
	return values, nil
}

// bytesOf returns the memory of values, without a copy.
func bytesOf(values []float32) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(values))), 4*len(values))
}

// fromHalf returns the value of an IEEE 754 binary16 number.
func fromHalf(h uint16) float32 {
	sign, exponent, fraction := uint32(h>>15), int(h>>10&31), uint32(h&1023)
	switch exponent {
	case 0: // zero and subnormal: fraction·2⁻²⁴
		v := float32(fraction) / (1 << 24)
		return math.Float32frombits(math.Float32bits(v) | sign<<31)
	case 31: // infinite, or not a number
		return math.Float32frombits(sign<<31 | 255<<23 | fraction<<13)
	}
	return math.Float32frombits(sign<<31 | uint32(exponent-15+127)<<23 | fraction<<13)
}
