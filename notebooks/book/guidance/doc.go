// Package guidance measures the samples of guided sampling against the exact conditional
// distribution: bias in mean, covariance and spread, by the algebra of [exact.DistributionOf]
// where every step is affine and by Monte Carlo where it is not; and the cost of a
// guided step. The notebook on guidance uses it beside the library.
package guidance
