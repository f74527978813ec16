// Package climate reads gridded records and prepares them for training: grids,
// calendars, units, clips by index, and prepared (flat) data. It is pure Go; reading and
// writing NetCDF is in the package netcdf below it.
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
// Data larger than memory are prepared: one flat file of float32, which is mapped for
// reading, with a manifest that says where the values come from. [PreparedWriter] writes
// it part by part and survives being killed; [Reduction] coarsens and crops the frames,
// [SeasonSplit] says which hours are for training, and [SyntheticRecord] makes rain with
// known statistics where there is no data.
//
// Units and intervals are never guessed: an unknown one is refused with a list of those
// that are accepted.
package climate
