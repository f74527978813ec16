// Package forecast contains the baselines that a learnt video model must beat, as
// forecasters with one interface: persistence, climatology, linear interpolation in
// time, advection by optical flow, and a STEPS-like stochastic ensemble.
//
// # Cases
//
// A [Case] is a clip of which some frames are known. Any frames may be known: the first
// five of ten make a nowcast, every second one an interpolation, and only the last ones
// a backcast. A [Forecaster] returns whole clips in which the known frames are
// unchanged, bit for bit. Frames are numbered from 0, rows and columns too; motion is in
// cells per frame, positive towards larger rows and columns.
//
// # Random numbers
//
// A member is a pure function of the case, the seed and its own index: member 3 is the
// same whether 4 or 40 are asked for. Give every case its own seed where cases should be
// independent.
//
// # Missing cells
//
// NaN is missing. In a known frame it stays NaN. Where a cell is missing, forecasters
// that use known frames take the same cell of other known frames: the value is
// interpolated in time between the known neighbours that have it, and constant before
// the first and after the last. A cell that is missing in every known frame (outside a
// radar's range, say) is NaN in every forecast frame, and for motion it lies outside the
// domain. Only [Climatology] does not use the known frames: cells missing in its windows
// are missing in its members.
//
// # Units
//
// [Advection] and [STEPS] are made for rain: they need rates that are not negative, in
// mm/h for the default thresholds, and work on decibels, 10·log10 of the rate. The
// others take any variable.
package forecast
