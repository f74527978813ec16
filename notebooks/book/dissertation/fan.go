package dissertation

import "github.com/climate-vdm/climate-vdm/plotting"

// IntervalBand returns a Gaussian series as a curve of its means and a band of one standard
// deviation to each side, over frames that follow the given point, so that a forecast
// begins at the last known value.
func (g Gaussian) IntervalBand(name string, frame, value float64) (plotting.Series, plotting.Band) {
	s := plotting.Series{Name: name, X: []float64{frame}, Y: []float64{value}}
	b := plotting.Band{X: []float64{frame}, Low: []float64{value}, High: []float64{value}}
	for i := range g.Mean {
		m, std := g.Marginal(i)
		x := frame + float64(i+1)
		s.X, s.Y = append(s.X, x), append(s.Y, m)
		b.X, b.Low, b.High = append(b.X, x), append(b.Low, m-std), append(b.High, m+std)
	}
	return s, b
}
