package climate

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

// Unread says what a path is that no linked format reads, and what to do with it: a web
// address, a Zarr store, a folder. It is nil for files and for what does not exist.
func Unread(path string) error {
	if address.MatchString(path) {
		return fmt.Errorf("%s is a web address, which is not read: download the file (with curl -O or wget) and give its name", path)
	}
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return nil
	}
	for _, name := range []string{".zgroup", ".zarray", ".zmetadata", "zarr.json"} {
		if _, err := os.Stat(filepath.Join(path, name)); err == nil {
			return fmt.Errorf("%s is a Zarr store, which this program does not read: link vdm/climate/zarr, or save it as NetCDF, in Python with xarray.open_zarr(%q).to_netcdf(\"out.nc\")", path, path)
		}
	}
	return fmt.Errorf("%s is a folder, not a file: give the files in it, as %s", path, filepath.Join(path, "*"+usualEnding(path)))
}

// usualEnding returns the ending that most files of a folder have, of those that fields
// have; ".nc" where none has any.
func usualEnding(dir string) string {
	best, most := ".nc", 0
	for _, ending := range []string{".nc", ".nc4", ".h5", ".hdf", ".hdf5", ".zarr"} {
		if found, err := filepath.Glob(filepath.Join(dir, "*"+ending)); err == nil && len(found) > most {
			best, most = ending, len(found)
		}
	}
	return best
}

var address = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9+.-]{1,20}://`)
