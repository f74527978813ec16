// Package verify scores generated clips as a meteorologist would, and gives the
// closed-form denoisers that a trained one is measured against.
//
// # Scores
//
// Every score is a small struct with Add and Value. Add takes more data and keeps sums
// or counts, not the data (Quantiles keeps values up to a cap); Value finishes and may
// be called at any time. A score of forecasts, and its parts, have Merge too: it adds
// another score of the same settings, so that cases can be scored apart, for an
// interval, and together. Merge is associative and commutative: exactly for counts
// (Exceedance, Contingency), to float64 rounding for sums. An Add or Merge with other
// settings or sizes is an error that names both. A score is not for concurrent use.
//
// Package report puts all scores of forecasts in one table (Comparison): a new one is a
// file here and a line in its list.
//
// # Which score answers what
//
// Are generated clips like real ones, whatever came?
//
//   - amounts: [Histogram], [Quantiles], [Moments]
//   - where it rains: [BiasMap]
//   - scales: [SpatialPower], [TemporalPower], [PowerRatio]
//   - what users of climate data ask for: the wettest hour and day ([Maxima]) and how often
//     they come ([ReturnLevels], [GEV]), [WetIntensity], dry and wet [Spells],
//     [LagCorrelation], [DiurnalCycle]
//
// Is a forecast right, each cell by itself? These and the next take members and truth,
// and score each lead time:
//
//   - the whole distribution: [CRPS]; its upper end: [NewThresholdCRPS]; where in it the
//     score is lost: [QuantileScore], [IntervalScore]
//   - an amount that is reached or not: [Exceedance], from which follow the Brier
//     score and its decomposition, the reliability diagram and the ROC curve
//   - yes or no: [Contingency], and from it POD, FAR, CSI, ETS, frequency bias
//   - is the ensemble as wide as its errors: [SpreadSkill], [RankHistogram]
//
// Is its pattern right? A fine forecast displaced by a few cells is wrong twice cell by
// cell, and loses to a blurred one; these tell:
//
//   - [FSS]: from which scale on is it of use
//   - [SAL]: are objects too large, too wet, in the wrong place
//   - [EnergyScore], [VariogramScore]: the joint distribution of cells, proper
//     scores that cannot be won by forecasting what one does not believe
//
// How sure is the figure? [MeanInterval], of a series of scores, one a case:
//
//	total, _ := verify.NewCRPS(leads)
//	var series []float64
//	for each case {
//		one, _ := verify.NewCRPS(leads)
//		one.Add(members, truth)
//		series = append(series, one.Value().Fair)
//		total.Merge(one)
//	}
//	interval, err := verify.MeanInterval(series)
//
// Few cases make it too narrow: [IntervalName] says what a table may call it.
//
// Scores called fair expect what an endless ensemble from the same distribution would
// score, so that ensembles of different size can be compared; the plain ones reward
// members.
//
// # Clips
//
// A clip is a []float32 of frames·height·width values in that order, in physical units
// (mm/h): scores are taken after the transform was undone. A forecast is its members and
// the truth, each a clip of the lead times alone, without the frames that were known.
//
// # Thresholds and dry cells
//
// A value reaches a threshold where value ≥ threshold, both as float32. Dry cells are
// values like others and are never left out: what they do to a score, most cells being
// dry, each score says. Where a score does not exist for want of rain, it is NaN or, in
// SAL, left out and counted.
//
// # Missing cells
//
// NaN means missing, and nothing is filled in. Scores of single cells skip missing
// cells; the spectra, which need all of a neighbourhood, skip the whole frame
// (SpatialPower, PowerRatio) or the cell's whole series (TemporalPower); those of an
// ensemble skip a cell where the truth or any member is missing, so that all members are
// scored on the same cells. What was skipped is counted in the field Missing (or in the
// Value). A Value that has nothing to average is NaN, which encoding/json refuses: test
// for it before saving.
//
// # Reference denoisers
//
// [MeanOfV], [Pixelwise] and [Wiener] denoise z = α x + σ ε, α² = sigmoid(λ), σ² =
// sigmoid(−λ), λ the log signal-to-noise ratio, with v = α ε − σ x (Salimans and Ho
// 2022, Progressive Distillation, appendix D). They are fitted on, and work in, the
// transformed space of the network.
package verify
