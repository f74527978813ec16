package verify

import (
	"fmt"
	"math"
	"slices"
)

// VariogramScore compares the differences between neighbouring cells of a frame in the
// forecast with those in the truth: it scores spatial structure, to which the CRPS is
// insensitive and the energy score nearly so. For a pair of cells a, b of one frame
//
//	plain: (√|y_a − y_b| − v̄)²,  v̄ = 1/m Σ_k √|x_ka − x_kb|
//	fair:  plain − s²/m,          s² the sample variance of √|x_ka − x_kb|
//
// averaged over pairs with weights (Scheuerer and Hamill 2015, Monthly Weather
// Review 143, 1321, with the order ½, which large differences sway less than 1 or
// 2). The pairs are those at a distance d of at most 4 cells, weighted by 1/d, so that the work grows with the number of cells and not with
// its square; the weights are divided by their sum, so the score is a mean over
// pairs and not the paper's sum. 0 is perfect; the units are those of the data.
// Fair expects the score that infinitely many members would
// have, as v̄ is a mean of m exchangeable values; it may be below 0 and does not
// exist for one member (NaN). A bias common to all cells is not seen.
//
// Dry pairs are pairs like others: where both cells are always dry they add 0. A pair is
// skipped where either cell is missing in the truth or in a member. Make it with
// [NewVariogramScore].
type VariogramScore struct {
	Missing int64 // number of cells missing in the truth or a member

	ensemble
	height, width int
	offsets       []offset
	pairs         []int64 // number of pairs scored at each lead time
	weight        []float64
	plain, excess []float64 // weighted sums of plain and of s²/m
	sum, squares  []float64 // of √|x_ka − x_kb| over members, each cell a
}

// offset leads from one cell of a pair to the other.
type offset struct {
	dy, dx int
	weight float64
}

// variogramRadius is the largest distance of a pair in cells: 24 pairs a cell.
const variogramRadius = 4

// NewVariogramScore returns an empty score for forecasts of leads frames of height·width
// cells, at least two cells.
func NewVariogramScore(leads, height, width int) (*VariogramScore, error) {
	e, err := newEnsemble("variogram score", leads)
	if err != nil {
		return nil, err
	}
	if height < 1 || width < 1 || height*width < 2 {
		return nil, fmt.Errorf("variogram score: frames of %d×%d; want at least two cells", height, width)
	}
	s := &VariogramScore{
		ensemble: e, height: height, width: width,
		pairs: make([]int64, leads), weight: make([]float64, leads),
		plain: make([]float64, leads), excess: make([]float64, leads),
		sum: make([]float64, width), squares: make([]float64, width),
	}
	// Half of the disc, so that no pair is taken twice.
	down, aside := min(variogramRadius, height-1), min(variogramRadius, width-1)
	for dy := 0; dy <= down; dy++ {
		for dx := -aside; dx <= aside; dx++ {
			d := math.Hypot(float64(dy), float64(dx))
			if d > 0 && d <= variogramRadius && (dy > 0 || dx > 0) {
				s.offsets = append(s.offsets, offset{dy, dx, 1 / d})
			}
		}
	}
	return s, nil
}

// Add adds one forecast: the members and the truth, each a clip of leads frames (the
// forecast ones only). Every forecast must have the same number of members. It takes
// O(m) a cell.
func (s *VariogramScore) Add(members [][]float32, truth []float32) error {
	return s.AddCase(NewCase(members, truth))
}

// AddCase does what Add does, for a forecast that several scores take.
func (s *VariogramScore) AddCase(k *Case) error {
	if err := s.takeFrames(k, s.height, s.width); err != nil {
		return err
	}
	for c := range k.Truth {
		if k.missing(c) {
			s.Missing++
		}
	}
	for lead := range s.leads {
		for _, o := range s.offsets {
			for y := range s.height - o.dy {
				s.addRow(k.Members, k.Truth, lead, lead*s.height+y, o)
			}
		}
	}
	return nil
}

// addRow adds the pairs of one row of cells and the cells at an offset.
func (s *VariogramScore) addRow(members [][]float32, truth []float32, lead, row int, o offset) {
	x0 := max(0, -o.dx)
	n := s.width - max(o.dx, -o.dx)
	from := row*s.width + x0
	to := from + o.dy*s.width + o.dx
	sum, squares := s.sum[:n], s.squares[:n]
	clear(sum)
	clear(squares)
	for _, m := range members {
		a, b := m[from:from+n], m[to:to+n]
		for i := range sum { // without a call, and without roots of dry pairs
			if d := math.Abs(float64(a[i]) - float64(b[i])); d != 0 {
				sum[i] += math.Sqrt(d)
				squares[i] += d
			}
		}
	}
	m := float64(len(members))
	for i := range sum {
		y := rootDifference(truth[from+i], truth[to+i])
		if y != y || sum[i] != sum[i] {
			continue // a cell is missing
		}
		mean := sum[i] / m
		s.pairs[lead]++
		s.weight[lead] += o.weight
		s.plain[lead] += o.weight * (y - mean) * (y - mean)
		// With one member there is no variance: 0/0, which makes fair NaN.
		s.excess[lead] += o.weight * max(squares[i]-m*mean*mean, 0) / (m - 1) / m
	}
}

// rootDifference returns √|a − b|.
func rootDifference(a, b float32) float64 { return math.Sqrt(math.Abs(float64(a) - float64(b))) }

// Merge adds the sums of o, which must have the same size and members.
func (s *VariogramScore) Merge(o *VariogramScore) error {
	if s.height != o.height || s.width != o.width {
		return fmt.Errorf("variogram score: merging %d×%d with %d×%d; want equal ones", s.height, s.width, o.height, o.width)
	}
	if err := s.merge(&o.ensemble); err != nil {
		return err
	}
	s.Missing += o.Missing
	for l := range s.pairs {
		s.pairs[l] += o.pairs[l]
		s.weight[l] += o.weight[l]
		s.plain[l] += o.plain[l]
		s.excess[l] += o.excess[l]
	}
	return nil
}

// Value returns the scores; N counts pairs.
func (s *VariogramScore) Value() KernelValue {
	v := KernelValue{N: slices.Clone(s.pairs), Members: s.members}
	var plain, excess, weight float64
	for l, w := range s.weight {
		v.PlainByLead = append(v.PlainByLead, s.plain[l]/w)
		v.FairByLead = append(v.FairByLead, (s.plain[l]-s.excess[l])/w)
		plain, excess, weight = plain+s.plain[l], excess+s.excess[l], weight+w
	}
	v.Plain, v.Fair = plain/weight, (plain-excess)/weight
	return v
}
