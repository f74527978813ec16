package netcdf

import (
	"bytes"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

func init() {
	climate.RegisterFormat(climate.Format{
		Name: "NetCDF",
		Recognises: func(head []byte) bool {
			// Classic files, and HDF5 at their beginning; HDF5 after a block of the user's own
			// is not looked for.
			return bytes.HasPrefix(head, []byte("CDF")) || bytes.HasPrefix(head, []byte("\x89HDF\r\n\x1a\n"))
		},
		Read: func(path, variable string) (*climate.Field, error) {
			return Read(path, ReadOptions{Variable: variable})
		},
	})
}
