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
	Name string // in messages: "NetCDF"
	// Recognises reports whether a file has this format by its first bytes, up to 512 of
	// them.
	Recognises func(head []byte) bool
	// Read reads one variable of a file; "" means its only one. Rain is in mm/h, missing
	// cells are NaN, rows go from south to north.
	Read func(path, variable string) (*Field, error)
}

var (
	formatsLock sync.Mutex
	formats     []Format
)

// RegisterFormat makes [Open] read files of a format. Call it from init.
func RegisterFormat(f Format) {
	formatsLock.Lock()
	defer formatsLock.Unlock()
	formats = append(formats, f)
}

// Open returns one variable of a file in any linked format; "" means the file's only
// one. A file that cannot be read is an error that names the file and its kind, as far
// as its first bytes tell, or the formats that are linked.
//
// Files that need more settings, such as the interval of an accumulation, are read by
// the package of their format.
func Open(path, variable string) (*Field, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	head := make([]byte, 512)
	n, err := io.ReadFull(file, head)
	file.Close()
	if err != nil && n == 0 {
		return nil, fmt.Errorf("%s: an empty file or a folder (%w)", path, err)
	}
	formatsLock.Lock()
	linked := append([]Format(nil), formats...)
	formatsLock.Unlock()
	var names []string
	for _, f := range linked {
		if f.Recognises(head[:n]) {
			return f.Read(path, variable)
		}
		names = append(names, f.Name)
	}
	if other := Unread(path); other != nil {
		return nil, other
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: this program links no file format; import one, such as vdm/climate/netcdf", path)
	}
	return nil, fmt.Errorf("%s: its first bytes are of no format that is linked (%s)", path, strings.Join(names, ", "))
}
