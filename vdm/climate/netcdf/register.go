package netcdf

import (
	"bytes"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

func init() {
	cf.Register(cf.Format{
		Name: "NetCDF",
		About: "Classic files (CDF-1, CDF-2, CDF-5), NetCDF-4 and HDF5, with groups, through libnetcdf and the filters that it has. " +
			"They are read in a process of its own, which a damaged file may end",
		Endings: []string{".nc"}, Version: version, Others: true,
		Recognises: func(_ string, head []byte) bool {
			// Classic files, and HDF5 at their beginning; HDF5 after a block of the user's own
			// is not looked for.
			return bytes.HasPrefix(head, []byte("CDF")) || bytes.HasPrefix(head, []byte("\x89HDF\r\n\x1a\n"))
		},
		Open: open, Create: create, Arrays: saveArrays,
	})
}
