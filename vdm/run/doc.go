// Package run trains a video diffusion model in a folder and samples from it there.
//
// [Create] makes the folder and [Open] finds it again. [Run.Train] trains up to a step,
// from the newest snapshot; [Run.Sample] draws clips; [Run.Nowcast], [Run.Interpolate],
// [Run.Inpaint] and [Run.Downscale] draw clips that agree with what is known;
// [Run.Rollout] continues them to any length; [Run.ELBO] and [Run.FlowLikelihood] return
// the likelihood of clips under the model. All take and return physical units.
//
// The mathematics is in package vdm, the networks in packages unet and convnet, the
// optimiser in package train, the snapshots in package checkpoint; this package ties
// them to a folder and an engine.
package run
