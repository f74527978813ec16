package climate

import "math"

// Stats are statistics of a set of cells. The zero value describes no cells and is ready
// for use.
type Stats struct {
	Min, Max float64 // of the cells that are not missing
	Count    int     // number of cells that are not missing
	Missing  int     // number of cells that are NaN
	Dry      int     // number of cells below DryBelow
	sum      float64
}

// Add adds cells to the statistics.
func (s *Stats) Add(cells []float32) {
	lo, hi := float32(math.Inf(1)), float32(math.Inf(-1))
	sum, missing, dry := 0.0, 0, uint32(0)
	for _, v := range cells {
		if v != v {
			missing++
			continue
		}
		sum += float64(v)
		if v < lo {
			lo = v
		}
		if v > hi {
			hi = v
		}
		// The sign of the difference is not a branch, which rain would make unpredictable.
		dry += math.Float32bits(v-DryBelow) >> 31
	}
	s.merge(Stats{Min: float64(lo), Max: float64(hi), Count: len(cells) - missing, Missing: missing, Dry: int(dry), sum: sum})
}

// merge adds the cells that other statistics describe.
func (s *Stats) merge(o Stats) {
	switch {
	case o.Count == 0:
	case s.Count == 0:
		s.Min, s.Max = o.Min, o.Max
	default:
		s.Min, s.Max = min(s.Min, o.Min), max(s.Max, o.Max)
	}
	s.Count, s.Missing, s.Dry, s.sum = s.Count+o.Count, s.Missing+o.Missing, s.Dry+o.Dry, s.sum+o.sum
}

// Mean returns the mean of the cells that are not missing, NaN where there are none.
func (s *Stats) Mean() float64 { return s.sum / float64(s.Count) }

// MissingShare returns the share of missing cells among all.
func (s *Stats) MissingShare() float64 { return float64(s.Missing) / float64(s.Missing+s.Count) }

// DryShare returns the share of dry cells among those that are not missing.
func (s *Stats) DryShare() float64 { return float64(s.Dry) / float64(s.Count) }
