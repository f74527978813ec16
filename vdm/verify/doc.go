// Package verify scores generated clips as a meteorologist would, and gives the
// closed-form denoisers that a trained one is measured against.
//
// # Scores
//
// Every score is a small struct with Add, Merge and Value. Add takes more data
// and keeps sums or counts, not the data (Quantiles keeps values up to a cap);
// Merge takes in another score of the same settings, so that parts of a sample
// can be scored apart; Value finishes and may be called at any time. Merge is
// associative and commutative: exactly for counts (Histogram, Quantiles,
// RankHistogram), to float64 rounding for sums. A Merge or Add with other
// settings or sizes is an error that names both. A score is not for concurrent
// use: give each goroutine its own, then merge.
//
// # Clips
//
// A clip is a []float32 of frames·height·width values in that order, in
// physical units (mm/h): scores are taken after the transform was undone.
//
// # Missing cells
//
// NaN means missing, and nothing is filled in. Scores of single cells skip
// missing cells; those that need a neighbourhood skip the whole frame
// (SpatialPower) or the cell's whole series (TemporalPower); those of an
// ensemble skip a cell where the truth or any member is missing. What was
// skipped is counted in the field Missing. A Value that has nothing to average
// is NaN, which encoding/json refuses: test for it before saving.
//
// # Reference denoisers
//
// [MeanOfX], [MeanOfV], [Pixelwise] and [Wiener] denoise z = α x + σ ε,
// α² = sigmoid(λ), σ² = sigmoid(−λ), λ the log signal-to-noise ratio, with
// v = α ε − σ x (Salimans and Ho 2022, Progressive Distillation, appendix D).
// They are fitted on, and work in, the transformed space of the network.
package verify
