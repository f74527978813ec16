// Package certify compares every way to sample with a distribution that is known, on this
// machine and with its engine: what `vdm certify` does.
//
// The data are clips of a Gaussian process (package exact), whose conditional
// distribution given any linear observation is known. On such data a step of a sampler is
// an affine map, so that the distribution of what it draws follows by algebra, without
// random numbers: each row compares a mean and a covariance with the right ones. The last
// rows are for rain as it is, with an atom at 0 and a heavy tail, by the ranks of the truth
// among members.
//
// A row either makes a claim, which holds or fails, or shows what a method does that is
// known to be biased, or what too few evaluations cost.
package certify
