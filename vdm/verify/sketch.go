package verify

import (
	"math"
	"sort"
)

// sketch counts float32 values by the leading bits of the value itself: sign, exponent
// and 12 of the 23 bits of the mantissa. That is a logarithmic histogram (as DDSketch:
// Masson, Rim and Lee 2019) whose bucket costs a shift instead of a logarithm. Pages,
// one per sign and power of two, are allocated when first needed; rain needs some
// thirty, 32 KiB each.
type sketch struct {
	pages [512]*[4096]int64
}

// orderedBits returns a float32 as an unsigned integer in the same order: negative
// numbers have all bits inverted, others the sign bit set.
func orderedBits(v float32) uint32 {
	b := math.Float32bits(v)
	if b>>31 == 1 {
		return ^b
	}
	return b | 1<<31
}

func fromOrderedBits(b uint32) float32 {
	if b>>31 == 1 {
		return math.Float32frombits(b &^ (1 << 31))
	}
	return math.Float32frombits(^b)
}

const dropped = 11 // bits of the mantissa that a bucket ignores

// add counts v, which must be neither NaN nor −0.
func (s *sketch) add(v float32) {
	b := orderedBits(v) >> dropped
	page := s.pages[b>>12]
	if page == nil {
		page = new([4096]int64)
		s.pages[b>>12] = page
	}
	page[b&4095]++
}

// middle returns the value that stands for bucket b. The buckets of zero and the
// infinities stand for these exactly.
func middle(b uint32) float64 {
	low, high := fromOrderedBits(b<<dropped), fromOrderedBits(b<<dropped|(1<<dropped-1))
	switch {
	case low == 0 || math.IsInf(float64(low), 0):
		return float64(low)
	case math.IsInf(float64(high), 0):
		return float64(high)
	}
	return (float64(low) + float64(high)) / 2
}

// orderStatistic returns the function from a rank (0 the smallest) to the middle of the
// bucket that contains it.
func (s *sketch) orderStatistic() func(rank int64) float64 {
	var buckets []uint32
	var upTo []int64 // number of values in this bucket and those before
	total := int64(0)
	for i, page := range s.pages {
		if page == nil {
			continue
		}
		for j, c := range page {
			if c > 0 {
				total += c
				buckets = append(buckets, uint32(i)<<12|uint32(j))
				upTo = append(upTo, total)
			}
		}
	}
	return func(rank int64) float64 {
		i := sort.Search(len(upTo), func(i int) bool { return upTo[i] > rank })
		return middle(buckets[i])
	}
}
