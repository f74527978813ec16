package powercut

import "golang.org/x/sys/unix"

// effect is what a system call does to files.
type effect int

const (
	nothing effect = iota
	opens
	makes
	removes
	renames
	links
	looks
	writes
	resizes
	syncs
	mapped
)

// call says what a system call does and which of its arguments say to what.
type call struct {
	does   effect
	path   int  // the argument with the path or the file descriptor
	second int  // the argument with the second path
	flags  int  // the argument with the flags of a rename; 0 means none
	at     bool // whether the argument before each path is the folder that it begins in
	placed bool // whether a write has its place as argument 3
}

// dir returns the file descriptor of the folder in which a path begins.
func (c call) dir(args [6]uint64, argument int) int {
	if !c.at {
		return unix.AT_FDCWD
	}
	return int(int32(args[argument]))
}

func known(number uint64) call {
	if c, ok := calls[number]; ok {
		return c
	}
	return olderCalls[number]
}

// calls are those of every processor.
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
