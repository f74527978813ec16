package climate

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"golang.org/x/sys/unix"
)

// LockFolder makes sure that only one process writes to a folder, or to a file. The lock ends with the
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

// RemoveLeft removes the files in a folder, or the folders, whose names match and on which
// no process has a lock: killed processes have left them.
func RemoveLeft(dir string, names *regexp.Regexp, folders bool) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !names.MatchString(e.Name()) || e.IsDir() != folders || !folders && !e.Type().IsRegular() {
			continue
		}
		left := filepath.Join(dir, e.Name())
		release, err := LockFolder(left)
		if err != nil {
			continue // of a living process, or of another user
		}
		if err := errors.Join(os.RemoveAll(left), release()); err != nil {
			return fmt.Errorf("removing what was left of writing: %w", err)
		}
	}
	return nil
}
