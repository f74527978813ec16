// Package all links every engine and every file format into a cell, by a blank import.
// Cells that only compute start faster without it.
package all

import (
	_ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
	_ "github.com/climate-vdm/climate-vdm/vdm/climate/netcdf"
)
