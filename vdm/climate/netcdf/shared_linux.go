package netcdf

import (
	"os"

	"golang.org/x/sys/unix"
)

// sharedBytes is the size of the memory that this process and the child share: some
// blocks of values, which pass through it without the system copying them twice.
const sharedBytes = 8 << 20

// share returns memory and the file by which a child gets the same; nil where the system
// has none, and all values pass through the pipe.
func share() (memory []byte, file *os.File) {
	fd, err := unix.MemfdCreate("values", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, nil
	}
	file = os.NewFile(uintptr(fd), "values")
	if err := file.Truncate(sharedBytes); err != nil {
		file.Close()
		return nil, nil
	}
	if memory = mapped(file); memory == nil {
		file.Close()
		return nil, nil
	}
	return memory, file
}

// mapped returns the memory behind a file of [share], nil where the file is none.
func mapped(file *os.File) []byte {
	var about unix.Stat_t
	if unix.Fstat(int(file.Fd()), &about) != nil || about.Size != sharedBytes {
		return nil
	}
	memory, err := unix.Mmap(int(file.Fd()), 0, sharedBytes, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil
	}
	return memory
}

// unmap gives memory of [share] back.
func unmap(memory []byte) {
	if memory != nil {
		_ = unix.Munmap(memory) // an error would leave it mapped
	}
}
