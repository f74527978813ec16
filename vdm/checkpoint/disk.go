//go:build unix

package checkpoint

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// osDisk is the real file system.
type osDisk struct{}

func (osDisk) mkdir(path string) error { return os.Mkdir(path, 0o755) }

func (osDisk) create(path string) (file, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
}

func (osDisk) syncDir(path string) error    { return syncDir(path) }
func (osDisk) rename(from, to string) error { return os.Rename(from, to) }
func (osDisk) exchange(a, b string) error   { return exchange(a, b) }
func (osDisk) removeAll(path string) error  { return os.RemoveAll(path) }

// syncDir makes the names in a folder durable. Some file systems cannot sync a folder
// and say so, which is no error.
func syncDir(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil && !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.ENOTSUP) {
		return err
	}
	return nil
}

// lock takes the directory's lock until unlock is called, or fails with ErrLocked. The
// system drops it when the process dies. alone is false where the file system has no
// locks: files that look left over may then be another process's work in progress.
func lock(dir string) (unlock func(), alone bool, err error) {
	path := filepath.Join(dir, lockName)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, false, err
	}
	for {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	switch {
	case errors.Is(err, unix.EWOULDBLOCK):
		var holder [200]byte
		n, _ := f.ReadAt(holder[:], 0)
		_ = f.Close()
		return nil, false, fmt.Errorf("%s: %w (%s holds %s)", dir, ErrLocked, strings.TrimSpace(string(holder[:n])), path)
	case errors.Is(err, unix.ENOSYS), errors.Is(err, unix.ENOTSUP), errors.Is(err, unix.ENOLCK):
		return func() { _ = f.Close() }, false, nil
	case err != nil:
		_ = f.Close()
		return nil, false, fmt.Errorf("locking %s: %w", path, err)
	}
	// The lock's owner is written into it for the other's message; a full disk may
	// prevent that.
	host, _ := os.Hostname()
	if f.Truncate(0) == nil {
		_, _ = f.WriteAt(fmt.Appendf(nil, "process %d on %s\n", os.Getpid(), host), 0)
	}
	return func() { _ = f.Close() }, true, nil
}

// disk is the part of the file system that Save uses after taking the lock; tests
// replace it by one that fails.
type disk interface {
	mkdir(path string) error
	create(path string) (file, error)
	syncDir(path string) error
	rename(from, to string) error
	// exchange swaps two folders, or fails with errors.ErrUnsupported.
	exchange(a, b string) error
	removeAll(path string) error
}

type file interface {
	io.WriteCloser
	Sync() error
}
