// Package dissertation contains what the notebooks of the executable dissertation need
// beside the library: distributions whose densities, scores and moments are known, and
// the procedures that are checked on them.
//
// Points are []float64 of one length, the dimension; matrices are row-major. Nothing
// here is used for training.
package dissertation
