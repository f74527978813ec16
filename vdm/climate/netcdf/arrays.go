package netcdf

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	nc "github.com/fhs/go-netcdf/netcdf"

	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// saveArrays writes arrays and global attributes to a NetCDF file of the classic model,
// labels as characters.
func saveArrays(path string, arrays []cf.Array, attributes map[string]string) error {
	temporary, err := beside(path)
	if err != nil {
		return err
	}
	withLibrary(func() { err = writeArrays(temporary, arrays, attributes) })
	if err == nil {
		err = checkpoint.Publish(temporary, path)
	}
	if err != nil {
		return errors.Join(err, checkpoint.RemoveIfThere(temporary))
	}
	return nil
}

func writeArrays(path string, arrays []cf.Array, attributes map[string]string) error {
	ds, err := nc.CreateFile(path, nc.CLOBBER|nc.NETCDF4|nc.CLASSIC_MODEL)
	if err != nil {
		return fmt.Errorf("the NetCDF library cannot create it: %w", err)
	}
	w := &writer{ds: ds}
	dims, lengths := map[string]nc.Dim{}, map[string]int{}
	dim := func(name string, n int) nc.Dim {
		if have, ok := lengths[name]; ok {
			if have != n && w.err == nil {
				w.err = fmt.Errorf("dimension %q is %d long in one array and %d in another", name, have, n)
			}
			return dims[name]
		}
		lengths[name], dims[name] = n, w.dim(name, n)
		return dims[name]
	}
	variables, widths := make([]nc.Var, len(arrays)), make([]int, len(arrays))
	for i, a := range arrays {
		var along []nc.Dim
		for k, name := range a.Dims {
			along = append(along, dim(name, a.Shape[k]))
		}
		if a.Labels != nil {
			for _, label := range a.Labels {
				widths[i] = max(widths[i], len(label), 1)
			}
			variables[i] = w.variable(a.Name, nc.CHAR, append(along, dim(fmt.Sprintf("characters_%d", widths[i]), widths[i]))...)
			w.text(variables[i], "_Encoding", "utf-8")
		} else {
			variables[i] = w.variable(a.Name, nc.DOUBLE, along...)
			if w.err == nil {
				w.err = variables[i].Attr("_FillValue").WriteFloat64s([]float64{math.NaN()})
			}
		}
		for _, name := range slices.Sorted(maps.Keys(a.Attributes)) {
			w.text(variables[i], name, a.Attributes[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		w.global(name, attributes[name])
	}
	if w.err == nil {
		w.err = ds.EndDef()
	}
	for i, a := range arrays {
		if a.Labels == nil {
			w.doubles(variables[i], a.Values)
			continue
		}
		text := make([]byte, len(a.Labels)*widths[i])
		for k, label := range a.Labels {
			copy(text[k*widths[i]:], label)
		}
		if w.err == nil {
			w.err = variables[i].WriteBytes(text)
		}
	}
	return errors.Join(w.err, ds.Close())
}
