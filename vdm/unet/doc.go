// Package unet is the dissertation's 3D U-Net (section 2.7.10, left empty in
// the drafts; after Ho et al. 2022, Video Diffusion Models): convolutions over
// space only, attention factorised into space and time, conditioned on λ.
//
// It is a graph function of the noisy clip and λ. Clips are channels-last,
// [batch, frame, height, width, channel]. Weights keep the original program's
// names and layouts (see [Config.Variables]), so safetensors files move in and out
// unchanged.
//
// The graph uses only operators that every engine has with a right gradient: no
// Slice, Pad or Gather where gradients flow, no strided and no even kernels.
//
// Gradients are of first order only: those in closed form take statistics of the
// forward pass for constants (StopGradient), so a gradient of a gradient, of a
// Hessian-vector product say, would be wrong without an error.
package unet
