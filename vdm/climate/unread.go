package climate

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
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
	for depth, below := 0, path; depth < 5; depth, below = depth+1, filepath.Join(below, "*") {
		for _, ending := range Endings() {
			if found, err := filepath.Glob(filepath.Join(below, "*"+ending)); err == nil && len(found) > 0 {
				if depth == 0 {
					return fmt.Errorf("%s is a folder, not a file: give the files in it, as %s", path, filepath.Join(path, "*"+ending))
				}
				return fmt.Errorf("%s is a folder without data files, but folders below have some: give them, as %s", path, filepath.Join(below, "*"+ending))
			}
		}
	}
	return fmt.Errorf("%s is a folder without data files (which end in %s)", path, strings.Join(Endings(), ", "))
}

// Endings returns the endings of the names of files that contain fields.
func Endings() []string { return []string{".nc", ".nc4", ".cdf", ".h5", ".hdf", ".hdf5"} }

// IsPrepared reports whether a path is a folder of prepared data.
func IsPrepared(path string) bool {
	_, err := os.Stat(filepath.Join(path, manifestName))
	return err == nil
}

var address = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9+.-]{1,20}://`)
