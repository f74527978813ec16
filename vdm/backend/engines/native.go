//go:build cgo

package engines

import (
	_ "github.com/gomlx/compute-onnx"       // "onnx"
	_ "github.com/gomlx/go-xla/compute/xla" // "xla"
)
