package netcdf

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	nc "github.com/fhs/go-netcdf/netcdf"

	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// output is a file while its values are written. It has a temporary name in the folder
// of the path until then, so that the path never holds half a file.
type output struct {
	path, temporary string
	writer          writer
	open            map[string]nc.Var // variables whose values follow
	buffer          []float32
}

// create begins a deflated NetCDF-4 file (classic model).
func create(path string, h *cf.Header) (cf.Writer, error) {
	// The place is taken by Go, whose errors say more than the library's.
	temporary, err := beside(path)
	if err != nil {
		return nil, err
	}
	o := &output{path: path, temporary: temporary, open: map[string]nc.Var{}}
	withLibrary(func() {
		if o.writer.ds, err = nc.CreateFile(o.temporary, nc.CLOBBER|nc.NETCDF4|nc.CLASSIC_MODEL); err != nil {
			err = fmt.Errorf("the NetCDF library cannot create it: %w", err)
			return
		}
		o.header(h)
		if o.writer.err != nil {
			err = errors.Join(o.writer.err, o.writer.ds.Close())
		}
	})
	if err != nil {
		return nil, errors.Join(err, o.remove())
	}
	return o, nil
}

// beside makes an empty file with a temporary name in the folder of a path, and removes
// those of this path that killed processes have left. A living process has the lock of
// the HDF5 library on its own.
func beside(path string) (temporary string, err error) {
	dir, stem := filepath.Dir(path), ".writing-"+strings.TrimSuffix(filepath.Base(path), ".nc")+"-"
	// That a file cannot be removed is in nobody's way.
	_ = climate.RemoveLeft(dir, regexp.MustCompile("^"+regexp.QuoteMeta(stem)+`[0-9]+\.nc$`), false)
	place, err := os.CreateTemp(dir, stem+"*.nc")
	if err != nil {
		return "", err
	}
	if err := errors.Join(place.Chmod(0o644), place.Close()); err != nil {
		return "", errors.Join(err, os.Remove(place.Name()))
	}
	return place.Name(), nil
}

func (o *output) remove() error { return checkpoint.RemoveIfThere(o.temporary) }

// header writes all but the values of the variables that are open.
func (o *output) header(h *cf.Header) {
	w := &o.writer
	dims := map[string]nc.Dim{}
	for _, d := range h.Dims {
		dims[d.Name] = w.dim(d.Name, d.Length)
	}
	types := map[cf.Type]nc.Type{cf.Int: nc.INT, cf.Float: nc.FLOAT, cf.Double: nc.DOUBLE}
	all := make([]nc.Var, len(h.Variables))
	for i, v := range h.Variables {
		var over []nc.Dim
		for _, name := range v.Dims {
			over = append(over, dims[name])
		}
		all[i] = w.variable(v.Name, types[v.Type], over...)
		for _, a := range v.Attributes {
			w.attribute(all[i], a.Name, a.Value)
		}
		if v.Open {
			o.open[v.Name] = all[i]
			if w.err == nil {
				w.err = all[i].Attr("_FillValue").WriteFloat32s([]float32{fillOut})
			}
		}
		if v.Chunk != nil && w.err == nil {
			w.err = setChunks(w.ds, v.Name, v.Chunk)
		}
		if v.Compress {
			w.deflate(all[i])
		}
	}
	for _, a := range h.Attributes {
		if text, ok := a.Value.(string); ok {
			w.global(a.Name, text)
		}
	}
	if w.err == nil {
		w.err = w.ds.EndDef()
	}
	for i, v := range h.Variables {
		switch values := v.Values.(type) {
		case []float64:
			w.doubles(all[i], values)
		case []int32:
			if w.err == nil {
				w.err = all[i].WriteInt32s(values)
			}
		}
	}
}

// Write writes a block of a variable; NaN becomes the fill value.
func (o *output) Write(variable string, start, count []int, values []float32) (err error) {
	v, ok := o.open[variable]
	if !ok {
		return fmt.Errorf("there is no variable %q to write", variable)
	}
	from, many := make([]uint64, len(start)), make([]uint64, len(count))
	for i := range start {
		from[i], many[i] = uint64(start[i]), uint64(count[i])
	}
	o.buffer = append(o.buffer[:0], values...)
	for i, x := range o.buffer {
		if x != x {
			o.buffer[i] = fillOut
		}
	}
	withLibrary(func() { err = v.WriteFloat32Slice(o.buffer, from, many) })
	return err
}

// Commit ends the file, syncs it and gives it its name.
func (o *output) Commit() error {
	var err error
	withLibrary(func() { err = o.writer.ds.Close() }) // a full disk may show at closing only
	if err == nil {
		err = checkpoint.Publish(o.temporary, o.path)
	}
	if err != nil {
		return errors.Join(err, o.remove())
	}
	return nil
}

// Abort removes what was written.
func (o *output) Abort() error {
	var err error
	withLibrary(func() { err = o.writer.ds.Close() })
	return errors.Join(err, o.remove())
}
