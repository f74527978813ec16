// Package forecast holds the baselines that a learnt video model must beat, as
// forecasters with one interface: persistence, climatology, linear
// interpolation in time, advection by optical flow, and a STEPS-like stochastic
// ensemble.
//
// # Cases
//
// A [Case] is a clip of which some frames are known. Which ones is free: the
// first five of ten make a nowcast, every second one an interpolation, and the
// last ones only a backcast. A [Forecaster] returns whole clips in which the
// known frames stand as they were given, bit for bit. Frames are numbered
// from 0, rows and columns too; motion is in cells per frame, positive towards
// larger rows and columns.
//
// # Random numbers
//
// A member is a pure function of the case, the seed and its own index: member 3
// is the same whether 4 or 40 are asked for. Give every case its own seed where
// cases should be independent.
//
// # Missing cells
//
// NaN is missing. In a known frame it stays as it was given. Forecasters that
// use known frames look, where a cell is missing, at the same cell of other
// known frames: the value is interpolated in time between the known neighbours
// that have it, or held beyond the first and the last. A cell that is missing in
// every known frame (outside a radar's range, say) is NaN in every frame that
// is forecast, and for motion it lies outside the domain. [Climatology] alone
// does not use the known frames: what is missing in its windows is missing in
// its members.
//
// # Units
//
// [Advection] and [STEPS] are made for rain: they need rates that are not
// negative, in mm/h if the default thresholds are to make sense, and work on
// decibels, 10·log10 of the rate. The others take anything.
package forecast
