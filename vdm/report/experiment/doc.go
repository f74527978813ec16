// Package experiment is the dissertation's experiment on prepared data of any
// size: train without condition, draw clips, verify them against the test
// seasons, and draw the figures of its results chapter.
//
// Everything goes to one run folder, and every stage goes on where it stopped:
// training from the newest snapshot, drawing after the last finished clip. It
// links no NetCDF library, so that it runs on machines that have none.
package experiment
