// Package stochastic contains distributions whose densities and scores are known, and
// the random processes and fits that notebooks check on them: Langevin dynamics,
// stochastic differential equations, score matching.
//
// Points are []float64 of one length, the dimension; matrices are row-major. All
// randomness comes from the generator that is passed in.
package stochastic
