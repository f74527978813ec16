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
	if len(cells) == 0 {
		return
	}
	lo, hi := math.Inf(1), math.Inf(-1)
	if s.Count > 0 {
		lo, hi = s.Min, s.Max
	}
	sum, missing, dry := 0.0, 0, 0
	for _, c := range cells {
		v := float64(c)
		if v != v {
			missing++
			continue
		}
		sum += v
		if v < lo {
			lo = v
		}
		if v > hi {
			hi = v
		}
		if v < DryBelow {
			dry++
		}
	}
	s.sum += sum
	s.Missing += missing
	s.Dry += dry
	s.Count += len(cells) - missing
	if s.Count > 0 {
		s.Min, s.Max = lo, hi
	}
}

// Mean returns the mean of the cells that are not missing, NaN where there are none.
func (s *Stats) Mean() float64 { return s.sum / float64(s.Count) }

// MissingShare returns the share of missing cells among all.
func (s *Stats) MissingShare() float64 { return float64(s.Missing) / float64(s.Missing+s.Count) }

// DryShare returns the share of dry cells among those that are not missing.
func (s *Stats) DryShare() float64 { return float64(s.Dry) / float64(s.Count) }
