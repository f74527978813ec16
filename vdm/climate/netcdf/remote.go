package netcdf

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// open opens a file without risk to this process: it must look like NetCDF and be as
// long as its header says, and all that the C library does happens in the reader.
func open(path string) (*cf.Dataset, error) {
	if err := checkFile(path); err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	full, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	// Damaged files have sent the library into endless loops; a good file is read at
	// some hundred MB/s.
	f := &file{path: full, limit: 30*time.Second + time.Duration(info.Size()/(5<<20))*time.Second}
	return f.open(theReader)
}

func (f *file) open(r *reader) (*cf.Dataset, error) {
	f.number = r.keep()
	a, err := r.ask(f, &request{Open: f.path}, nil)
	if err == nil && a.Err != "" {
		err = errors.New(a.Err)
	}
	if err != nil {
		r.release(f.number)
		return nil, err
	}
	d := &cf.Dataset{Attributes: a.Attributes, Close: func() { r.release(f.number) }}
	for id := range a.Variables {
		v := &a.Variables[id]
		v.Values = &remote{reader: r, file: f, id: id}
		d.Variables = append(d.Variables, v)
	}
	return d, nil
}

// remote are the values of a variable, which the reader reads.
type remote struct {
	reader *reader
	file   *file
	id     int
	why    string // what is known of the last error
}

func (v *remote) ask(q *request, values []byte) (answer, error) {
	q.Variable = v.id
	a, err := v.reader.ask(v.file, q, values)
	if err == nil && a.Err != "" {
		err = errors.New(a.Err)
	}
	v.why = a.Why
	return a, err
}

// Read reads a block.
func (v *remote) Read(dst any, start, count []int) error {
	typ, values := bytesOf(dst)
	if typ == cf.NoType {
		return fmt.Errorf("type %T is not read", dst)
	}
	_, err := v.ask(&request{Type: typ, Start: start, Count: count}, values)
	return err
}

// Texts reads a variable of characters or strings.
func (v *remote) Texts() ([]string, error) {
	a, err := v.ask(&request{}, nil)
	return a.Texts, err
}

// Why is what is known of values that cannot be read.
func (v *remote) Why() string { return v.why }
