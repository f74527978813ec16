package netcdf

import (
	nc "github.com/fhs/go-netcdf/netcdf"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// variable is one of an open file. All that it does runs on the library's thread.
type variable struct {
	cf.Variable
	ds nc.Dataset
	id int
	v  nc.Var
}
