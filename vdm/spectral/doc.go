// Package spectral lets a network start from the best linear denoiser of its data.
//
// A denoiser of Gaussian data multiplies each wave of z by a number that follows from the
// wave's variance (Wiener 1949). It knows how much rain there is at each scale, and how
// clips differ as a whole, before anything is learnt. [Network] adds it to the output of
// any network, which then learns what is not Gaussian about the data: EDM's
// preconditioning (Karras, Aittala, Aila and Laine 2022, Elucidating the design space of
// diffusion-based generative models, equation 7), whose one variance for all data is here
// one for each wave.
package spectral
