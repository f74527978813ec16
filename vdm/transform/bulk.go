package transform

import (
	"fmt"
	"math"
)

// block is the number of values that go through a chain in float64 at a time: 4 KiB,
// which stays in the first-level cache.
const block = 512

// Apply writes t.Forward of every value of src to dst, computed in float64 and rounded
// once. The slices have one length and may be the same; it panics when the lengths
// differ.
func Apply(t Transform, dst, src []float32) { bulk(t, dst, src, forward) }

// Undo writes t.Inverse of every value of src to dst, computed as in Apply.
func Undo(t Transform, dst, src []float32) { bulk(t, dst, src, inverse) }

func bulk(t Transform, dst, src []float32, do func(Transform, []float64)) {
	if len(dst) != len(src) {
		panic(fmt.Sprintf("transform: %d values into a slice of %d", len(src), len(dst)))
	}
	var buf [block]float64
	for len(src) > 0 {
		n := min(block, len(src))
		for i, v := range src[:n] {
			buf[i] = float64(v)
		}
		do(t, buf[:n])
		for i, v := range buf[:n] {
			dst[i] = float32(v)
		}
		src, dst = src[n:], dst[n:]
	}
}

// forward and inverse choose the loop once for each block, so that the common transforms
// need no interface call for a value; the others take the last branch.

func forward(t Transform, x []float64) {
	switch t := t.(type) {
	case Identity:
	case Affine:
		for i, v := range x {
			x[i] = t.Forward(v)
		}
	case Standardise:
		for i, v := range x {
			x[i] = t.Forward(v)
		}
	case Sqrt:
		for i, v := range x {
			x[i] = math.Sqrt(v)
		}
	case Log:
		for i, v := range x {
			x[i] = t.Forward(v)
		}
	case Chain:
		for _, step := range t {
			forward(step, x)
		}
	default:
		for i, v := range x {
			x[i] = t.Forward(v)
		}
	}
}

func inverse(t Transform, x []float64) {
	switch t := t.(type) {
	case Identity:
	case Affine:
		for i, v := range x {
			x[i] = t.Inverse(v)
		}
	case Standardise:
		for i, v := range x {
			x[i] = t.Inverse(v)
		}
	case Sqrt:
		for i, v := range x {
			x[i] = t.Inverse(v)
		}
	case Log:
		for i, v := range x {
			x[i] = t.Inverse(v)
		}
	case Chain:
		for i := len(t) - 1; i >= 0; i-- {
			inverse(t[i], x)
		}
	default:
		for i, v := range x {
			x[i] = t.Inverse(v)
		}
	}
}
