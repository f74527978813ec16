package powercut

import "golang.org/x/sys/unix"

// known returns what a system call does.
func known(number uint64) call {
	if c, ok := calls[number]; ok {
		return c
	}
	return olderCalls[number]
}

// calls has the system calls that all processors have, by their numbers.
var calls = map[uint64]call{
	unix.SYS_OPENAT:    {does: opens, path: 1, at: true},
	unix.SYS_MKDIRAT:   {does: makes, path: 1, at: true},
	unix.SYS_UNLINKAT:  {does: removes, path: 1, at: true},
	unix.SYS_RENAMEAT:  {does: renames, path: 1, second: 3, at: true},
	unix.SYS_RENAMEAT2: {does: renames, path: 1, second: 3, flags: 4, at: true},
	unix.SYS_LINKAT:    {does: links, path: 1, second: 3, at: true},
	unix.SYS_SYMLINKAT: {does: links, path: 0, second: 2, at: true},
	statCall:           {does: looks, path: 1, at: true},

	unix.SYS_WRITE:           {does: writes},
	unix.SYS_WRITEV:          {does: writes},
	unix.SYS_SENDFILE:        {does: writes},
	unix.SYS_PWRITE64:        {does: writes, placed: true},
	unix.SYS_PWRITEV:         {does: writes, placed: true},
	unix.SYS_COPY_FILE_RANGE: {does: writes, path: 2},
	unix.SYS_SPLICE:          {does: writes, path: 2},
	unix.SYS_FTRUNCATE:       {does: resizes},
	unix.SYS_FALLOCATE:       {does: resizes},
	unix.SYS_FSYNC:           {does: syncs},
	unix.SYS_FDATASYNC:       {does: syncs},
	unix.SYS_MMAP:            {does: mapped, path: 4},
}
