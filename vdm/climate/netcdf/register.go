package netcdf

import (
	"bytes"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

func init() {
	climate.RegisterFormat(climate.Format{
		Name: "NetCDF",
		Recognises: func(head []byte) bool {
			// These are classic files, and HDF5 files without a block of the user's own
			// before the signature.
			return bytes.HasPrefix(head, []byte("CDF")) || bytes.HasPrefix(head, []byte("\x89HDF\r\n\x1a\n"))
		},
		Read: func(path, variable string) (*climate.Field, error) {
			return Read(path, ReadOptions{Variable: variable})
		},
	})
}
