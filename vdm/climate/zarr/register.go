package zarr

import "github.com/climate-vdm/climate-vdm/vdm/climate/cf"

func init() {
	cf.Register(cf.Format{
		Name: "Zarr", Endings: []string{".zarr"}, Folder: true,
		Recognises: recognises,
		// What a store says of itself is checked when it is opened, and each chunk when it is
		// read: nothing can bring the program down, so no value is read for it beforehand.
		Admit:  func(string, cf.Depth) error { return nil },
		Open:   open,
		Create: create,
		Source: source,
		Check:  check,
	})
}
