package netcdf

import (
	"fmt"

	nc "github.com/fhs/go-netcdf/netcdf"
)

// writer keeps the first error, after which it does nothing.
type writer struct {
	ds  nc.Dataset
	err error
}

// fillOut marks missing cells in files: the library's own fill value, which every
// reader knows.
const fillOut = float32(9.9692099683868690e+36)

func (w *writer) dim(name string, length int) (d nc.Dim) {
	if w.err == nil {
		if d, w.err = w.ds.AddDim(name, uint64(length)); w.err != nil {
			w.err = fmt.Errorf("dimension %q: %w", name, w.err)
		}
	}
	return d
}

func (w *writer) variable(name string, typ nc.Type, dims ...nc.Dim) (v nc.Var) {
	if w.err == nil {
		if v, w.err = w.ds.AddVar(name, typ, dims); w.err != nil {
			w.err = fmt.Errorf("variable %q: %w", name, w.err)
		}
	}
	return v
}

func (w *writer) deflate(v nc.Var) {
	if w.err == nil {
		w.err = v.SetCompression(true, true, 1)
	}
}

// text writes an attribute of a variable; an empty one is left out, since
// go-netcdf panics on it.
func (w *writer) text(v nc.Var, name, value string) {
	if w.err == nil && value != "" {
		w.put(v.Attr(name), value)
	}
}

func (w *writer) global(name, value string) {
	if w.err == nil && value != "" {
		w.put(w.ds.Attr(name), value)
	}
}

func (w *writer) put(a nc.Attr, value string) {
	if err := a.WriteBytes([]byte(value)); err != nil {
		w.err = fmt.Errorf("attribute %q: %w", a.Name(), err)
	}
}

// attribute writes what a grid mapping holds.
func (w *writer) attribute(v nc.Var, name string, value any) {
	if w.err != nil {
		return
	}
	switch x := value.(type) {
	case string:
		w.text(v, name, x)
	case float64:
		w.err = v.Attr(name).WriteFloat64s([]float64{x})
	case []float64:
		if len(x) > 0 {
			w.err = v.Attr(name).WriteFloat64s(x)
		}
	default:
		w.err = fmt.Errorf("grid mapping attribute %q is a %T, expected text or numbers", name, value)
	}
}

func (w *writer) doubles(v nc.Var, values []float64) {
	if w.err == nil {
		w.err = v.WriteFloat64s(values)
	}
}
