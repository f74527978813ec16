package netcdf

import (
	"fmt"
	"runtime"
	"strings"
	"sync"

	nc "github.com/fhs/go-netcdf/netcdf"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// jobs wait for the one thread that uses the C library. The library is not thread-safe
// even across files, so only one use at a time is possible. It must also be the same
// thread, because HDF5 stores for each thread whether it prints its errors, which
// libnetcdf turns off only in the thread in which it starts.
var (
	jobs        = make(chan job)
	startThread sync.Once
)

type job struct {
	do   func()
	done chan any // receives the value with which do panicked, or nil
}

// withLibrary runs do on the library's thread, alone. It must not be nested.
func withLibrary(do func()) {
	startThread.Do(func() {
		go func() {
			runtime.LockOSThread()
			for j := range jobs {
				j.done <- j.run()
			}
		}()
	})
	j := job{do, make(chan any)}
	jobs <- j
	if trouble := <-j.done; trouble != nil {
		panic(trouble)
	}
}

// run does the job and returns the value with which it panicked: the thread must live
// on, and the panic belongs to the caller.
func (j job) run() (trouble any) {
	defer func() { trouble = recover() }()
	j.do()
	return nil
}

// version returns the version of the C library.
func version() string {
	var text string
	withLibrary(func() { text, _, _ = strings.Cut(nc.Version(), " of ") })
	return text
}

// openHere opens a file that has been checked and reads its metadata, in this process:
// only the reader's child does so, on its one thread.
func openHere(path string) (*cf.Dataset, error) {
	ds, err := nc.OpenFile(path, nc.NOWRITE)
	if err != nil {
		return nil, fmt.Errorf("%s: the NetCDF library cannot open it (truncated, damaged or not NetCDF): %w", path, err)
	}
	d := &cf.Dataset{Close: func() { ds.Close() }} // opened for reading: nothing can be lost
	if err := readMetadata(d, ds); err != nil {
		d.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return d, nil
}

func readMetadata(d *cf.Dataset, ds nc.Dataset) (err error) {
	if err := readGroup(d, ds, "", 0); err != nil {
		return err
	}
	if len(d.Variables) == 0 {
		return fmt.Errorf("it holds no variables")
	}
	d.Attributes, err = globals(ds)
	return err
}

// readGroup reads the metadata of the variables of a group and of those below.
func readGroup(d *cf.Dataset, ds nc.Dataset, group string, depth int) error {
	n, err := ds.NVars()
	if err != nil {
		return fmt.Errorf("counting variables: %w", err)
	}
	for id := range n {
		v := &variable{Variable: cf.Variable{Group: group, Attributes: map[string]cf.Attribute{}}, ds: ds, id: id, v: ds.VarN(id)}
		v.Values = v
		if v.Name, err = v.v.Name(); err != nil {
			return fmt.Errorf("name of variable %d: %w", id, err)
		}
		v.Name = group + v.Name
		if err := v.describe(); err != nil {
			return fmt.Errorf("variable %q: %w", v.Name, err)
		}
		d.Variables = append(d.Variables, &v.Variable)
	}
	const deepest = 8
	if depth == deepest {
		return nil
	}
	groups, err := childGroups(ds)
	if err != nil {
		return fmt.Errorf("listing groups: %w", err)
	}
	for _, g := range groups {
		if err := readGroup(d, g.ds, group+g.name+"/", depth+1); err != nil {
			return err
		}
	}
	return nil
}

// types are the types of the library's variables.
var types = map[nc.Type]cf.Type{
	nc.BYTE: cf.Byte, nc.UBYTE: cf.UByte, nc.SHORT: cf.Short, nc.USHORT: cf.UShort, nc.INT: cf.Int, nc.UINT: cf.UInt,
	nc.INT64: cf.Int64, nc.UINT64: cf.UInt64, nc.FLOAT: cf.Float, nc.DOUBLE: cf.Double, nc.CHAR: cf.Char, nc.STRING: cf.String,
}

func (v *variable) describe() error {
	typ, err := v.v.Type()
	if err != nil {
		return err
	}
	v.Type = types[typ]
	dims, err := v.v.Dims()
	if err != nil {
		return err
	}
	total := int64(1)
	for _, dim := range dims {
		name, err := dim.Name()
		if err != nil {
			return err
		}
		length, err := dim.Len()
		if err != nil {
			return err
		}
		const most = 1 << 40 // values: 4 TiB of float32
		if length > most || total > most/max(1, int64(length)) {
			return fmt.Errorf("it has more than 2⁴⁰ values (dimension %q is %d long)", name, length)
		}
		total *= int64(length)
		v.Dims, v.Shape = append(v.Dims, name), append(v.Shape, int(length))
	}
	v.Chunk = chunkLengths(v.ds, v.id, len(v.Shape))
	count, err := v.v.NAttrs()
	if err != nil {
		return err
	}
	for n := range count {
		a, err := v.v.AttrN(n)
		if err != nil {
			return fmt.Errorf("attribute %d: %w", n, err)
		}
		value, known, err := readAttribute(v.ds, v.id, a)
		if err != nil {
			return fmt.Errorf("attribute %q: %w", a.Name(), err)
		}
		if known {
			v.Attributes[a.Name()] = value
		}
	}
	return nil
}

// readAttribute reads an attribute; those of types made by the file's author are
// not known. An empty one is an empty text: go-netcdf must not be asked for it.
func readAttribute(ds nc.Dataset, variable int, a nc.Attr) (value cf.Attribute, known bool, err error) {
	typ, err := a.Type()
	if err != nil {
		return value, false, err
	}
	value.Type = types[typ]
	length, err := a.Len()
	if err != nil || length == 0 {
		return value, err == nil, err
	}
	switch typ {
	case nc.CHAR:
		var b []byte
		b, err = nc.GetBytes(a)
		value.Text = cf.CleanText(string(b))
	case nc.STRING:
		value.Text, err = stringAttribute(ds, variable, a.Name(), int(length))
		value.Text = cf.CleanText(value.Text)
	case nc.BYTE:
		value.Numbers, err = widen(nc.GetInt8s(a))
	case nc.UBYTE:
		value.Numbers, err = widen(nc.GetUint8s(a))
	case nc.SHORT:
		value.Numbers, err = widen(nc.GetInt16s(a))
	case nc.USHORT:
		value.Numbers, err = widen(nc.GetUint16s(a))
	case nc.INT:
		value.Numbers, err = widen(nc.GetInt32s(a))
	case nc.UINT:
		value.Numbers, err = widen(nc.GetUint32s(a))
	case nc.INT64:
		value.Numbers, err = widen(nc.GetInt64s(a))
	case nc.UINT64:
		value.Numbers, err = widen(nc.GetUint64s(a))
	case nc.FLOAT:
		value.Numbers, err = widen(nc.GetFloat32s(a))
	case nc.DOUBLE:
		value.Numbers, err = nc.GetFloat64s(a)
	default:
		return value, false, nil
	}
	return value, true, err
}

// number is a type that the variables of data can have.
type number interface {
	int8 | uint8 | int16 | uint16 | int32 | uint32 | int64 | uint64 | float32 | float64
}

func widen[T number](values []T, err error) ([]float64, error) {
	wide := make([]float64, len(values))
	for i, v := range values {
		wide[i] = float64(v)
	}
	return wide, err
}
