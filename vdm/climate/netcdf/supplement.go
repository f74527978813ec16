package netcdf

/*
#cgo pkg-config: netcdf
#include <netcdf.h>
#include <netcdf_filter.h>
#include <stdlib.h>
*/
import "C"

import (
	"strings"
	"unsafe"

	nc "github.com/fhs/go-netcdf/netcdf"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// These functions of libnetcdf are missing in go-netcdf; they use its identifiers.

// stringAttribute returns an attribute of type string, which go-netcdf cannot read and
// which Python libraries write for texts that are not ASCII or through h5netcdf. Several
// strings are joined by a blank. It runs on the library's thread.
func stringAttribute(ds nc.Dataset, variable int, name string, length int) (string, error) {
	if length == 0 {
		return "", nil
	}
	cname := C.CString(name)
	defer C.free(unsafe.Pointer(cname))
	texts := make([]*C.char, length)
	if status := C.nc_get_att_string(C.int(ds), C.int(variable), cname, &texts[0]); status != C.NC_NOERR {
		return "", nc.Error(status)
	}
	defer C.nc_free_string(C.size_t(length), &texts[0])
	parts := make([]string, length)
	for i, text := range texts {
		if text != nil {
			parts[i] = C.GoString(text)
		}
	}
	return strings.Join(parts, " "), nil
}

// chunkLengths returns the chunk lengths along the dimensions of a variable, nil where
// it is not chunked. It runs on the library's thread.
func chunkLengths(ds nc.Dataset, variable, rank int) []int {
	if rank == 0 {
		return nil
	}
	var storage C.int
	sizes := make([]C.size_t, rank)
	if status := C.nc_inq_var_chunking(C.int(ds), C.int(variable), &storage, &sizes[0]); status != C.NC_NOERR || storage != C.NC_CHUNKED {
		return nil // classic files have no chunks
	}
	lengths := make([]int, rank)
	for i, n := range sizes {
		lengths[i] = int(n)
	}
	return lengths
}

// setChunks sets the chunk lengths of a new variable; the library's own choice can
// make writing a hundred times slower. It runs on the library's thread.
func setChunks(ds nc.Dataset, variable string, lengths []int) error {
	cname := C.CString(variable)
	defer C.free(unsafe.Pointer(cname))
	var id C.int
	if status := C.nc_inq_varid(C.int(ds), cname, &id); status != C.NC_NOERR {
		return nc.Error(status)
	}
	sizes := make([]C.size_t, len(lengths))
	for i, n := range lengths {
		sizes[i] = C.size_t(n)
	}
	if status := C.nc_def_var_chunking(C.int(ds), id, C.NC_CHUNKED, &sizes[0]); status != C.NC_NOERR {
		return nc.Error(status)
	}
	return nil
}

type namedGroup struct {
	name string
	ds   nc.Dataset
}

// childGroups returns the groups directly below one; classic files have none. It runs on
// the library's thread.
func childGroups(ds nc.Dataset) ([]namedGroup, error) {
	var count C.int
	if status := C.nc_inq_grps(C.int(ds), &count, nil); status != C.NC_NOERR || count == 0 {
		return nil, nil // a format without groups
	}
	ids := make([]C.int, count)
	if status := C.nc_inq_grps(C.int(ds), &count, &ids[0]); status != C.NC_NOERR {
		return nil, nc.Error(status)
	}
	var all []namedGroup
	for _, id := range ids {
		name := (*C.char)(C.calloc(1, C.NC_MAX_NAME+1))
		status := C.nc_inq_grpname(id, name)
		text := C.GoString(name)
		C.free(unsafe.Pointer(name))
		if status != C.NC_NOERR {
			return nil, nc.Error(status)
		}
		all = append(all, namedGroup{text, nc.Dataset(id)})
	}
	return all, nil
}

// Texts reads a variable of characters, its last dimension the letters, or of
// strings: one text for each place. It runs on the library's thread.
func (v *variable) Texts() ([]string, error) {
	n := 1
	for _, length := range v.Shape {
		n *= length
	}
	const most = 1 << 24
	if n == 0 || n > most {
		return nil, nil
	}
	if v.Type == cf.String {
		raw := make([]*C.char, n)
		if status := C.nc_get_var_string(C.int(v.ds), C.int(v.id), &raw[0]); status != C.NC_NOERR {
			return nil, nc.Error(status)
		}
		defer C.nc_free_string(C.size_t(n), &raw[0])
		all := make([]string, n)
		for i, text := range raw {
			if text != nil {
				all[i] = cf.CleanText(C.GoString(text))
			}
		}
		return all, nil
	}
	letters := make([]byte, n)
	if status := C.nc_get_var_text(C.int(v.ds), C.int(v.id), (*C.char)(unsafe.Pointer(&letters[0]))); status != C.NC_NOERR {
		return nil, nc.Error(status)
	}
	if len(v.Shape) == 0 {
		return []string{cf.CleanText(string(letters))}, nil
	}
	width := v.Shape[len(v.Shape)-1]
	var all []string
	for ; len(letters) >= width; letters = letters[width:] {
		all = append(all, cf.CleanText(string(letters[:width])))
	}
	return all, nil
}

// filters returns the filters (HDF5's numbers) through which the values of a variable
// went: those that this installation lacks, and those that it has as plugins. It runs on
// the library's thread.
func (v *variable) filters() (absent, plugins []int) {
	var count C.size_t
	if status := C.nc_inq_var_filter_ids(C.int(v.ds), C.int(v.id), &count, nil); status != C.NC_NOERR || count == 0 || count > 100 {
		return nil, nil
	}
	all := make([]C.uint, count)
	if status := C.nc_inq_var_filter_ids(C.int(v.ds), C.int(v.id), &count, &all[0]); status != C.NC_NOERR {
		return nil, nil
	}
	const firstPlugin = 256 // HDF5 has the numbers below for its own
	for _, id := range all {
		switch {
		case C.nc_inq_filter_avail(C.int(v.ds), id) == C.NC_ENOFILTER:
			absent = append(absent, int(id))
		case id >= firstPlugin:
			plugins = append(plugins, int(id))
		}
	}
	return absent, plugins
}
