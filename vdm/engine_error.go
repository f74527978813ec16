package vdm

import (
	"errors"
	"fmt"
	"strings"
)

// What an engine may fail with in the middle of a run.
var (
	// ErrDeviceMemory says that the memory of the device is too small.
	ErrDeviceMemory = errors.New("the memory of the device is too small")
	// ErrDeviceLost says that the device no longer answers; a new process may find it
	// again.
	ErrDeviceLost = errors.New("the device was lost")
)

// The words, in lower case, by which such failures of XLA, CUDA and ONNX Runtime
// are known.
var (
	memoryWords = []string{"resource_exhausted", "out of memory", "out_of_memory", "failed to allocate", "bad_alloc"}
	lostWords   = []string{"cuda_error_", "cudnn_status_", "device lost", "device is lost", "illegal memory access", "unavailable:", "aborted:", "data_loss"}
)

// engineError is what a program failed with, marked where it is known what it
// means.
func engineError(program string, err error) error {
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

// explained adds to an engine's error what can be done about it.
func (t *trainer) explained(err error) error {
	switch {
	case errors.Is(err, ErrDeviceMemory):
		return fmt.Errorf("%w; a training step of batch %d needs about %.1f GiB a device: %s; the run stands at the snapshot of step %d",
			err, t.estimate.Batch, gib(t.estimate.Memory), t.estimate.advice(), t.saved)
	case errors.Is(err, ErrDeviceLost):
		return fmt.Errorf("%w; the run stands at the snapshot of step %d: start it again to go on", err, t.saved)
	}
	return err
}
