//go:build cgo

package fusion

// Fused returns how many softmaxes were fused in this process.
func Fused() int64 { return fusedSoftmaxes.Load() }
