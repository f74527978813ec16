package climate

import (
	"os"

	"golang.org/x/sys/unix"
)

// beginSync asks the system to begin to write n bytes of a file to the disk, and does not
// wait for it.
func beginSync(file *os.File, at, n int64) {
	// An error would come again at the file's Sync.
	_ = unix.SyncFileRange(int(file.Fd()), at, n, unix.SYNC_FILE_RANGE_WRITE)
}
