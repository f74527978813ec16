package verify

// ReliabilityPoint is one point of a reliability diagram: how often the event occurred
// when a number of members predicted it. On the diagonal the two agree.
type ReliabilityPoint struct {
	Probability float64 // the forecast probability k/m
	Observed    float64 // share of the cells with this forecast where the event occurred; NaN without cells
	Cells       int64   // number of cells with this forecast: the diagram's histogram of sharpness
}

// Reliability returns the points of the diagram, one for each of k = 0 … m, over
// all lead times: nothing is binned further. Neighbouring cells are not
// independent, so the cells of a point say less than their number; take
// intervals from cases ([MeanInterval]). It is empty before the first Add.
func (e *Exceedance) Reliability() []ReliabilityPoint {
	if e.members == 0 {
		return nil
	}
	var points []ReliabilityPoint
	for k, c := range e.total() {
		points = append(points, ReliabilityPoint{
			Probability: float64(k) / float64(e.members),
			Observed:    float64(c.events) / float64(c.cells),
			Cells:       c.cells,
		})
	}
	return points
}
