// Package scaling asks a question that the dissertation leaves open: its clips of rain
// have half of the power of the test clips at every scale, with two of its three
// transforms. Does the scale of the network's values cause that?
//
// The dissertation scales rain to [−1, 1] by its extremes. Rain is mostly light, so that
// nearly all of its variance is then far below 1, and the noise schedule, the weighting
// and the first layers of the network, which are made for values of variance 1, meet data
// that disappear in the noise too early. [Run] trains the same network with the same
// number of steps on rain with each transform at both scales, draws clips and compares them
// with test seasons; [Table] puts the figures beside the dissertation's.
//
// The rain is synthetic, in the shape of UKCP18 and with known statistics
// (climate.SyntheticRain). The statistics are the same in every cell: a map of the bias
// shows chance and nothing else, which the dissertation could not know of its own maps.
//
// `go run ./vdm/bench/scaling` runs all settings, for hours and resumable. [Shipped] are
// its results.
package scaling
