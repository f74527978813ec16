package verify

import (
	"math"
	"slices"
)

// selectQuantile returns the quantile of values at a level as numpy interpolates it, in
// linear time; it changes their order. It is NaN without values.
func selectQuantile(values []float32, level float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	at := level * float64(len(values)-1)
	low := int(math.Floor(at))
	selectRank(values, low)
	a := float64(values[low])
	if low == len(values)-1 {
		return a
	}
	b := float64(slices.Min(values[low+1:]))
	f := at - float64(low)
	switch { // from the nearer end, as numpy
	case a == b:
		return a
	case f < 0.5:
		return a + (b-a)*f
	}
	return b - (b-a)*(1-f)
}

// selectRank moves the value of a rank, 0 the smallest, to its place, with none larger
// before it and none smaller behind (Hoare 1961).
func selectRank(values []float32, rank int) {
	for low, high := 0, len(values)-1; low < high; {
		pivot := median3(values[low], values[(low+high)/2], values[high])
		i, j := low, high
		for i <= j {
			for values[i] < pivot {
				i++
			}
			for values[j] > pivot {
				j--
			}
			if i <= j {
				values[i], values[j] = values[j], values[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case rank <= j:
			high = j
		case rank >= i:
			low = i
		default:
			return
		}
	}
}

func median3(a, b, c float32) float32 { return max(min(a, b), min(max(a, b), c)) }
