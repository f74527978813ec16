package verify

import (
	"fmt"
	"math"
)

// blockLength returns the mean length of blocks, in cases, at which the
// stationary bootstrap estimates the variance of the mean of this series with
// the least mean square error: the automatic rule of Politis and White (2004,
// Econometric Reviews 23, 53) as corrected by Patton, Politis and White (2009,
// Econometric Reviews 28, 372),
//
//	b = (2G²/D)^⅓ n^⅓,  G = Σ λ(k/M)|k|R(k),  D = 2(Σ λ(k/M)R(k))²,
//
// over lags −M … M, with autocovariances R, the flat-top window λ(t) = min(1,
// 2(1 − |t|)) and M twice the lag after which correlations are negligible. It
// lies between 1 and min(3√n, n/3), and is 1 where all cases are equal.
//
// A case without a score (NaN) keeps its place in time and enters no product.
// Fewer than two cases are an error.
//
// blockLength also returns Σ λ(k/M)R(k): n times the variance of the mean, by
// the flat-top estimate of Politis and Romano (1995, Journal of Time Series
// Analysis 16, 67), which with a gap in the series counts the pairs that there
// are.
func blockLength(series []float64) (block, spectrum float64, err error) {
	n, mean := 0, 0.0
	for _, x := range series {
		if x == x {
			n++
			mean += x
		}
	}
	if n < 2 {
		return 0, 0, fmt.Errorf("block length: %d cases with a score of %d; want at least 2", n, len(series))
	}
	mean /= float64(n)
	d := make([]float64, len(series)) // deviations from the mean; 0 where missing
	for i, x := range series {
		if x == x {
			d[i] = x - mean
		}
	}
	covariance := func(lag int) float64 {
		sum := 0.0
		for i := lag; i < len(d); i++ {
			sum += d[i] * d[i-lag]
		}
		return sum / float64(n)
	}
	size := float64(n)
	run := max(5, int(math.Ceil(math.Sqrt(math.Log10(size))))) // number of consecutive correlations that must be negligible
	most := min(int(math.Ceil(math.Sqrt(size)))+run, len(d)-1)
	r := make([]float64, most+1)
	for lag := range r {
		r[lag] = covariance(lag)
	}
	if r[0] == 0 {
		return 1, 0, nil
	}
	negligible := 2 * math.Sqrt(math.Log10(size)/size)
	last, quiet := 1, 0 // last is the last lag, at least 1, before a run of negligible correlations
	for lag := 2; lag <= most && quiet < run; lag++ {
		quiet++
		if math.Abs(r[lag]/r[0]) >= negligible {
			last, quiet = lag, 0
		}
	}
	m := min(2*last, most)
	g := 0.0
	spectrum = r[0]
	for lag := 1; lag <= m; lag++ {
		window := min(1, 2*(1-float64(lag)/float64(m)))
		g += 2 * window * float64(lag) * r[lag]
		spectrum += 2 * window * r[lag]
	}
	b := math.Cbrt(g * g / (spectrum * spectrum) * size)            // 2G²/D, with D = 2·spectrum²
	if longest := min(3*math.Sqrt(size), size/3); !(b <= longest) { // also where the spectrum is 0
		b = longest
	}
	return max(1, b), max(spectrum, 0), nil // with few cases the estimate may be below 0
}
