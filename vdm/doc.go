// Package vdm is the mathematics of a video diffusion model: the noise schedule, the
// algebra of the Gaussian process, the parameterisations, the weighted loss, the
// samplers, observations and guidance, and the likelihoods. It opens no file and
// starts no process; package run trains and samples in a folder.
//
// # Conventions
//
// An equation is cited where it is computed: (2.53) and (A.24) are the numbers
// of the dissertation "Video Diffusion Models for Climate Simulations"; other
// sources are cited by author, year and number.
//
//   - x is a clean clip, z (or z_t) the same clip with noise:
//     z_t = α_t·x + σ_t·ε with ε standard normal (2.40, A.1).
//   - The process preserves variance: α² + σ² = 1. Data are scaled so that x has
//     a variance of about one or less.
//   - λ = log(α²/σ²) is the log signal-to-noise ratio (2.52), called logSNR in
//     code. It is *the* coordinate of the package: everything that depends on
//     the noise level takes λ, in natural logarithm, in float64 on the host.
//   - t runs from data (t = 0, λ = λ_max) to noise (t = 1, λ = λ_min). A
//     [Schedule] maps t to λ; t is how λ is drawn and how steps are spaced, and
//     nothing else depends on it.
//   - s is a time before t, so λ_s ≥ λ_t: a sampler goes from t to s.
//   - v = α·ε − σ·x is the velocity (2.60), so that x = α·z − σ·v (2.62) and
//     ε = σ·z + α·v. The network predicts v̂.
//   - S is the logistic sigmoid, S(y) = 1/(1 + exp(−y)); α² = S(λ), σ² = S(−λ)
//     (2.56, 2.57).
//   - p_Λ is the density of λ when t is uniform (2.58), w the weighting of the
//     loss (2.77) and −w′ the negative of its derivative in λ (2.81).
//   - A batch of clips has the shape [batch, frame, height, width, channel]
//     (channels last); λ has the shape [batch].
//
// Schedules, weightings and transitions are plain Go and link no engine.
package vdm
