package powercut

import "golang.org/x/sys/unix"

const statCall = unix.SYS_NEWFSTATAT

// olderCalls are those that later processors do not have; the C library makes them.
var olderCalls = map[uint64]call{
	unix.SYS_OPEN:    {does: opens},
	unix.SYS_MKDIR:   {does: makes},
	unix.SYS_RMDIR:   {does: removes},
	unix.SYS_UNLINK:  {does: removes},
	unix.SYS_RENAME:  {does: renames, second: 1},
	unix.SYS_LINK:    {does: links, second: 1},
	unix.SYS_SYMLINK: {does: links, second: 1},
}
