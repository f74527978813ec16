package netcdf

import (
	"os"

	"golang.org/x/sys/unix"
)

// enlarge gives a pipe more room than the usual 64 KiB, so that a block of values passes
// with fewer changes between the processes. Where the system refuses, all works as before.
func enlarge(pipe *os.File) {
	const room = 1 << 20 // what a user may have
	_, _ = unix.FcntlInt(pipe.Fd(), unix.F_SETPIPE_SZ, room)
}
