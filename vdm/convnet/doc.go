// Package convnet is a residual network of convolutions: a small [vdm.Network] beside
// the U-Net of package unet, for clips whose structures are no larger than the reach of
// its blocks, and the example of how a network is added.
//
// It keeps the resolution. A block normalises the channels at each cell, scales and
// shifts them by λ, convolves each frame over space, and mixes each cell with the same
// cell of the frame before and the frame after. So Depth blocks reach Depth frames in
// both directions and (Kernel−1)/2·(Depth+1) cells, and a clip has any size and any
// number of frames.
//
// Clips are channels-last, [batch, frame, height, width, channel]. The graph uses only
// operators that every engine has with a right gradient: no Slice, Pad or Gather where
// gradients flow, no strided and no even kernels. It can be differentiated twice.
package convnet
