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
