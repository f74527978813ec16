// Package fusion registers the engine "onnx", ONNX Runtime, with two things more than
// compute-onnx does. A blank import links it:
//
//		import _ "github.com/climate-vdm/climate-vdm/vdm/backend/fusion"
//
//	  - Where a program computes a softmax over its last axis in five operators, it gets ONNX
//	    Runtime's own, which reads and writes the numbers once. Softmaxes were a sixth of the
//	    time of a sampling step of `make bench`.
//	  - Operators on which no result depends are left out: ONNX Runtime runs them all. A
//	    training step has some six hundred, gradients of what is no variable.
//
// compute-onnx has no way to name an operator of ONNX Runtime, so a program is compiled as
// it is, its model is read back and rewritten, and compiled again. Where the variable
// VDM_ONNX_MODELS names a folder, the models are written there, under their sizes, for
// other programs to look at: `make profile` does.
package fusion
