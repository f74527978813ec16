// Package exact makes data whose answers are known: clips from a Gaussian process and
// from mixtures of Gaussians, each with its best denoiser, its density at every noise
// level, and its distribution given any linear observation, all in closed form.
// Samplers, guidance and likelihoods are compared with it.
//
// On Gaussian data every step of a linear sampler is an affine map, so that the
// distribution of its samples follows by algebra too, without a random number:
// [GaussianProcess.PlanModes] for sampling without an observation, and [DistributionOf], which
// evaluates the maps from the graph that is run, for guided sampling.
//
// # Conventions
//
// A clip is a vector of frame·row·column·channel in that order, the last index fastest.
// z = α·x + σ·ε with α² = sigmoid(λ), σ² = sigmoid(−λ), λ the log signal-to-noise ratio;
// λ = +∞ is the data. Host arithmetic is float64; denoisers are graph functions in
// float32.
package exact
