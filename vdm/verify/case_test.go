package verify

import (
	"slices"
	"testing"
)

// The members of a cell come in order for few and for many members; a cell that misses one
// of them or the truth begins with NaN and is counted, and another forecast may follow in
// the same memory.
func TestCaseOrdersCells(t *testing.T) {
	for _, m := range []int{1, 2, 10, 24, 25, 40} {
		k := NewCase(nil, nil)
		for forecast := range uint32(2) {
			const cells = 600 // more than are put in order at once
			var members [][]float32
			for i := range m {
				members = append(members, rain(100*forecast+uint32(i), cells))
			}
			truth := rain(99, cells)
			members[m-1][3], truth[300] = missing, missing
			k.Reset(members, truth)
			if k.Missing() != 2 || !k.missing(3) || !k.missing(300) || k.missing(4) {
				t.Errorf("%d members: %d cells missing, want 2", m, k.Missing())
			}
			for c := range cells {
				if k.missing(c) {
					continue
				}
				var want []float32
				for _, x := range members {
					want = append(want, x[c])
				}
				slices.Sort(want)
				if got := k.cells()[c*m : (c+1)*m]; !slices.Equal(got, want) {
					t.Fatalf("%d members, cell %d: %v, want %v", m, c, got, want)
				}
			}
		}
	}
}
