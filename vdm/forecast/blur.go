package forecast

import "math"

// blur smooths a field [h, w] in place by about a Gaussian with the standard deviation
// sigma, in cells: three running means along each axis (Wells 1986, IEEE PAMI 8). Beyond
// the edge the field counts as zero.
func blur(field []float64, h, w int, sigma float64) {
	// A mean over 2r+1 cells has variance ((2r+1)² − 1)/12.
	r := int(math.Round((math.Sqrt(4*sigma*sigma+1) - 1) / 2))
	if r < 1 {
		return
	}
	line, sums := make([]float64, max(h, w)), make([]float64, max(h, w)+1)
	smooth := func(start, stride, n int) {
		for i := range n {
			line[i] = field[start+i*stride]
		}
		for range 3 {
			for i := range n {
				sums[i+1] = sums[i] + line[i]
			}
			for i := range n {
				line[i] = (sums[min(i+r+1, n)] - sums[max(i-r, 0)]) / float64(2*r+1)
			}
		}
		for i := range n {
			field[start+i*stride] = line[i]
		}
	}
	for y := range h {
		smooth(y*w, 1, w)
	}
	for x := range w {
		smooth(x, w, h)
	}
}

// blurred returns a smoothed copy in which the field beyond the edge does not count.
func blurred(field []float64, h, w int, sigma float64) []float64 {
	out, ones := append([]float64(nil), field...), make([]float64, len(field))
	for i := range ones {
		ones[i] = 1
	}
	blur(out, h, w, sigma)
	blur(ones, h, w, sigma)
	for i := range out {
		out[i] /= ones[i]
	}
	return out
}

// blockMeans returns the means of the field over factor×factor cells; partial blocks are
// dropped.
func blockMeans(field []float64, h, w, factor int) []float64 {
	ch, cw := h/factor, w/factor
	out := make([]float64, ch*cw)
	for y := range ch * factor {
		for x := range cw * factor {
			out[y/factor*cw+x/factor] += field[y*w+x] / float64(factor*factor)
		}
	}
	return out
}
