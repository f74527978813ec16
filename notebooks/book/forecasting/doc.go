// Package forecasting is shared by the notebooks on interpolation, nowcasting,
// downscaling and long sequences: a record of rain split in time, small models of it,
// forecast cases of the held-out part, and the table that scores a model's ensembles
// beside the baselines of vdm/forecast.
//
// Rates are in mm/h. Results that take long are stored in a run folder and read back:
// the coarsened record, the models, the clips that were drawn.
package forecasting
