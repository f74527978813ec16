//go:build cgo

package engines

import (
	_ "github.com/climate-vdm/climate-vdm/vdm/backend/fusion" // "onnx"
	_ "github.com/gomlx/go-xla/compute/xla"                   // "xla"
)
