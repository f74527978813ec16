package checkpoint

import (
	"errors"
)

var (
	// ErrNone says that a directory has no snapshot that can be used.
	ErrNone = errors.New("no usable snapshot")
	// ErrLocked says that another process is saving to the directory.
	ErrLocked = errors.New("another process is saving here")
	// ErrFormat says that a snapshot was written in a format that this version of
	// the package does not know.
	ErrFormat = errors.New("unknown snapshot format")
)

// These are the names in a directory of snapshots and in a snapshot's folder. Names that
// start with tempPrefix are unfinished or about to be removed.
const (
	stepPrefix      = "step-"
	tempPrefix      = ".tmp-"
	replacedPrefix  = tempPrefix + "replaced-"
	lockName        = ".lock"
	manifestName    = "SHA256SUMS"
	indexName       = "snapshot.json"
	safetensorsTail = ".safetensors"
	formatVersion   = 1
)
