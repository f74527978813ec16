package cf

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// Format opens files whose variables have CF's attributes, whatever the container. A
// package of a format registers it when it is linked, which makes it one of
// climate.Open as well.
type Format struct {
	Name    string        // as messages call it: "NetCDF"
	About   string        // what of it is read, a sentence for the page of what is accepted
	Endings []string      // of the names of files that it writes, as ".nc"
	Folder  bool          // its files are folders
	Version func() string // of the library behind it; nil for none
	Inside  bool          // in the container of another format, and recognised before it

	// Recognises reports whether a path is of the format, by its name, its first bytes
	// (up to 512, none of folders and addresses) and what lies in it.
	Recognises func(path string, head []byte) bool
	// Others says that files that no format recognises are opened by this one, whose
	// errors say what they are.
	Others bool

	// Open opens a path. Neither it nor the reading of values may bring the program down,
	// whatever the file contains.
	Open func(path string) (*Dataset, error)
	// Create begins a file that gets its name when it is committed; nil where the
	// format is not written.
	Create func(path string, h *Header) (Writer, error)
	// Continue begins a file as Create does, or continues one that was left by a process
	// that did not end it, if that was to contain the same: a text that the identity of its
	// sources is. nil where the format cannot.
	Continue func(path string, h *Header, sources string) (Continued, error)
	// Arrays writes results that are no fields, whose shapes were checked;
	// nil where the format is not written so.
	Arrays func(path string, arrays []Array, attributes map[string]string) error
	// Source describes a path for the record of sources, with its checksum where sum is
	// set; nil is by the one file that it is.
	Source func(path string, sum bool) (climate.Source, error)
	// Check says what conventions of archives a file follows or breaks, a sentence
	// each; nil for none.
	Check func(path string) ([]string, error)
}

// Writer takes the values of the variables that a [Header] left open.
type Writer interface {
	// Write writes a block of count places from start along each dimension; NaN is
	// missing. What is never written is missing.
	Write(variable string, start, count []int, values []float32) error
	// Commit ends the file and gives it its name.
	Commit() error
	// Abort removes what was written.
	Abort() error
}

// Continued is a Writer that may have found some of its values already written.
type Continued interface {
	Writer
	// Has reports whether a block is written, all of it and undamaged.
	Has(variable string, start, count []int) bool
	// Leave ends the writing and keeps what was written, for another to continue.
	Leave() error
}

var (
	formatsLock sync.Mutex
	formats     []*Format
)

// Formats returns the formats that the program links, in the order in which they are asked
// whether a file is theirs.
func Formats() []Format {
	var all []Format
	for _, f := range linked() {
		all = append(all, *f)
	}
	return all
}

func linked() []*Format {
	formatsLock.Lock()
	defer formatsLock.Unlock()
	return append([]*Format(nil), formats...)
}

// formatOf finds the format of a path. Where none recognises it, that is an error of the
// one for other files, if there is any.
func formatOf(path string) (*Format, error) {
	head, err := headBytes(path)
	var others *Format
	var names []string
	for _, f := range linked() {
		if f.Recognises(path, head) {
			return f, nil
		}
		if f.Others {
			others = f
		}
		names = append(names, f.Name)
	}
	if others != nil {
		return others, nil
	}
	if other := climate.Unread(path); other != nil {
		return nil, other
	}
	if err != nil {
		return nil, err
	}
	what := OtherFormat(path, head)
	if strings.HasPrefix(string(head), "CDF") || strings.HasPrefix(string(head), "\x89HDF") {
		what = "it is NetCDF or HDF5"
	}
	if what == "" {
		what = fmt.Sprintf("it begins with %q", head[:min(8, len(head))])
	}
	return nil, fmt.Errorf("%s is of no format that this program reads (%s): %s", path, strings.Join(names, ", "), what)
}

// headBytes are the first bytes of a file, none of a folder.
func headBytes(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	head := make([]byte, 512)
	n, err := io.ReadFull(file, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, nil //nolint:nilerr // a folder
	}
	return head[:n], nil
}

// with opens a path and closes it after use.
func (f *Format) with(path string, use func(*dataset) error) error {
	d, err := f.Open(path)
	if err != nil {
		return err
	}
	if d.Close != nil {
		defer d.Close()
	}
	return use(newDataset(d))
}

// source describes a path.
func (f *Format) source(path string, sum bool) (climate.Source, error) {
	switch {
	case f.Source != nil:
		return f.Source(path, sum)
	case sum:
		return climate.HashSource(path)
	}
	info, err := os.Stat(path)
	if err != nil {
		return climate.Source{}, err
	}
	return climate.Source{Name: filepath.Base(path), Bytes: info.Size(), Modified: info.ModTime().UnixNano()}, nil
}

// writerOf finds the format that writes files of a name.
func writerOf(path string) (*Format, error) {
	var names []string
	var others *Format
	for _, f := range linked() {
		if f.Others && f.Create != nil {
			others = f
		}
		for _, ending := range f.Endings {
			if f.Create != nil && strings.HasSuffix(strings.TrimSuffix(path, string(filepath.Separator)), ending) {
				return f, nil
			}
			names = append(names, "*"+ending)
		}
	}
	if others != nil {
		return others, nil
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: this program links no format to write; import one, such as vdm/climate/zarr", path)
	}
	return nil, fmt.Errorf("%s: the ending says no format that this program writes; there are %s", path, strings.Join(names, " and "))
}

// LibraryVersion is the version of the library behind a format, "" where there is none
// or the format is not linked.
func LibraryVersion(name string) string {
	for _, f := range linked() {
		if f.Name == name && f.Version != nil {
			return f.Version()
		}
	}
	return ""
}
