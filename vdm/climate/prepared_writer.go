package climate

import (
	"os"
	"sync"
	"time"
)

// PreparedWriter writes prepared data part by part, in any order and from several
// goroutines, and continues where an interrupted one stopped. Until Commit the folder
// keeps its earlier data, with two files more: the values so far, and a journal of the
// finished parts.
type PreparedWriter struct {
	dir      string
	manifest *manifest // of the new data, without the entries that depend on values
	previous *manifest // of the folder's earlier data, nil where there are none
	complete bool      // the folder already contains these data

	release func() error // of the folder's lock
	mu      sync.Mutex
	file    *os.File // the values so far
	log     *journal
	pending []journalEntry // of finished parts, not yet on the disk
	synced  time.Time      // when they last were

	digesting sync.Mutex
	digest    *digest // of the values, as far as they were written in their order
}

const (
	partialName = "preparing.f32"
	journalName = "preparing.journal"
)
