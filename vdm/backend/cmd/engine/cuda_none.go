//go:build !(linux && amd64)

package main

import (
	"fmt"
	"runtime"
	"time"
)

func fetchCUDA(string, time.Duration) error {
	return fmt.Errorf("there is no PJRT plugin for CUDA on %s/%s: want linux/amd64", runtime.GOOS, runtime.GOARCH)
}
