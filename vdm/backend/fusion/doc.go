// Package fusion registers the engine "onnx", ONNX Runtime, with one thing more than
// compute-onnx does: where a program computes a softmax in five operators, it gets ONNX
// Runtime's own, which reads and writes the numbers once. A blank import links it:
//
//	import _ "github.com/climate-vdm/climate-vdm/vdm/backend/fusion"
//
// compute-onnx has no way to name an operator of ONNX Runtime, so a program is compiled as
// it is, its model is read back and rewritten, and compiled again. A program without a
// softmax over its last axis stays as it is. Softmaxes were a sixth of the time of a
// sampling step of `make bench`.
package fusion
