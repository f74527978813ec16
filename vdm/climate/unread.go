package climate

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

// Unread returns an error that says what a path is if it is not a NetCDF file, and what
// to do with it: a web address, a Zarr store, a folder. It is nil for files and for
// paths that do not exist.
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
			return fmt.Errorf("%s is a Zarr store, which is not read: save it as NetCDF, in Python with xarray.open_zarr(%q).to_netcdf(\"out.nc\")", path, path)
		}
	}
	return fmt.Errorf("%s is a folder, not a file: give the files in it, as %s", path, filepath.Join(path, "*.nc"))
}

var address = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9+.-]{1,20}://`)
