package verify

import (
	"math/cmplx"
	"testing"

	"gonum.org/v1/gonum/dsp/fourier"
)

// The transform of a plane is gonum's along rows, then along columns, for lengths of every
// kind of factor.
func TestPlaneFFT(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {2, 4}, {8, 8}, {6, 10}, {15, 7}, {118, 87}, {64, 32}, {1, 12}} {
		h, w := size[0], size[1]
		f := newPlaneFFT(h, w)
		values := gaussian(7, 2*h*w)
		want := make([]complex128, h*w)
		for i := range want {
			f.plane[i] = complex(values[2*i], values[2*i+1])
			want[i] = f.plane[i]
		}
		row, column := fourier.NewCmplxFFT(w), fourier.NewCmplxFFT(h)
		for y := range h {
			copy(want[y*w:(y+1)*w], row.Coefficients(nil, want[y*w:(y+1)*w]))
		}
		got := f.forward()
		for x := range w {
			line := make([]complex128, h)
			for y := range h {
				line[y] = want[y*w+x]
			}
			for y, v := range column.Coefficients(nil, line) {
				if d := cmplx.Abs(got[x*h+y] - v); !(d < 1e-11) {
					t.Fatalf("%d×%d: mode %d, %d is %v, gonum has %v", h, w, y, x, got[x*h+y], v)
				}
			}
		}
	}
}
