// Package sampling compares samplers on data whose truth is known, for chapter 20:
// Gaussian clips, for which the distance between samples and data has a closed form, and
// a mixture in the plane, where it is measured on samples.
package sampling
