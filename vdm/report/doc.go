// Package report shows the results of a run: tables, figures and a page. The command,
// `make run` and the notebooks share it.
//
// # Conventions
//
// Figures are drawn from results, never from models: [Losses], [Compared], [Likeness]
// and [Verification] turn clips and models into plain numbers, which are saved with the
// run (results.json, see [Summary]) and can be drawn again anywhere. In JSON a number
// that does not exist is null; see [Value].
//
// Clips are in physical units and channels-last, as in package vdm. Losses are those of
// the velocity v in the network's units, weighted as in training: smaller is better, and
// an untrained network has a loss of about 1.
//
// [Comparison] takes the scores of one list, each known by a name: [ScoreNames] lists
// them, [Explain] says what one measures and how to read it.
//
// This package links no NetCDF library and no engine. Packages study/archive,
// study/firstmodel and study/experiment draw clips, keep them and call it;
// study/verification scores files of forecasts with it.
package report
