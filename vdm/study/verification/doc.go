// Package verification scores files of forecasts against data, as vdm verify does.
//
// # Cases
//
// A file of forecasts is a case: the members of one forecaster, whole clips of which some
// frames were known, of this program or another (see cf.ReadEnsembles). [Forecasts]
// reads the cases one after another in the order of their times, scores them beside
// rivals, and forgets them, so that a folder of a thousand needs the memory of two.
// Whatever frames were known, the others are scored: a nowcast, an interpolation, any
// pattern. All cases of one verification have as many of these, the same times apart, and
// as many cells and members.
//
// # Rivals
//
// A [Rival] is another forecaster of the same cases: one of package forecast by its name,
// which receives the frames that were known, or files, of which the one counts whose
// first frame ahead is the case's and which has all of the case's times and cells.
// Only cases that every rival has are scored; how many others there are is reported.
//
// # What is left out
//
// Frames that lie beyond the data, and cells that are missing in the data or in any
// member of any forecaster, are left out for all forecasters alike, and counted.
//
// # Groups
//
// All cases are scored together, and, where asked for, apart: by lead time, by season,
// by intensity (the mean of the truth) and by region (blocks of the field). Each group
// is a [report.Compared] like the whole, with intervals over its own cases.
package verification
