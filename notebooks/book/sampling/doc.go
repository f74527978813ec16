// Package sampling compares samplers on data whose truth is known, for chapter
// 20: Gaussian clips, where the distance between what a sampler draws and the data
// has a closed form, and a mixture in the plane, where it is measured on samples.
package sampling
