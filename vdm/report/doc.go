// Package report makes what a run shows: tables, figures and a page. The
// command, `make run` and the notebooks share it.
//
// # Conventions
//
// Figures are drawn from results, never from models: [Losses], [Compared],
// [Likeness] and [Verification] turn clips and models into plain numbers, these are saved with
// the run (results.json, see [Summary]) and can be drawn again anywhere. In JSON
// a number that does not exist is null; see [Value].
//
// Clips are in physical units and channels-last, as in package vdm. Losses are
// those of the velocity v in the model's units, weighted as in training, so
// smaller is better and 1 is about the loss of a model that knows nothing.
//
// This package links no NetCDF library and no engine. Packages below it do more:
//
//   - archive keeps generated clips in the run's folder as CF NetCDF;
//   - firstmodel is the whole way from a file to a page, `make run`;
//   - notebook shows pictures, tables and progress in a Jupyter cell.
package report
