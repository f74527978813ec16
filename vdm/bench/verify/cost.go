package main

import (
	"os"
	"runtime/debug"
	"syscall"
	"time"
)

// processorTime returns the processor time of this process and its children.
func processorTime() time.Duration {
	var all time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if syscall.Getrusage(who, &u) == nil {
			all += time.Duration(u.Utime.Nano() + u.Stime.Nano())
		}
	}
	return all
}

// forgetPeak makes the largest memory of this process so far what it has now, where the
// system lets it: what was needed to make the files does not count.
func forgetPeak() {
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o200) // else the peak is an upper bound
}
