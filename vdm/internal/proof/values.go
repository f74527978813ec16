package proof

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
)

// Values are what an engine computes for its check, in float32.
type Values struct {
	Losses    []float64 `json:"losses"`         // training loss of each step
	GradNorms []float64 `json:"gradient_norms"` // norm of each step's gradient
	// Changes are changes of some weights after two steps of Adam, over the learning
	// rate.
	Changes   []float64  `json:"changes"`
	Estimates []Estimate `json:"estimates"`
}

// Estimate is the network's estimate x̂ at one noise level.
type Estimate struct {
	LogSNR float64   `json:"log_snr"`
	Norm   float64   `json:"norm"`  // root of the mean square of x̂ over the clip
	Cells  []float64 `json:"cells"` // x̂ in some cells
}

// tolerance bounds the differences of an engine's values from those that ship: for a CPU,
// and for a GPU, whose matrix products are TF32 by default.
type tolerance struct {
	loss, gradNorm float64 // relative
	change         float64 // in learning rates
	estimate       float64 // of the estimate's norm
}

var (
	exact = tolerance{loss: 1e-4, gradNorm: 1e-3, change: 0.1, estimate: 1e-3}
	loose = tolerance{loss: 1e-2, gradNorm: 5e-2, change: 1, estimate: 5e-2}
)

//go:embed values.json
var shipped []byte

// expected returns the values that ship with the project. ONNX Runtime computed them, and
// XLA agrees: see the package's test.
func expected() (v Values, err error) {
	err = json.Unmarshal(shipped, &v)
	return v, err
}

// differs returns the largest difference of values from the expected ones, in tolerances,
// and one line that says where it is, "" where all are within the tolerance.
func (v Values) differs(want Values, t tolerance) (worst float64, line string) {
	see := func(what string, got, want, allowed float64) {
		off := math.Abs(got-want) / allowed
		if off <= worst || math.IsNaN(worst) { // nothing is worse than NaN
			return
		}
		if worst = off; !(off <= 1) {
			line = fmt.Sprintf("%s is %.6g, not %.6g", what, got, want)
		}
	}
	if len(v.Losses) != len(want.Losses) || len(v.GradNorms) != len(want.GradNorms) || len(v.Changes) != len(want.Changes) || len(v.Estimates) != len(want.Estimates) {
		return math.Inf(1), "values are missing"
	}
	for i := range want.Losses {
		see(fmt.Sprintf("the loss of training step %d", i+1), v.Losses[i], want.Losses[i], t.loss*math.Abs(want.Losses[i]))
		see(fmt.Sprintf("the gradient's norm in training step %d", i+1), v.GradNorms[i], want.GradNorms[i], t.gradNorm*want.GradNorms[i])
	}
	for i := range want.Changes {
		see(fmt.Sprintf("the change of weight %d after two steps, over the learning rate,", i+1), v.Changes[i], want.Changes[i], t.change)
	}
	for i, e := range want.Estimates {
		got := v.Estimates[i]
		if len(got.Cells) != len(e.Cells) {
			return math.Inf(1), "values are missing"
		}
		see(fmt.Sprintf("the norm of the estimate at log-SNR %g", e.LogSNR), got.Norm, e.Norm, t.estimate*e.Norm)
		for j := range e.Cells {
			see(fmt.Sprintf("the estimate of cell %d at log-SNR %g", j+1, e.LogSNR), got.Cells[j], e.Cells[j], t.estimate*e.Norm)
		}
	}
	return worst, line
}
