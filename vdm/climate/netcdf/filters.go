package netcdf

import (
	"fmt"
	"os"
	"strings"
)

// filtersInWords says which filters of HDF5 are absent and how to get them.
func filtersInWords(ids []int) string {
	return fmt.Sprintf("its values are compressed by a filter that this installation does not have, %s; the file is whole. Install the plugin "+
		"(Debian: libnetcdf-dev or hdf5-filter-plugin; conda: hdf5plugin) and set HDF5_PLUGIN_PATH to its folder, or have the file rewritten where the filter is: "+
		"nccopy -F none in.nc out.nc", filterNames(ids))
}

// pluginsInWords says which filters of HDF5, that come as plugins, could not undo what
// they did: often they were built for another version of the library.
func pluginsInWords(ids []int) string {
	return fmt.Sprintf("its values are compressed by %s, whose plugin is installed (HDF5_PLUGIN_PATH=%s) and cannot decompress them: it may be made for another version of HDF5, "+
		"or the file may be altered. Have it rewritten by the program that wrote it: nccopy -F none in.nc out.nc", filterNames(ids), os.Getenv("HDF5_PLUGIN_PATH"))
}

func filterNames(ids []int) string {
	var names []string
	for _, id := range ids {
		name, known := map[int]string{307: "bzip2", 32000: "LZF", 32001: "Blosc", 32004: "LZ4", 32008: "bitshuffle", 32013: "ZFP", 32015: "Zstandard",
			32017: "SZ", 32018: "FCIDECOMP", 32019: "JPEG", 32026: "Blosc2", 4: "szip"}[id]
		if !known {
			name = "unknown"
		}
		names = append(names, fmt.Sprintf("%s (HDF5 filter %d)", name, id))
	}
	return strings.Join(names, ", ")
}
