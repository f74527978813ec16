package dissertation

import "math"

// Fit returns the mixture after a number of steps of expectation maximisation from
// start: each raises the likelihood of the points (Dempster, Laird and Rubin 1977).
// start is not changed.
func (m Isotropic) Fit(points [][]float64, steps int) Isotropic {
	d := len(points[0])
	for range steps {
		next := Isotropic{Weights: make([]float64, len(m.Weights)), Means: make([][]float64, len(m.Weights)), Std: make([]float64, len(m.Weights))}
		squares := make([]float64, len(m.Weights))
		for k := range next.Means {
			next.Means[k] = make([]float64, d)
		}
		for _, x := range points {
			shares, _ := m.shares(x)
			for k, s := range shares {
				next.Weights[k] += s
				for i, v := range x {
					next.Means[k][i] += s * v
					squares[k] += s * (v - m.Means[k][i]) * (v - m.Means[k][i])
				}
			}
		}
		for k, w := range next.Weights {
			for i := range next.Means[k] {
				next.Means[k][i] /= w
				shift := next.Means[k][i] - m.Means[k][i]
				squares[k] -= w * shift * shift
			}
			next.Std[k] = math.Sqrt(squares[k] / w / float64(d))
			next.Weights[k] = w / float64(len(points))
		}
		m = next
	}
	return m
}

// Class returns the probability of each component given x.
func (m Isotropic) Class(x []float64) []float64 {
	shares, _ := m.shares(x)
	return shares
}

// Moments returns the mean and the variance of each dimension.
func (m Isotropic) Moments() (mean, variance []float64) {
	d := len(m.Means[0])
	mean, variance = make([]float64, d), make([]float64, d)
	for k, w := range m.Weights {
		for i, v := range m.Means[k] {
			mean[i] += w * v
			variance[i] += w * (v*v + m.Std[k]*m.Std[k])
		}
	}
	for i := range mean {
		variance[i] -= mean[i] * mean[i]
	}
	return mean, variance
}
