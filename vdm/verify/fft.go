package verify

import "gonum.org/v1/gonum/dsp/fourier"

// realFFT is the discrete Fourier transform of a real field t·h·w, unnormalised as in
// numpy, X_k = Σ x_n exp(−2πi k·n/N). As x is real X_{−k} is the conjugate of X_k, so
// only w/2+1 of the last axis are kept: layout t·h·(w/2+1). It contains work space and
// must not be used concurrently.
type realFFT struct {
	t, h, w, half int
	row           *fourier.FFT
	colT, colH    *fourier.CmplxFFT // nil along an axis of length one
	coeff         []complex128
	line, out     []complex128
}

func newRealFFT(t, h, w int) *realFFT {
	f := &realFFT{t: t, h: h, w: w, half: w/2 + 1, row: fourier.NewFFT(w)}
	if t > 1 {
		f.colT = fourier.NewCmplxFFT(t)
	}
	if h > 1 {
		f.colH = fourier.NewCmplxFFT(h)
	}
	f.coeff = make([]complex128, t*h*f.half)
	n := max(t, h)
	f.line, f.out = make([]complex128, n), make([]complex128, n)
	return f
}

// forward returns the coefficients, valid until the next call.
func (f *realFFT) forward(x []float64) []complex128 {
	for r := range f.t * f.h {
		f.row.Coefficients(f.coeff[r*f.half:(r+1)*f.half], x[r*f.w:(r+1)*f.w])
	}
	f.columns(false)
	return f.coeff
}

// inverse writes the field of the coefficients (those that forward returned,
// perhaps changed) to x, with the factor 1/N that undoes forward.
func (f *realFFT) inverse(x []float64) {
	f.columns(true)
	for r := range f.t * f.h {
		f.row.Sequence(x[r*f.w:(r+1)*f.w], f.coeff[r*f.half:(r+1)*f.half])
	}
	scale := 1 / float64(f.t*f.h*f.w)
	for i := range x {
		x[i] *= scale
	}
}

// columns transforms coeff in place along the axes h and t.
func (f *realFFT) columns(inverse bool) {
	for i := range f.t {
		for k := range f.half {
			f.column(f.colH, i*f.h*f.half+k, f.half, inverse)
		}
	}
	for j := range f.h * f.half {
		f.column(f.colT, j, f.h*f.half, inverse)
	}
}

func (f *realFFT) column(fft *fourier.CmplxFFT, start, stride int, inverse bool) {
	if fft == nil {
		return
	}
	n := fft.Len()
	line, out := f.line[:n], f.out[:n]
	for i := range line {
		line[i] = f.coeff[start+i*stride]
	}
	if inverse {
		fft.Sequence(out, line)
	} else {
		fft.Coefficients(out, line)
	}
	for i, c := range out {
		f.coeff[start+i*stride] = c
	}
}

// twins returns how many modes of the full transform the kept mode kx stands for.
func (f *realFFT) twins(kx int) int {
	if kx == 0 || 2*kx == f.w {
		return 1
	}
	return 2
}

// signed returns the wavenumber of index i among n: 0, 1, …, −2, −1.
func signed(i, n int) int {
	if 2*i > n {
		return i - n
	}
	return i
}

func abs2(c complex128) float64 { return real(c)*real(c) + imag(c)*imag(c) }
