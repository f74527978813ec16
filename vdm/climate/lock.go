package climate

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// LockFolder makes sure that only one process writes to a folder. The lock ends with the
// process, even if it is killed. release gives it up before; an error says that another
// process has it.
func LockFolder(dir string) (release func() error, err error) {
	folder, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(folder.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		folder.Close()
		return nil, fmt.Errorf("%s: another process is writing there (%w)", dir, err)
	}
	return folder.Close, nil
}
