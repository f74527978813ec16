package odim

import (
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/climate/hdf5"
)

func init() {
	cf.Register(cf.Format{
		Name: "ODIM_H5", Inside: true,
		About: "Composites of weather radars (COMP, IMAGE), versions 2.0 to 2.4: ACRR, RATE, reflectivities, and other quantities with their numbers as they are; " +
			"projections aeqd, laea, lcc, longlat, merc, somerc, stere, tmerc and utm. Read by a reader in Go",
		Recognises: recognises,
		Open:       open, // every length is checked when it is read
	})
}

// recognises reports whether a path is of an HDF5 file that says that it follows ODIM_H5.
func recognises(path string, head []byte) bool {
	if !strings.HasPrefix(string(head), hdf5.Signature) {
		return false
	}
	f, err := hdf5.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	root, err := f.Root()
	if err != nil {
		return false
	}
	attributes, err := root.Attributes()
	return err == nil && strings.HasPrefix(strings.ToUpper(attributes["Conventions"].Text), "ODIM_H5")
}
