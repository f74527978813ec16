package netcdf

import (
	"fmt"
	"runtime"
	"strings"
	"sync"

	nc "github.com/fhs/go-netcdf/netcdf"
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

// Version returns the version of the C library.
func Version() string {
	var version string
	withLibrary(func() { version, _, _ = strings.Cut(nc.Version(), " of ") })
	return version
}

// withDataset opens a file that has been checked, on the library's thread, and
// closes it after use.
func withDataset(path string, use func(*dataset) error) (err error) {
	withLibrary(func() {
		var d *dataset
		if d, err = open(path); err != nil {
			return
		}
		defer d.close()
		err = use(d)
	})
	return err
}

// open returns a file with its metadata.
func open(path string) (*dataset, error) {
	ds, err := nc.OpenFile(path, nc.NOWRITE)
	if err != nil {
		return nil, fmt.Errorf("%s: the NetCDF library cannot open it (truncated, damaged or not NetCDF): %w", path, err)
	}
	d := &dataset{path: path, ds: ds}
	if err := d.readMetadata(); err != nil {
		ds.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return d, nil
}

func (d *dataset) close() { d.ds.Close() } // opened for reading: nothing can be lost

func (d *dataset) readMetadata() error {
	if err := d.readGroup(d.ds, "", 0); err != nil {
		return err
	}
	if len(d.vars) == 0 {
		return fmt.Errorf("it holds no variables")
	}
	return nil
}

// readGroup reads the metadata of the variables of a group and of those below.
func (d *dataset) readGroup(ds nc.Dataset, group string, depth int) error {
	n, err := ds.NVars()
	if err != nil {
		return fmt.Errorf("counting variables: %w", err)
	}
	for id := range n {
		v := &variable{ds: ds, id: id, group: group, v: ds.VarN(id), attrs: map[string]attribute{}}
		if v.name, err = v.v.Name(); err != nil {
			return fmt.Errorf("name of variable %d: %w", id, err)
		}
		v.name = group + v.name
		if err := d.describe(v, id); err != nil {
			return fmt.Errorf("variable %q: %w", v.name, err)
		}
		d.vars = append(d.vars, v)
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
		if err := d.readGroup(g.ds, group+g.name+"/", depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (d *dataset) describe(v *variable, id int) error {
	var err error
	if v.typ, err = v.v.Type(); err != nil {
		return err
	}
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
		v.dims, v.shape = append(v.dims, name), append(v.shape, int(length))
	}
	v.chunk = chunkLengths(v.ds, id, len(v.shape))
	count, err := v.v.NAttrs()
	if err != nil {
		return err
	}
	for n := range count {
		a, err := v.v.AttrN(n)
		if err != nil {
			return fmt.Errorf("attribute %d: %w", n, err)
		}
		value, known, err := readAttribute(v.ds, id, a)
		if err != nil {
			return fmt.Errorf("attribute %q: %w", a.Name(), err)
		}
		if known {
			v.attrs[a.Name()] = value
		}
	}
	return nil
}

// readAttribute returns an attribute; those of types made by the file's author are not
// known. An empty one is an empty text, for which go-netcdf must not be asked.
func readAttribute(ds nc.Dataset, variable int, a nc.Attr) (value attribute, known bool, err error) {
	if value.typ, err = a.Type(); err != nil {
		return value, false, err
	}
	length, err := a.Len()
	if err != nil || length == 0 {
		return value, err == nil, err
	}
	switch value.typ {
	case nc.CHAR:
		var b []byte
		b, err = nc.GetBytes(a)
		value.text = cleanText(string(b))
	case nc.STRING:
		value.text, err = stringAttribute(ds, variable, a.Name(), int(length))
		value.text = cleanText(value.text)
	case nc.BYTE:
		value.numbers, err = widen(nc.GetInt8s(a))
	case nc.UBYTE:
		value.numbers, err = widen(nc.GetUint8s(a))
	case nc.SHORT:
		value.numbers, err = widen(nc.GetInt16s(a))
	case nc.USHORT:
		value.numbers, err = widen(nc.GetUint16s(a))
	case nc.INT:
		value.numbers, err = widen(nc.GetInt32s(a))
	case nc.UINT:
		value.numbers, err = widen(nc.GetUint32s(a))
	case nc.INT64:
		value.numbers, err = widen(nc.GetInt64s(a))
	case nc.UINT64:
		value.numbers, err = widen(nc.GetUint64s(a))
	case nc.FLOAT:
		value.numbers, err = widen(nc.GetFloat32s(a))
	case nc.DOUBLE:
		value.numbers, err = nc.GetFloat64s(a)
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

// isNumeric reports whether a variable's type is one of number.
func (v *variable) isNumeric() bool {
	switch v.typ {
	case nc.BYTE, nc.UBYTE, nc.SHORT, nc.USHORT, nc.INT, nc.UINT, nc.INT64, nc.UINT64, nc.FLOAT, nc.DOUBLE:
		return true
	}
	return false
}

// blockLength returns how many places along a dimension are read at once, when one place
// takes rowBytes: about slabBytes, in whole chunks where the memory for it is
// reasonable. A chunk that is read in parts is inflated again for each part.
func (v *variable) blockLength(dim, rowBytes int) int {
	n := max(1, slabBytes/max(1, rowBytes))
	if v.chunk == nil {
		return n
	}
	chunk := v.chunk[dim]
	if n >= chunk {
		return n / chunk * chunk
	}
	if chunk <= mostBytes/max(1, rowBytes) {
		return chunk
	}
	return n
}

const (
	// slabBytes is about the number of bytes read at once: enough for the library to run
	// at full speed, little beside a field.
	slabBytes = 16 << 20
	// mostBytes bounds this number where chunks are long in time.
	mostBytes = 512 << 20
)

func (v *variable) text(name string) string { return v.attrs[name].text }

// base returns the variable's name without its groups.
func (v *variable) base() string { return strings.TrimPrefix(v.name, v.group) }

// find returns a variable by its whole name, or by the name without groups where only
// one has it.
func (d *dataset) find(name string) *variable {
	var found *variable
	for _, v := range d.vars {
		if v.name == name {
			return v
		}
		if v.base() == name && name != "" {
			if found != nil {
				found = nil
				break
			}
			found = v
		}
	}
	return found
}

// near returns the variable that a name in an attribute of v refers to: in its group,
// else in one above, else anywhere.
func (d *dataset) near(v *variable, name string) *variable {
	if name == "" {
		return nil
	}
	for _, c := range d.visible(v) {
		if c.base() == name {
			return c
		}
	}
	return d.find(strings.TrimPrefix(name, "/"))
}

// visible returns the variables whose dimensions are the same as those of v where they
// have the same names: of its group and of those above, the nearest first.
func (d *dataset) visible(v *variable) []*variable {
	var all []*variable
	for group := v.group; ; {
		for _, c := range d.vars {
			if c.group == group {
				all = append(all, c)
			}
		}
		if group == "" {
			return all
		}
		group = group[:strings.LastIndexByte(strings.TrimSuffix(group, "/"), '/')+1]
	}
}
