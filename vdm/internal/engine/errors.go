package engine

import (
	"errors"
	"fmt"
	"strings"
)

// An engine may fail with these errors in the middle of a run.
var (
	// ErrDeviceMemory says that the memory of the device is too small.
	ErrDeviceMemory = errors.New("the memory of the device is too small")
	// ErrDeviceLost says that the device no longer answers; a new process may find it
	// again.
	ErrDeviceLost = errors.New("the device was lost")
)

// These words, in lower case, identify such failures of XLA, CUDA and ONNX Runtime.
var (
	memoryWords = []string{"resource_exhausted", "out of memory", "out_of_memory", "failed to allocate", "bad_alloc"}
	lostWords   = []string{"cuda_error_", "cudnn_status_", "device lost", "device is lost", "illegal memory access", "unavailable:", "aborted:", "data_loss"}
)

// Explain returns the error of a program with the program's name. Errors with known
// words are also [ErrDeviceMemory] or [ErrDeviceLost].
func Explain(program string, err error) error {
	text := strings.ToLower(err.Error())
	says := func(words []string) bool {
		for _, w := range words {
			if strings.Contains(text, w) {
				return true
			}
		}
		return false
	}
	switch {
	case says(memoryWords):
		return fmt.Errorf("%s: %w: %w", program, ErrDeviceMemory, err)
	case says(lostWords):
		return fmt.Errorf("%s: %w: %w", program, ErrDeviceLost, err)
	}
	return fmt.Errorf("%s: %w", program, err)
}
