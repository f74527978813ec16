package vdm

import (
	"fmt"
	"math"

	g "github.com/gomlx/gomlx/core/graph"
)

// Reconstruction is reconstruction guidance (Ho et al. 2022, Video Diffusion Models,
// equation 7): the estimate is moved against the gradient of the squared misfit of the
// observed values,
//
//	x̂ ← x̂ − (w_r·α_t/2)·∇_z ‖y − A·x̂(z_t)‖²
//
// with the sum of squares of each sample by itself. Where [Replacement] can be used it
// is, as in that paper: the known part of z is then a forward sample, the gradient is
// taken with respect to the unknown part only, and only that part of x̂ is moved. The
// noise of an observation is not used.
type Reconstruction struct {
	// Weight is w_r. 0 means 1, the value that the formula's derivation gives; for w_r =
	// 0 take [Replacement], as [NewGuidance] does.
	Weight float64
	// Mean takes the mean over all observed values of the batch instead of the sum, as
	// the dissertation's program did. Its strength then depends on the batch: a Weight
	// of 10⁶ with the mean is like a weight of about 3 with the sum.
	Mean bool
}

func (r Reconstruction) weight() float64 {
	if r.Weight == 0 {
		return 1
	}
	return r.Weight
}

// Guide returns d with x̂ moved against the gradient of the misfit as above.
func (r Reconstruction) Guide(d Denoiser, given *BoundObservation) Denoiser {
	guided := func(z *g.Node, at Level, in Batch) Prediction {
		p := d(z, at, in)
		alpha, _ := at.AlphaSigma(z)
		misfit := given.Misfit(p.X())
		loss := g.ReduceAllSum(misfit.Dot(misfit))
		if r.Mean {
			loss = g.Div(loss, given.total)
		}
		// The gradient is taken at p.Z, the input of d: its known part differs from z's
		// where it was replaced.
		shift := g.Mul(g.MulScalar(alpha, -r.weight()/2), g.Gradient(loss, p.Z)[0])
		if given.Replaceable() {
			shift = given.Unknown(shift)
		}
		return p.Shift(shift)
	}
	if given.Replaceable() {
		return Replacement{}.Guide(guided, given)
	}
	return guided
}

// Check returns nil: the method can use any observation.
func (Reconstruction) Check(Observation) error { return nil }

// DrawsNoise returns true: the known part of z is replaced by forward samples wherever
// possible.
func (Reconstruction) DrawsNoise() bool { return true }

// Validate refuses a negative weight.
func (r Reconstruction) Validate() error {
	if !(r.Weight >= 0) || math.IsInf(r.Weight, 1) {
		return fmt.Errorf("guidance is %v, want a finite weight w_r of at least 0", r.Weight)
	}
	return nil
}

func (r Reconstruction) String() string {
	of := "sum"
	if r.Mean {
		of = "mean"
	}
	return fmt.Sprintf("reconstruction guidance, w_r = %g on the %s of squares", r.weight(), of)
}
