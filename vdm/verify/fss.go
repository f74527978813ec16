package verify

import (
	"fmt"
	"slices"
)

// FSS is the fractions skill score: whether forecast and truth reach a threshold in the
// same share of the cells of a window, for several thresholds and sizes of the window.
// With fractions M and O in the window around each cell,
//
//	FSS = 1 − Σ(M − O)² / (ΣM² + ΣO²)
//
// (Roberts and Lean 2008, Monthly Weather Review 136, 78): 1 is perfect, 0 no overlap of
// any window. Both sums run over all windows, frames and cases before they are divided.
// For an ensemble M is the mean over the window of the probability k/m (the
// neighbourhood ensemble probability of Schwartz et al. 2010, Weather and Forecasting
// 25, 263); for one member it is the original.
//
// A value reaches a threshold where value ≥ threshold, both as float32. A cell where the
// truth or a member is missing counts for neither. At the edge of the frame, and beside
// missing cells, the window contains fewer cells, and fractions are shares of the cells
// that it contains. (Zeros instead, as other programs take them, give the edge less
// weight.) A window where both are dry adds 0 to both sums, and changes nothing; so a
// score of frames that are dry throughout in both does not exist (NaN), and where only
// one is dry it is 0. Make it with [NewFSS].
type FSS struct {
	Missing int64 // number of cells that counted for neither

	ensemble
	height, width int
	thresholds    []float64
	scales        []int
	sums          [][]fssSums // [threshold][lead]
	work          fssWork
}

// fssSums are the sums at one threshold and lead time.
type fssSums struct {
	cells, events int64
	square        []float64 // [scale] Σ(M − O)²
	reference     []float64 // [scale] ΣM² + ΣO²
}

// fssWork contains summed-area tables of one frame.
type fssWork struct {
	cells, fc, came []int // (height+1)·(width+1)
}

// FSSValue is the score at one threshold.
//
// BaseRate is the share f of cells where the truth reaches the threshold. A random
// forecast of that frequency scores f cell by cell (Random). Uniform is ½ + f/2,
// half-way from there to a perfect forecast, which Roberts and Lean call FSS_uniform and
// take as the target: the forecast is useful at scales where the score exceeds it. (By
// its definition, a forecast of f everywhere, it would be 2f/(1+f) cell by cell; the
// paper's value is kept because others use it.) Antonio and Aitchison (arXiv:2311.11985)
// argue that a random forecast, at the window's own size, is the fairer target.
type FSSValue struct {
	Threshold       float64
	Scales          []int       // sides of the windows, in cells
	Score           []float64   // [scale], over all lead times
	Apart, Most     []float64   // [scale], sums over cases of which Score is 1 − Apart/Most: of squared differences, and of what they are at most
	ByLead          [][]float64 // [lead][scale]
	BaseRate        float64
	Random, Uniform float64
	SkilfulScale    int // the smallest given scale whose score reaches Uniform; 0 where none does
}

// NewFSS returns an empty score for forecasts of leads frames of height·width cells, at
// increasing thresholds in the units of the data and increasing scales: the sides of
// square windows, odd numbers of cells, so that each has a middle; 1 compares cell by
// cell.
func NewFSS(leads, height, width int, thresholds []float64, scales []int) (*FSS, error) {
	e, err := newEnsemble("fss", leads)
	if err != nil {
		return nil, err
	}
	if height < 1 || width < 1 {
		return nil, fmt.Errorf("fss: frames of %d×%d; want at least 1×1", height, width)
	}
	if err := checkThresholds("fss", thresholds); err != nil {
		return nil, err
	}
	if len(scales) == 0 {
		return nil, fmt.Errorf("fss: no scales; want at least one")
	}
	for i, n := range scales {
		if n < 1 || n%2 == 0 || i > 0 && n <= scales[i-1] {
			return nil, fmt.Errorf("fss: scale %d is %d cells; want odd, increasing numbers of cells", i, n)
		}
	}
	s := &FSS{ensemble: e, height: height, width: width, thresholds: slices.Clone(thresholds), scales: slices.Clone(scales)}
	for range thresholds {
		byLead := make([]fssSums, leads)
		for l := range byLead {
			byLead[l] = s.newSums()
		}
		s.sums = append(s.sums, byLead)
	}
	table := func() []int { return make([]int, (height+1)*(width+1)) }
	s.work = fssWork{table(), table(), table()}
	return s, nil
}

func (s *FSS) newSums() fssSums {
	return fssSums{square: make([]float64, len(s.scales)), reference: make([]float64, len(s.scales))}
}

// Add adds one forecast: the members and the truth, each a clip of the leads forecast
// frames. Every forecast must have the same number of members. The cost of a window does
// not depend on its size.
func (s *FSS) Add(members [][]float32, truth []float32) error {
	return s.AddCase(NewCase(members, truth))
}

// AddCase does what Add does, for a forecast that several scores take.
func (s *FSS) AddCase(k *Case) error {
	if err := s.takeFrames(k, s.height, s.width); err != nil {
		return err
	}
	w, m, cells := &s.work, len(k.Members), k.cells()
	for lead := range s.leads {
		from := lead * s.height * s.width
		truth := k.Truth[from : from+s.height*s.width]
		present := func(c int) int {
			if cell := cells[(from+c)*m]; cell != cell {
				return 0
			}
			return 1
		}
		s.sumArea(w.cells, present)
		s.Missing += int64(len(truth) - w.cells[len(w.cells)-1])
		for i, threshold := range s.thresholds {
			limit := float32(threshold)
			s.sumArea(w.came, func(c int) int {
				if truth[c] >= limit {
					return present(c)
				}
				return 0
			})
			s.sumArea(w.fc, func(c int) int { return reaching(cells[(from+c)*m:(from+c+1)*m], limit) * present(c) })
			s.addWindows(&s.sums[i][lead])
		}
	}
	return nil
}

// sumArea writes the sums over all rectangles that start at the corner of what each cell
// counts.
func (s *FSS) sumArea(table []int, count func(cell int) int) {
	stride := s.width + 1
	for y := range s.height {
		row := 0
		for x := range s.width {
			row += count(y*s.width + x)
			table[(y+1)*stride+x+1] = table[y*stride+x+1] + row
		}
	}
}

func (s *FSS) addWindows(sums *fssSums) {
	w, stride := &s.work, s.width+1
	last := len(w.cells) - 1
	sums.cells += int64(w.cells[last])
	sums.events += int64(w.came[last])
	if w.fc[last] == 0 && w.came[last] == 0 {
		return // dry: every window would add 0
	}
	m := float64(s.members)
	for i, scale := range s.scales {
		half := scale / 2
		for y := range s.height {
			top, bottom := max(0, y-half)*stride, min(s.height, y+half+1)*stride
			for x := range s.width {
				left, right := max(0, x-half), min(s.width, x+half+1)
				area := func(t []int) float64 {
					return float64(t[bottom+right] - t[bottom+left] - t[top+right] + t[top+left])
				}
				n := area(w.cells)
				if n == 0 {
					continue
				}
				forecast, came := area(w.fc)/(n*m), area(w.came)/n
				sums.square[i] += (forecast - came) * (forecast - came)
				sums.reference[i] += forecast*forecast + came*came
			}
		}
	}
}

// Merge adds the sums of o, which must have the same thresholds, scales, size, lead
// times and members.
func (s *FSS) Merge(o *FSS) error {
	if s.height != o.height || s.width != o.width || !slices.Equal(s.thresholds, o.thresholds) || !slices.Equal(s.scales, o.scales) {
		return fmt.Errorf("fss: merging %d×%d, thresholds %v, scales %v with %d×%d, %v, %v; want equal ones",
			s.height, s.width, s.thresholds, s.scales, o.height, o.width, o.thresholds, o.scales)
	}
	if err := s.merge(&o.ensemble); err != nil {
		return err
	}
	s.Missing += o.Missing
	for i := range s.sums {
		for l := range s.sums[i] {
			s.sums[i][l].merge(o.sums[i][l])
		}
	}
	return nil
}

func (a *fssSums) merge(b fssSums) {
	a.cells += b.cells
	a.events += b.events
	for i := range a.square {
		a.square[i] += b.square[i]
		a.reference[i] += b.reference[i]
	}
}

func (a *fssSums) scores() []float64 {
	scores := make([]float64, len(a.square))
	for i := range scores {
		scores[i] = 1 - a.square[i]/a.reference[i]
	}
	return scores
}

// Value returns the scores, in the order of the thresholds.
func (s *FSS) Value() []FSSValue {
	var values []FSSValue
	for i, threshold := range s.thresholds {
		v := FSSValue{Threshold: threshold, Scales: slices.Clone(s.scales)}
		all := s.newSums()
		for _, sums := range s.sums[i] {
			v.ByLead = append(v.ByLead, sums.scores())
			all.merge(sums)
		}
		v.Score, v.Apart, v.Most = all.scores(), all.square, all.reference
		v.BaseRate = ratio(all.events, all.cells)
		v.Random, v.Uniform = v.BaseRate, 0.5+v.BaseRate/2
		if at := slices.IndexFunc(v.Score, func(score float64) bool { return score >= v.Uniform }); at >= 0 {
			v.SkilfulScale = s.scales[at]
		}
		values = append(values, v)
	}
	return values
}
