package dissertation

import (
	"gonum.org/v1/gonum/mat"
)

// Absorb returns the model with the standard normal prior that generates the same x as
// this one does from the prior N(m, L·Lᵀ): with W·L for W and Shift + W·m for Shift.
func (m LinearModel) Absorb(prior Gaussian) LinearModel {
	var lower mat.TriDense
	prior.factor().LTo(&lower)
	var w mat.Dense
	w.Mul(m.matrix(), &lower)
	out := LinearModel{Shift: m.Decoder(prior.Mean).Mean, Noise: m.Noise}
	for i := range m.W {
		out.W = append(out.W, mat.Row(nil, i, &w))
	}
	return out
}
