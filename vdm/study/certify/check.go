package certify

import "context"

// Check is one comparison.
type Check struct {
	Method      string `json:"method"` // how samples agree with the observation
	Given       string `json:"given"`  // the observation
	Sampler     string `json:"sampler"`
	Evaluations int    `json:"evaluations"` // of the denoiser
	Where       string `json:"where"`       // engine, or host: float64 arithmetic of the processor

	// Mean is the largest error of a cell's mean over the prior's standard deviation, and
	// Covariance the error of the covariance over its size, both in the Frobenius norm. Of
	// ranks Mean is how far the share of truths within the members is from what it
	// should be, and Covariance χ² of the ranks over its 0.1 % limit.
	Mean       float64 `json:"mean_error"`
	Covariance float64 `json:"covariance_error"`

	// Claim is the limit of both that the project promises; 0 where it promises nothing.
	Claim [2]float64 `json:"claim"`
}

// Claimed reports whether the project promises the result.
func (c Check) Claimed() bool { return c.Claim != [2]float64{} }

// Holds reports whether the errors are within the claim, where there is one.
func (c Check) Holds() bool {
	return !c.Claimed() || c.Mean <= c.Claim[0] && c.Covariance <= c.Claim[1]
}

// seeds of the clip that is observed, of the noise of members, and of truths and errors of
// the checks by ranks.
var seeds = []uint64{7, 3, 2, 5}

// work is a check that is still to be made.
type work struct {
	check  Check
	errors func(ctx context.Context) (mean, covariance float64, err error)
}
