// Package transform maps physical values (rain in mm/h, say) to the numbers on which a
// model is trained, and back.
//
// Rain is mostly zero and has a long tail, so its scale decides on which values a model
// spends its capacity. A transform here is a chain of monotone increasing steps, written
// in the order in which Forward applies them:
//
//	identity      y = x
//	nonnegative   y = x, for x ≥ 0
//	sqrt          y = √x, for x ≥ 0
//	cbrt          y = ∛x, for x ≥ 0
//	log:ε         y = ln(1 + x/ε), for x ≥ 0, ε > 0 in the units of x
//	logplus:c     y = ln(x + c), for x ≥ 0, c > 0 in the units of x
//	db:floor      y = 10·log₁₀ x, for x ≥ floor; smaller values are dry
//	standardise   y = (x − mean)/std, both fitted or given
//	affine        y = 2(x − min)/(max − min) − 1, min and max fitted or given
//	normal-score  y = Φ⁻¹(rank of x among the training data), fitted or given as knots
//	learnt        y = a monotone network of x, trained together with a denoiser (study/learnt)
//
// A [Spec] names the chain ("cbrt+standardise", which is [DefaultRain]) and is fitted on
// training data only. It then contains the fitted numbers and is saved with the run as
// YAML or JSON with every digit, so that a reopened run uses exactly the transform of
// training.
//
// Noise schedules are made for data of about unit variance, so chains should end in
// standardise. Scaled by its extremes instead (sqrt+affine, the dissertation's choice),
// rain has a variance of a few hundredths, and generated fields are too smooth and too
// light.
//
// Conventions, for every step:
//
//   - NaN means missing and stays NaN in both directions.
//   - A value outside the domain of Forward (negative under sqrt, cbrt and log) gives
//     NaN; [Spec.Fit] refuses training data that contain one, with the value.
//   - Inverse is defined for any number a generator may produce. Numbers outside
//     the range of Forward are clamped to the nearest physical value: the inverse
//     of nonnegative, sqrt, cbrt and log at y < 0, and of learnt at y < −1, is 0, because
//     no rain rate is closer. (Squaring would turn −0.3 into rain.) Affine and standardise have the whole
//     line for their range and do not clamp: their numbers describe the training
//     data, not nature.
//   - LogDerivative is ln(dy/dx) at x, the term by which a density changes:
//     ln p(x) = ln p(y) + LogDerivative(x). It is +Inf under sqrt and cbrt at x = 0 and −Inf
//     under db below the floor, so likelihoods of dry cells need a mask.
package transform
