package climate

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"unsafe"

	"github.com/edsrzf/mmap-go"
	"golang.org/x/sys/unix"
)

// Scratch provides memory for the values of fields in temporary files, mapped as prepared
// data are: a long record that is read piece by piece then takes no more of the
// process's memory than the pieces in use, which [Scratch.Release] forgets. The files
// have no name, and end with the process. The zero value is ready for use.
type Scratch struct {
	lock     sync.Mutex
	mappings []mmap.MMap
}

// scratchFolder is where temporary files lie: TMPDIR, or the folder for large ones, since
// /tmp may be memory.
func scratchFolder() string {
	if dir := os.Getenv("TMPDIR"); dir != "" {
		return dir
	}
	if _, err := os.Stat("/var/tmp"); err != nil {
		return os.TempDir()
	}
	return "/var/tmp"
}

// Room returns memory for a number of values, all of them 0, which exists until Close. An
// error is a disk without room.
func (s *Scratch) Room(values int) (room []float32, err error) {
	if values == 0 {
		return nil, nil
	}
	file, err := os.CreateTemp(scratchFolder(), "vdm-scratch-")
	if err != nil {
		return nil, err
	}
	defer file.Close() // the mapping outlives the open file
	if err := os.Remove(file.Name()); err != nil {
		return nil, err
	}
	size := 4 * values
	if err := reserve(file, int64(size)); err != nil {
		return nil, fmt.Errorf("%d MB for values in %s: %w; TMPDIR names another folder", size>>20, scratchFolder(), err)
	}
	mapping, err := mmap.MapRegion(file, size, mmap.RDWR, 0, 0)
	if err != nil {
		return nil, fmt.Errorf("mapping %d MB: %w", size>>20, err)
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	s.mappings = append(s.mappings, mapping)
	return unsafe.Slice((*float32)(unsafe.Pointer(&mapping[0])), values), nil
}

// reserve makes a file as long as that, with all of its blocks: a mapped file for which
// the disk has no room would end the process when it is written to.
func reserve(file *os.File, size int64) error {
	err := unix.Fallocate(int(file.Fd()), 0, 0, size)
	if !errors.Is(err, unix.EOPNOTSUPP) {
		return err
	}
	zeros := make([]byte, 1<<20)
	for at := int64(0); at < size; at += int64(len(zeros)) {
		if _, err := file.WriteAt(zeros[:min(int64(len(zeros)), size-at)], at); err != nil {
			return err
		}
	}
	return nil
}

// Release gives the memory of the values back, which come again from the files when they
// are next used.
func (s *Scratch) Release() error {
	s.lock.Lock()
	defer s.lock.Unlock()
	for _, m := range s.mappings {
		if err := forget(m); err != nil {
			return err
		}
	}
	return nil
}

// forget gives the memory of a mapped file back; what was written to it is kept.
func forget(m mmap.MMap) error {
	if err := unix.Madvise(m, unix.MADV_DONTNEED); err != nil {
		return fmt.Errorf("releasing the memory of mapped data: %w", err)
	}
	return nil
}

// Close removes the files. Their values must not be used afterwards.
func (s *Scratch) Close() error {
	s.lock.Lock()
	defer s.lock.Unlock()
	var err error
	for i := range s.mappings {
		err = errors.Join(err, s.mappings[i].Unmap())
	}
	s.mappings = nil
	return err
}
