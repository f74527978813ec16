package train

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// From no basis the refresh makes the eigenvectors; from eigenvectors in another order, the
// same in theirs, and the second moments of the directions move with them; from others, ones
// that are closer. All are orthonormal, also where the moments have no full rank or are 0.
func TestSOAPRefresh(t *testing.T) {
	const rows, columns, others = 4, 3, 4
	list := soapVariables[:1]
	random := make([]float32, 2*rows*rows)
	noise.Key{Seed: 11, Stream: noise.Weights}.Normal(random)
	var qr mat.QR
	qr.Factorize(square(random[:rows*rows], rows))
	var u mat.Dense
	qr.QTo(&u)
	withValues := func(values ...float64) []float32 {
		var p mat.Dense
		p.Mul(&u, mat.NewDiagDense(rows, values))
		p.Mul(&p, u.T())
		x := make([]float32, rows*columns*others)
		for i := range rows * rows {
			x[i] = float32(p.At(i/rows, i%rows))
		}
		for i := range columns { // the other axis: diagonal, in falling order
			x[rows*rows+i*(columns+1)] = float32(columns - i)
		}
		return x
	}
	refreshed := func(moments, bases []float32) (*mat.Dense, []float32) {
		second := make([]float32, rows*columns*others)
		for i := range second {
			second[i] = float32(i)
		}
		SOAP{}.Refresh(list, [][]float32{nil, second, moments, bases})
		return square(bases[:rows*rows], rows), second
	}
	agree := func(what string, q *mat.Dense, order []int) {
		t.Helper()
		for i, j := range order {
			if c := math.Abs(mat.Dot(q.ColView(i), u.ColView(j))); !(math.Abs(c-1) < 1e-5) {
				t.Errorf("%s: the cosine of column %d and eigenvector %d is %v", what, i, j, c)
			}
		}
	}
	bases := make([]float32, rows*columns*others)
	moments := withValues(0.5, 4, 1, 2)
	q, _ := refreshed(moments, bases)
	agree("from nothing", q, []int{1, 3, 2, 0})
	for i := range columns {
		for j := range columns {
			if x := bases[rows*rows+i*columns+j]; !(math.Abs(math.Abs(float64(x))-map[bool]float64{true: 1}[i == j]) < 1e-6) {
				t.Errorf("the basis of the second axis has %v at %d, %d", x, i, j)
			}
		}
	}
	q, second := refreshed(withValues(8, 4, 1, 2), bases)
	agree("in another order", q, []int{0, 1, 3, 2})
	if second[0] != 3*columns*others || second[columns*others+2] != 2 {
		t.Errorf("the second moments do not move with the eigenvectors: %v", second)
	}
	for i := range rows * rows { // not eigenvectors: the identity
		bases[i] = 0
		if i%(rows+1) == 0 {
			bases[i] = 1
		}
	}
	for range 40 {
		q, _ = refreshed(moments, bases)
	}
	agree("from the identity in forty steps", q, []int{1, 3, 2, 0})
	for what, moments := range map[string][]float32{"of rank one": withValues(0, 1, 0, 0), "zero": make([]float32, rows*columns*others)} {
		for range 3 {
			q, _ = refreshed(moments, bases)
		}
		var one mat.Dense
		one.Mul(q.T(), q)
		for i := range rows {
			for j := range rows {
				if !(math.Abs(one.At(i, j)-map[bool]float64{true: 1}[i == j]) < 1e-5) {
					t.Errorf("with moments %s, QᵀQ is %v at %d, %d", what, one.At(i, j), i, j)
				}
			}
		}
	}
}
