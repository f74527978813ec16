package verify

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// RankHistogram counts the rank of the truth among the members of an ensemble, cell by
// cell: flat where truth and members are exchangeable, U-shaped where the ensemble is
// too narrow (Hamill 2001, Monthly Weather Review 129, 550). Ties (dry everywhere, as
// most cells are) are broken at random, by numbers that depend only on the seed and the
// index of the case, so the order in which cases are added or merged changes nothing. A
// cell where the truth or a member is missing is skipped and counted. Make it with
// [NewRankHistogram].
type RankHistogram struct {
	Missing int64 // number of cells skipped

	seed   uint64
	counts []int64 // counts[r]: cells whose truth exceeds r members
}

// NewRankHistogram returns an empty histogram for ensembles of a number of members.
func NewRankHistogram(members int, seed uint64) (*RankHistogram, error) {
	if members < 1 {
		return nil, fmt.Errorf("rank histogram: %d members; want at least 1", members)
	}
	return &RankHistogram{seed: seed, counts: make([]int64, members+1)}, nil
}

// Add adds one forecast, members and truth of one size. index is the number of the case,
// which seeds the random ties: give every case of a verification its own.
func (r *RankHistogram) Add(index uint64, members [][]float32, truth []float32) error {
	return r.AddCase(index, NewCase(members, truth))
}

// AddCase does what Add does, for a forecast that several scores take.
func (r *RankHistogram) AddCase(index uint64, k *Case) error {
	if err := k.fits("rank histogram", len(r.counts)-1); err != nil {
		return err
	}
	var ties *rand.Rand
	m, cells := len(k.Members), k.cells()
	for c, y := range k.Truth {
		cell := cells[c*m : (c+1)*m]
		if cell[0] != cell[0] {
			r.Missing++
			continue
		}
		reach := reaching(cell, y)
		below, equal := m-reach, 0
		for below+equal < m && cell[below+equal] == y {
			equal++
		}
		if equal > 0 {
			if ties == nil {
				ties = noise.Key{Seed: r.seed, Stream: noise.Ties, Step: index}.Rand()
			}
			below += ties.IntN(equal + 1)
		}
		r.counts[below]++
	}
	return nil
}

// Value returns how many cells had each rank, from 0 (the truth below all members) to
// members (above all): members+1 counts.
func (r *RankHistogram) Value() []int64 { return slices.Clone(r.counts) }
