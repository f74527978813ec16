package climate

import (
	"os"
	"sync"
)

// PreparedWriter writes prepared data part by part, in any order and from several
// goroutines, and goes on where another one was interrupted. Until Commit the
// folder holds what it held before, with two files more: the values so far, and
// a journal of the parts that are finished.
type PreparedWriter struct {
	dir      string
	manifest *manifest // of the new data, without what depends on values
	previous *manifest // of the data in the folder before, nil for none
	complete bool      // the folder holds these very data

	release func() error // of the folder
	mu      sync.Mutex
	file    *os.File // the values so far
	log     *journal
}

const (
	partialName = "preparing.f32"
	journalName = "preparing.journal"
)
