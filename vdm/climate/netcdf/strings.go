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
