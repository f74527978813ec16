package stochastic

import "math"

// SampleMoments returns the mean and the covariance (D×D, divided by n) of points.
func SampleMoments(points [][]float64) (mean, cov []float64) {
	d, n := len(points[0]), float64(len(points))
	mean, cov = make([]float64, d), make([]float64, d*d)
	for _, x := range points {
		for i := range d {
			mean[i] += x[i] / n
		}
	}
	for _, x := range points {
		for i := range d {
			for j := range d {
				cov[i*d+j] += (x[i] - mean[i]) * (x[j] - mean[j]) / n
			}
		}
	}
	return mean, cov
}

// Average returns the mean of values and its standard error, for values that are
// independent.
func Average(values []float64) (mean, se float64) {
	n := float64(len(values))
	for _, v := range values {
		mean += v / n
	}
	for _, v := range values {
		se += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(se/(n-1)) / math.Sqrt(n)
}

// Slope returns the slope of the least-squares line through (log x, log y): the order of
// convergence of an error y in a step size x.
func Slope(x, y []float64) float64 {
	n, mx, my := float64(len(x)), 0.0, 0.0
	for i := range x {
		mx, my = mx+math.Log(x[i])/n, my+math.Log(y[i])/n
	}
	xx, xy := 0.0, 0.0
	for i := range x {
		dx := math.Log(x[i]) - mx
		xx, xy = xx+dx*dx, xy+dx*(math.Log(y[i])-my)
	}
	return xy / xx
}

// EnergyDistance returns 2E‖x−y‖ − E‖x−x′‖ − E‖y−y′‖ between two sets of points: zero
// for equal distributions only (Székely & Rizzo 2013). Draws of one distribution give
// about E‖x−x′‖·(1/n + 1/m), as each point's distance to itself counts.
func EnergyDistance(x, y [][]float64) float64 {
	between := func(a, b [][]float64) (sum float64) {
		for _, p := range a {
			for _, q := range b {
				square := 0.0
				for i := range p {
					square += (p[i] - q[i]) * (p[i] - q[i])
				}
				sum += math.Sqrt(square)
			}
		}
		return sum / float64(len(a)) / float64(len(b))
	}
	return 2*between(x, y) - between(x, x) - between(y, y)
}
