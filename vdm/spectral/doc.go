// Package spectral lets a network start from the best linear denoiser of its data.
//
// A denoiser of Gaussian data multiplies each wave of z by a number that follows from
// the wave's variance (Wiener 1949). It contains the amount of rain at each scale, and
// the differences between clips as a whole, before training begins. [Network] adds it to
// the output of any network, which then learns the part of the data that is not
// Gaussian: EDM's preconditioning (Karras, Aittala, Aila and Laine 2022, Elucidating the
// design space of diffusion-based generative models, equation 7), with one variance for
// each wave instead of one for all data.
package spectral
