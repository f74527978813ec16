package train

import (
	"cmp"
	"slices"
	"sync"

	"gonum.org/v1/gonum/mat"

	"github.com/climate-vdm/climate-vdm/vdm/weights"
)

// soapEvery is the number of steps between two updates of the bases: the paper's frequency.
const soapEvery = 10

// Refreshes reports whether the bases are updated after step k: the first, which has the
// first second moments, and every tenth.
func (s SOAP) Refreshes(k int64) bool { return k == 1 || k%soapEvery == 0 }

// Refresh updates all bases, and the order of the mean of the squared gradient with them.
func (s SOAP) Refresh(variables []weights.Variable, states [][]float32) {
	second, moments, bases := Cut(variables, states[1]), Cut(variables, states[2]), Cut(variables, states[3])
	var wait sync.WaitGroup
	for _, v := range variables {
		wait.Go(func() { soapAxes(v).refresh(second[v.Name], moments[v.Name], bases[v.Name]) })
	}
	wait.Wait()
}

// refresh updates the bases of one variable.
func (a axes) refresh(second, moments, bases []float32) {
	from := 0
	for axis, based := range a.based {
		if !based {
			continue
		}
		n := a.length[axis]
		p, q := square(moments[from:][:n*n], n), square(bases[from:][:n*n], n)
		if mat.Norm(q, 1) == 0 {
			q = eigenvectors(p)
		} else {
			var order []int
			q, order = iterated(p, q)
			a.reorder(second, axis, order)
		}
		for i := range n * n {
			bases[from+i] = float32(q.At(i/n, i%n))
		}
		from += n * n
	}
}

func square(values []float32, n int) *mat.Dense {
	x := mat.NewDense(n, n, nil)
	for i, v := range values {
		x.Set(i/n, i%n, float64(v))
	}
	return x
}

// eigenvectors returns the eigenvectors of a symmetric matrix as columns, those of the
// largest eigenvalues first; the identity where they are not found.
func eigenvectors(p *mat.Dense) *mat.Dense {
	n, _ := p.Dims()
	q := mat.NewDense(n, n, nil)
	symmetric := mat.NewSymDense(n, nil)
	for i := range n {
		q.Set(i, i, 1)
		for j := i; j < n; j++ {
			symmetric.SetSym(i, j, p.At(i, j))
		}
	}
	var e mat.EigenSym
	if !e.Factorize(symmetric, true) {
		return q
	}
	var rising mat.Dense
	e.VectorsTo(&rising)
	for j := range n {
		q.SetCol(j, mat.Col(nil, n-1-j, &rising))
	}
	return q
}

// iterated returns the basis after one step of power iteration, the orthogonal factor of
// PQ (algorithm 4), with the columns of Q first ordered by QᵀPQ, the largest first. The
// i-th column comes from column order[i].
func iterated(p, q *mat.Dense) (*mat.Dense, []int) {
	n, _ := p.Dims()
	var pq mat.Dense
	pq.Mul(p, q)
	value, order := make([]float64, n), make([]int, n)
	for j := range n {
		order[j], value[j] = j, mat.Dot(q.ColView(j), pq.ColView(j))
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(value[j], value[i]) })
	sorted := mat.NewDense(n, n, nil)
	for i, j := range order {
		sorted.SetCol(i, mat.Col(nil, j, &pq))
	}
	var qr mat.QR
	qr.Factorize(sorted)
	var next mat.Dense
	qr.QTo(&next)
	return &next, order
}

// reorder puts the entries of a variable's values into an order along an axis.
func (a axes) reorder(values []float32, axis int, order []int) {
	before := slices.Clone(values)
	for at := range values {
		i := [3]int{at / (a.length[1] * a.length[2]), at / a.length[2] % a.length[1], at % a.length[2]}
		i[axis] = order[i[axis]]
		values[at] = before[(i[0]*a.length[1]+i[1])*a.length[2]+i[2]]
	}
}
