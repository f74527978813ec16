// Package climate holds gridded records and what training needs of them:
// grids, calendars, units, clips by index, and prepared (flat) data. It is pure
// Go; reading and writing NetCDF is in the package netcdf below it.
//
// Conventions, here and in all packages that use this one:
//
//   - A [Field] is one variable, stored (time, y, x) row by row as float32.
//     Rows run from south to north and columns from west to east wherever the
//     file's coordinates say which is which.
//   - Rain is in mm/h. Other variables keep the units of their file.
//   - A missing cell is NaN and is never filled.
//   - Times are hours since [Epoch] in the field's own calendar; for rates made
//     from accumulations over known bounds they are the middle of the interval.
//   - A clip is an array (frames, height, width, channels), channels last.
//
// Data larger than memory are prepared: one flat file of float32, mapped when it is
// read, with a manifest of where the values are from. [PreparedWriter] writes it part
// by part and survives being killed; [Reduction] coarsens and crops what goes into it,
// [SeasonSplit] says which hours are for training, and [SyntheticRecord] makes rain
// with known statistics where there is no data.
//
// Units and intervals are never guessed: what is not recognised is refused with
// a list of what is.
package climate
