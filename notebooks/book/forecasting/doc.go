// Package forecasting is what the notebooks on interpolation, nowcasting,
// downscaling and long sequences share: a record of rain split in time, small
// models of it, forecast cases of the held-out part, and the table that scores a
// model's ensembles beside the baselines of vdm/forecast.
//
// Rates are in mm/h. Everything that takes long is kept in a run folder and read
// back: the coarsened record, the models, the clips that were drawn.
package forecasting
