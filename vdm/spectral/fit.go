package spectral

import (
	"errors"
	"fmt"
	"math"

	"github.com/climate-vdm/climate-vdm/vdm/verify"
)

// fitted is the number of clips, at even distances, over which the variances are means.
// For rain in windows of 10×32×32 the loss of the linear denoiser no longer changes in
// its third digit from there on.
const fitted = 800

// floor is the smallest variance of a wave. Where data have none, such as constant data,
// the linear denoiser must not take the rounding of z for a signal.
const floor = 1e-5

// Fit returns the mean square of each wave of frames, rows and columns, or with
// eachFrame of rows and columns in each frame by itself, [frame, height, width,
// channel]. It is a mean over count clips of a shape (frames, height, width, channels)
// in the network's units, of which read writes clip i. The mean of the data counts as
// part of the constant wave. Clips with missing cells (NaN) are left out; it is an error
// if all clips have some.
func Fit(shape [4]int, count int, eachFrame bool, read func(i int, x []float32) error) ([]float32, error) {
	frames, height, width, channels := shape[0], shape[1], shape[2], shape[3]
	size := frames * height * width * channels
	x, wide, sum := make([]float32, size), make([]float64, size), make([]float64, size)
	n, used := min(fitted, count), 0
	for i := range n {
		if err := read(int(int64(i)*int64(count)/int64(n)), x); err != nil {
			return nil, fmt.Errorf("variances of the waves: %w", err)
		}
		whole := true
		for j, v := range x {
			wide[j] = float64(v)
			whole = whole && !math.IsNaN(wide[j])
		}
		if !whole {
			continue
		}
		used++
		transform(wide, width, channels)
		transform(wide, height, channels*width)
		if !eachFrame {
			transform(wide, frames, channels*width*height)
		}
		for j, v := range wide {
			sum[j] += v * v
		}
	}
	if used == 0 {
		return nil, errors.New("variances of the waves: there is no clip without missing cells: leave preconditioning out")
	}
	for j, v := range sum {
		x[j] = float32(max(floor, v/float64(used)))
	}
	return x, nil
}

// transform replaces x by its DCT-II along an axis of n values, whose neighbours lie
// inner values apart.
func transform(x []float64, n, inner int) {
	matrix, line := verify.Cosines(n), make([]float64, n)
	for start := 0; start < len(x); start += n * inner {
		for j := range inner {
			for i := range line {
				line[i] = x[start+i*inner+j]
			}
			for k := range n {
				sum := 0.0
				for i, v := range line {
					sum += matrix[i][k] * v
				}
				x[start+k*inner+j] = sum
			}
		}
	}
}
