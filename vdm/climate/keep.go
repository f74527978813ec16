package climate

import "math/bits"

// keepSet is a set of window numbers below a known total: one bit each, with a running
// count every 512, so that the i-th member is found quickly and a hundred million
// windows take 14 MB.
type keepSet struct {
	words []uint64
	ranks []int // number of members before word 8k
	size  int
}

const wordsPerRank = 8

func newKeepSet(total int) *keepSet {
	return &keepSet{words: make([]uint64, (total+63)/64)}
}

func (k *keepSet) add(i int) { k.words[i/64] |= 1 << (i % 64) }

// seal computes the running counts; add must not be called after it.
func (k *keepSet) seal() {
	k.ranks, k.size = nil, 0
	for i, w := range k.words {
		if i%wordsPerRank == 0 {
			k.ranks = append(k.ranks, k.size)
		}
		k.size += bits.OnesCount64(w)
	}
}

// at returns the i-th smallest member, 0 ≤ i < size.
func (k *keepSet) at(i int) int {
	lo, hi := 0, len(k.ranks) // the block is the last with ranks[block] ≤ i
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; k.ranks[mid] <= i {
			lo = mid
		} else {
			hi = mid
		}
	}
	left := i - k.ranks[lo]
	for n := lo * wordsPerRank; ; n++ {
		w := k.words[n]
		if c := bits.OnesCount64(w); left >= c {
			left -= c
			continue
		}
		for ; left > 0; left-- {
			w &= w - 1 // drop the lowest member
		}
		return n*64 + bits.TrailingZeros64(w)
	}
}
