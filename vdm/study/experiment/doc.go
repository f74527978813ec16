// Package experiment repeats the dissertation's experiments on prepared data of any
// size. [Unconditional] trains without condition, draws clips, verifies them against the
// test seasons, and draws the figures of the results chapter. [Conditional] takes such a
// run, nowcasts and interpolates windows of the test seasons with several weights of the
// guidance, and scores the results.
//
// Everything goes to one run folder, and every stage continues where it stopped:
// training from the newest snapshot, drawing after the last finished clip. The folder
// says on which data the run was trained, and other data are refused. The package links
// no NetCDF library, so that it runs on machines that have none.
package experiment
