package forecast

import (
	"math"

	"gonum.org/v1/gonum/dsp/fourier"
)

// fft is the discrete Fourier transform of a real field [h, w], unnormalised, X_k = Σ
// x_n exp(−2πi k·n/N), of which the first w/2+1 columns are kept. It contains work space
// and must not be used concurrently.
type fft struct {
	h, w, half int
	row        *fourier.FFT
	col        *fourier.CmplxFFT
	line, out  []complex128
	work       []complex128
}

func newFFT(h, w int) *fft {
	f := &fft{h: h, w: w, half: w/2 + 1, row: fourier.NewFFT(w), col: fourier.NewCmplxFFT(h)}
	f.line, f.out = make([]complex128, h), make([]complex128, h)
	f.work = make([]complex128, h*f.half)
	return f
}

// modes returns how many coefficients are kept.
func (f *fft) modes() int { return f.h * f.half }

// forward writes the coefficients of a field to dst.
func (f *fft) forward(dst []complex128, field []float64) {
	for y := range f.h {
		f.row.Coefficients(dst[y*f.half:(y+1)*f.half], field[y*f.w:(y+1)*f.w])
	}
	f.columns(dst, f.col.Coefficients)
}

// inverse writes the field that has these coefficients to dst; the coefficients are not
// changed.
func (f *fft) inverse(dst []float64, coefficients []complex128) {
	copy(f.work, coefficients)
	f.columns(f.work, f.col.Sequence)
	scale := 1 / float64(f.h*f.w)
	for y := range f.h {
		row := dst[y*f.w : (y+1)*f.w]
		f.row.Sequence(row, f.work[y*f.half:(y+1)*f.half])
		for x := range row {
			row[x] *= scale
		}
	}
}

func (f *fft) columns(c []complex128, transform func(dst, src []complex128) []complex128) {
	for k := range f.half {
		for y := range f.h {
			f.line[y] = c[y*f.half+k]
		}
		transform(f.out, f.line)
		for y := range f.h {
			c[y*f.half+k] = f.out[y]
		}
	}
}

// frequency returns the wavenumber of mode i in cycles per cell.
func (f *fft) frequency(i int) float64 {
	ky, kx := i/f.half, i%f.half
	if 2*ky > f.h {
		ky -= f.h
	}
	return math.Hypot(float64(ky)/float64(f.h), float64(kx)/float64(f.w))
}

// twins returns how many modes of the full transform mode i stands for.
func (f *fft) twins(i int) float64 {
	if kx := i % f.half; kx == 0 || 2*kx == f.w {
		return 1
	}
	return 2
}

// fftSize returns the smallest size from n on without a prime factor above 5, for which
// the transform is quick.
func fftSize(n int) int {
	for ; ; n++ {
		rest := n
		for _, p := range []int{2, 3, 5} {
			for rest%p == 0 {
				rest /= p
			}
		}
		if rest == 1 {
			return n
		}
	}
}
