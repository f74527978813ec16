package zarr

import "math"

// fromHalf is the number of 16 bits (IEEE 754, binary16).
func fromHalf(h uint16) float32 {
	sign, exponent, fraction := uint32(h>>15)<<31, uint32(h>>10)&0x1f, uint32(h)&0x3ff
	switch exponent {
	case 0:
		x := float32(fraction) / (1 << 24)
		if sign != 0 {
			return -x
		}
		return x
	case 0x1f:
		return math.Float32frombits(sign | 0x7f800000 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+112)<<23 | fraction<<13)
}

// toHalf is the nearest number of 16 bits, of ties the even one.
func toHalf(x float32) uint16 {
	bits := math.Float32bits(x)
	sign := uint16(bits>>16) & 0x8000
	switch abs := bits & 0x7fffffff; {
	case abs > 0x7f800000:
		return sign | 0x7e00
	case abs >= 0x47800000-1<<12: // rounds beyond the largest
		return sign | 0x7c00
	case abs < 0x38800000: // below the smallest normal number
		return sign | uint16(math.RoundToEven(float64(math.Float32frombits(abs))*(1<<24)))
	default:
		abs += 0xfff + abs>>13&1
		return sign | uint16((abs-112<<23)>>13)
	}
}
