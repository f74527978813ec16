package verify

import "math"

// planeFFT is the discrete Fourier transform of complex planes [height, width],
// unnormalised. It transforms all columns of a plane at once, so that the inner loops run
// along the rows of memory, turns the plane, and does the same again; a spectrum by
// [fourier.CmplxFFT] takes twice as long or more. It contains work space and must not be
// used concurrently.
type planeFFT struct {
	columns, rows columnFFT
	plane, other  []complex128
}

func newPlaneFFT(height, width int) *planeFFT {
	n := height * width
	return &planeFFT{newColumnFFT(height), newColumnFFT(width), make([]complex128, n), make([]complex128, n)}
}

// forward transforms the plane that was written to f.plane, and returns the coefficients
// [width, height], valid until the next call.
func (f *planeFFT) forward() []complex128 {
	height, width := f.columns.n, f.rows.n
	done, free := f.columns.forward(f.plane, f.other, width)
	for y := range height {
		for x, v := range done[y*width : (y+1)*width] {
			free[x*height+y] = v
		}
	}
	done, _ = f.rows.forward(free, done, height)
	return done
}

// columnFFT is the transform along the first axis of a matrix, by Stockham's algorithm
// (Cochran et al. 1967, Proceedings of the IEEE 55, 1664): each pass takes a factor of
// the length, and no pass needs the digits of an index reversed.
type columnFFT struct {
	n       int
	factors []int        // fours first, the remaining primes after them
	roots   []complex128 // exp(−2πi k/n)
}

func newColumnFFT(n int) columnFFT {
	f := columnFFT{n: n}
	rest := n
	for ; rest%4 == 0; rest /= 4 {
		f.factors = append(f.factors, 4)
	}
	for p := 2; rest > 1; p++ {
		for ; rest%p == 0; rest /= p {
			f.factors = append(f.factors, p)
		}
	}
	for k := range n {
		sin, cos := math.Sincos(-2 * math.Pi * float64(k) / float64(n))
		f.roots = append(f.roots, complex(cos, sin))
	}
	return f
}

// forward returns the transform of a matrix [n, width], and the memory that remains free.
// It overwrites both, which have the same length.
func (f *columnFFT) forward(x, y []complex128, width int) (done, free []complex128) {
	n, s := f.n, width
	for _, factor := range f.factors {
		m := n / factor
		for p := range m {
			to := y[factor*p*s : factor*(p+1)*s]
			if factor == 4 {
				step := p * (f.n / n)
				four(to, x[p*s:(p+1)*s], x[(p+m)*s:(p+m+1)*s], x[(p+2*m)*s:(p+2*m+1)*s], x[(p+3*m)*s:(p+3*m+1)*s],
					f.roots[step], f.roots[2*step], f.roots[3*step])
				continue
			}
			for k := range factor {
				line := to[k*s : (k+1)*s]
				copy(line, x[p*s:(p+1)*s])
				scale(line, f.roots[p*k*(f.n/n)%f.n])
				for j := 1; j < factor; j++ {
					addTimes(line, x[(p+j*m)*s:(p+j*m+1)*s], f.roots[(j*k*m+p*k)%n*(f.n/n)])
				}
			}
		}
		x, y, n, s = y, x, m, s*factor
	}
	return x, y
}

// four writes the four transforms of four rows, each times its root, one after another.
func four(to, a, b, c, d []complex128, w1, w2, w3 complex128) {
	s := len(a)
	b, c, d = b[:s], c[:s], d[:s]
	y0, y1, y2, y3 := to[:s], to[s : 2*s][:s], to[2*s : 3*s][:s], to[3*s:][:s]
	for i := range a {
		even, odd := a[i]+c[i], b[i]+d[i]
		across, off := a[i]-c[i], b[i]-d[i]
		turned := complex(imag(off), -real(off)) // −i·off
		y0[i] = even + odd
		y1[i] = w1 * (across + turned)
		y2[i] = w2 * (even - odd)
		y3[i] = w3 * (across - turned)
	}
}

func scale(line []complex128, by complex128) {
	for i := range line {
		line[i] *= by
	}
}

func addTimes(line, x []complex128, by complex128) {
	x = x[:len(line)]
	for i := range line {
		line[i] += x[i] * by
	}
}
