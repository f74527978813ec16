package netcdf

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"

	nc "github.com/fhs/go-netcdf/netcdf"

	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
)

// Array is a variable of a file of results: numbers or labels along named dimensions.
type Array struct {
	Name       string
	Dims       []string
	Shape      []int
	Values     []float64 // row by row; NaN is missing
	Labels     []string  // instead of Values, along one dimension
	Attributes map[string]string
}

// WriteArrays writes arrays and global attributes to a NetCDF file of the classic model,
// labels as characters. Use it for results that are not fields, such as scores. A
// dimension has one length in all arrays.
func WriteArrays(path string, arrays []Array, attributes map[string]string) error {
	failed := func(err error) error { return fmt.Errorf("writing %s: %w", path, err) }
	for _, a := range arrays {
		size := 1
		for _, n := range a.Shape {
			size *= n
		}
		if len(a.Dims) != len(a.Shape) || a.Labels == nil && len(a.Values) != size || a.Labels != nil && (len(a.Shape) != 1 || len(a.Labels) != size) {
			return failed(fmt.Errorf("array %q: %d values and %d labels along %v of lengths %v", a.Name, len(a.Values), len(a.Labels), a.Dims, a.Shape))
		}
	}
	place, err := os.CreateTemp(filepath.Dir(path), ".writing-*.nc")
	if err != nil {
		return failed(err)
	}
	temporary := place.Name()
	err = errors.Join(place.Chmod(0o644), place.Close())
	if err == nil {
		withLibrary(func() { err = writeArrays(temporary, arrays, attributes) })
	}
	if err == nil {
		err = checkpoint.Publish(temporary, path)
	}
	if err != nil {
		return failed(errors.Join(err, checkpoint.RemoveIfThere(temporary)))
	}
	return nil
}

func writeArrays(path string, arrays []Array, attributes map[string]string) error {
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
