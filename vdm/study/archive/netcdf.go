//go:build !nonetcdf

package archive

import _ "github.com/climate-vdm/climate-vdm/vdm/climate/netcdf" // the format in which clips are kept
