package climate

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
)

// Format reads files of one kind. A package of a format registers it when it is linked,
// as decoders of pictures do, so that a program without NetCDF links no C library:
//
//	import _ "github.com/climate-vdm/climate-vdm/vdm/climate/netcdf"
type Format struct {
	Name string // as messages call it: "NetCDF"
	// Inside says that files are in the container of another format, as ODIM_H5 is in
	// HDF5, and known by what is in it: such a format is asked before others.
	Inside bool
	// Recognises reports whether a path is of the format, by its first bytes, up to 512 of
	// them; of a folder and of a web address there are none.
	Recognises func(path string, head []byte) bool
	// Read reads one variable of a file; "" is the only one that it has. Rain comes in
	// mm/h, missing cells are NaN, rows go from south to north.
	Read func(path, variable string) (*Field, error)
	// Source describes a path for the record of sources, with its checksum where sum is
	// set; nil is by the one file that it is.
	Source func(path string, sum bool) (Source, error)
}

var (
	formatsLock sync.Mutex
	formats     []Format
)

// RegisterFormat makes [Open] read files of a format. Call it from init.
func RegisterFormat(f Format) {
	formatsLock.Lock()
	defer formatsLock.Unlock()
	if f.Inside {
		formats = append([]Format{f}, formats...)
		return
	}
	formats = append(formats, f)
}

// Open returns one variable of a file in any linked format; "" means the file's only
// one. A file that cannot be read is an error that names the file and its kind, as far
// as its first bytes tell, or the formats that are linked.
//
// Files that need more settings, such as the interval of an accumulation, are read by
// the package of their format.
func Open(path, variable string) (*Field, error) {
	f, names, err := formatOf(path)
	if f != nil {
		return f.Read(path, variable)
	}
	if other := Unread(path); other != nil {
		return nil, other
	}
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: this program links no file format; import one, such as vdm/climate/netcdf", path)
	}
	return nil, fmt.Errorf("%s: its first bytes are of no format that is linked (%s)", path, strings.Join(names, ", "))
}

// formatOf returns the linked format that recognises a path, or nil with the names of
// those that are linked, and an error where the path cannot be read as a file.
func formatOf(path string) (*Format, []string, error) {
	head, err := headOf(path)
	formatsLock.Lock()
	linked := append([]Format(nil), formats...)
	formatsLock.Unlock()
	var names []string
	for _, f := range linked {
		if f.Recognises(path, head) {
			return &f, nil, nil
		}
		names = append(names, f.Name)
	}
	return nil, names, err
}

func headOf(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	head := make([]byte, 512)
	n, err := io.ReadFull(file, head)
	if err != nil && n == 0 {
		return nil, fmt.Errorf("%s: an empty file or a folder (%w)", path, err)
	}
	return head[:n], nil
}

// sourceOf describes data for the record of sources, whatever their format.
func sourceOf(path string) (Source, error) {
	if f, _, _ := formatOf(path); f != nil && f.Source != nil {
		return f.Source(path, true)
	}
	return HashSource(path)
}
