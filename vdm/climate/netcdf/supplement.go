package netcdf

/*
#cgo pkg-config: netcdf
#include <netcdf.h>
#include <stdlib.h>
*/
import "C"

import (
	"strings"
	"unsafe"

	nc "github.com/fhs/go-netcdf/netcdf"
)

// What libnetcdf offers and go-netcdf does not, on the identifiers of the latter.

// stringAttribute reads an attribute of type string, which go-netcdf cannot and
// which Python libraries write where a text is not ASCII or through h5netcdf.
// Several strings are joined by a blank. It runs on the
// library's thread.
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

// chunkLengths returns the chunk lengths along the dimensions of a variable, nil
// where it is stored whole. It runs on the library's thread.
func chunkLengths(ds nc.Dataset, variable, rank int) []int {
	if rank == 0 {
		return nil
	}
	var storage C.int
	sizes := make([]C.size_t, rank)
	if status := C.nc_inq_var_chunking(C.int(ds), C.int(variable), &storage, &sizes[0]); status != C.NC_NOERR || storage != C.NC_CHUNKED {
		return nil // classic files know no chunks
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
