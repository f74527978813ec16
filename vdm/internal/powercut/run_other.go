//go:build !linux

package powercut

import "testing"

// Run skips the test: system calls are recorded on Linux only.
func Run(t *testing.T, c Case) {
	t.Helper()
	t.Skip("system calls are recorded on Linux only")
}
