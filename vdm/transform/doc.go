// Package transform maps physical values (rain in mm/h, say) to the numbers a
// model is trained on, and back.
//
// Rain is mostly zero and has a long tail, so how it is scaled decides what a
// model spends its capacity on. A transform here is a chain of monotone
// increasing steps, written in the order in which Forward applies them:
//
//	identity      y = x
//	nonnegative   y = x, for x ≥ 0
//	sqrt          y = √x, for x ≥ 0
//	log:ε         y = ln(1 + x/ε), for x ≥ 0, ε > 0 in the units of x
//	logplus:c     y = ln(x + c), for x ≥ 0, c > 0 in the units of x
//	db:floor      y = 10·log₁₀ x, for x ≥ floor; what is below is dry
//	standardise   y = (x − mean)/std, both fitted or given
//	affine        y = 2(x − min)/(max − min) − 1, min and max fitted or given
//	normal-score  y = Φ⁻¹(rank of x among the training data), fitted or given as knots
//
// A [Spec] names the chain ("sqrt+standardise", which is [DefaultRain]), is fitted
// on training data only, then holds the fitted numbers and is saved with the run as
// YAML or JSON with every digit, so that a reopened run undoes exactly what training
// did.
//
// Noise schedules are made for data of about unit variance, so chains should end in
// standardise. Scaled by their extremes instead (sqrt+affine, the dissertation's
// choice), rain has a variance of a few hundredths, and what is generated comes out
// too smooth and too light.
//
// Conventions, for every step:
//
//   - NaN means missing and stays NaN in both directions.
//   - A value outside the domain of Forward (negative under sqrt and log) gives
//     NaN; [Spec.Fit] refuses training data that hold one, with the value.
//   - Inverse answers for any number a generator may produce. What lies outside
//     the range of Forward is clamped to the nearest physical value: the inverse
//     of nonnegative, sqrt and log at y < 0 is 0, because no rain rate is closer.
//     (Squaring would turn −0.3 into rain.) Affine and standardise have the whole
//     line for their range and do not clamp: their numbers are those of the training
//     data, not of nature.
//   - LogDerivative is ln(dy/dx) at x, the term by which a density changes:
//     ln p(x) = ln p(y) + LogDerivative(x). It is +Inf under sqrt at x = 0 and −Inf
//     under db below the floor, so likelihoods of dry cells need a mask.
package transform
