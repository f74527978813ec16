package verify

import (
	"slices"
	"sync"
)

// Case is one forecast beside the truth: the members and the truth, each a clip of the
// lead times, in the units of the data. Every score of forecasts has an AddCase, which
// does what its Add does. Use it where several scores take the same forecast: most of
// their work is to compare the members of a cell with one another, which a Case does
// once for all of them. It is for concurrent use. The clips must not change after the
// first score has taken them.
type Case struct {
	Members [][]float32
	Truth   []float32

	once    sync.Once
	ordered []float32
	absent  int
}

// NewCase returns a forecast for several scores. A score refuses it where its sizes do
// not fit.
func NewCase(members [][]float32, truth []float32) *Case {
	return &Case{Members: members, Truth: truth}
}

// Reset makes the case another forecast, in the memory of the one before.
func (k *Case) Reset(members [][]float32, truth []float32) {
	k.Members, k.Truth, k.once, k.absent = members, truth, sync.Once{}, 0
}

// Missing returns the number of cells where the truth or a member is missing. The clips
// must have one length.
func (k *Case) Missing() int {
	k.cells()
	return k.absent
}

// cells returns the members of every cell, the smallest first, [cell][member]. A cell
// where the truth or a member is missing has NaN as its first value. The sizes must have
// been checked.
func (k *Case) cells() []float32 {
	k.once.Do(func() {
		const some = 256 // cells whose members the processor's first cache holds
		m := len(k.Members)
		k.ordered = slices.Grow(k.ordered[:0], m*len(k.Truth))[:m*len(k.Truth)]
		for from := 0; from < len(k.Truth); from += some {
			truth := k.Truth[from:min(from+some, len(k.Truth))]
			cells := k.ordered[from*m : (from+len(truth))*m]
			for i, clip := range k.Members {
				for c, v := range clip[from : from+len(truth)] {
					cells[c*m+i] = v
				}
			}
			for c, y := range truth {
				cell := cells[c*m : (c+1)*m]
				if order(cell); y != y {
					cell[0] = y
				}
				if cell[0] != cell[0] {
					k.absent++
				}
			}
		}
	})
	return k.ordered
}

// missing reports whether the truth or a member is missing in a cell.
func (k *Case) missing(cell int) bool {
	v := k.cells()[cell*len(k.Members)]
	return v != v
}

// order puts values in order, the smallest first, NaN before all.
func order(values []float32) {
	const few = 24 // from this number on the library's sort is faster
	if len(values) > few {
		slices.Sort(values)
		return
	}
	for i, x := range values {
		if x != x {
			values[0] = x
			return
		}
		k := i
		for ; k > 0 && values[k-1] > x; k-- {
			values[k] = values[k-1]
		}
		values[k] = x
	}
}

// reaching returns how many of the values, the smallest first, reach a threshold.
func reaching(ordered []float32, threshold float32) int {
	n := len(ordered)
	for n > 0 && ordered[n-1] >= threshold {
		n--
	}
	return len(ordered) - n
}
