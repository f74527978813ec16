package netcdf

import (
	"errors"
	"fmt"
	"math"
	"slices"

	nc "github.com/fhs/go-netcdf/netcdf"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// sampleDims are the first dimensions of a channel in a file of samples; the last two
// are those of the grid.
var sampleDims = []string{"time", "member"}

// SampleReader reads a file of samples member by member, as a [SampleWriter]
// wrote it.
type SampleReader struct {
	path     string
	file     *SampleFile
	dataset  *dataset
	channels []*variable
	buffer   []float32
}

// HeadSamples describes a file that [WriteSamples] or a [SampleWriter] wrote: a
// SampleFile without the values, from which [CreateSamples] makes the same header. Only
// metadata and coordinates of the file are read.
func HeadSamples(path string) (*SampleFile, error) {
	if err := probe(path, depthHead); err != nil {
		return nil, err
	}
	var file *SampleFile
	err := withDataset(path, func(d *dataset) (err error) {
		if file, _, err = d.samples(); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		return nil
	})
	return file, err
}

// OpenSamples opens a file of samples to read its values; the caller closes it.
func OpenSamples(path string) (r *SampleReader, err error) {
	if err := Probe(path); err != nil {
		return nil, err
	}
	r = &SampleReader{path: path}
	withLibrary(func() {
		if r.dataset, err = open(path); err != nil {
			return
		}
		if r.file, r.channels, err = r.dataset.samples(); err != nil {
			r.dataset.close()
			err = fmt.Errorf("%s: %w", path, err)
		}
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// Read reads frames of a member from a frame on, [frame, y, x, channel]; missing
// cells are NaN. The length of frames says how many.
func (r *SampleReader) Read(member, from int, frames []float32) error {
	g, channels := &r.file.Grid, len(r.channels)
	cells := g.Height * g.Width
	n := len(frames) / (cells * channels)
	if len(frames) != n*cells*channels || n < 1 || member < 0 || member >= r.file.Members || from < 0 || from+n > len(r.file.Times) {
		return fmt.Errorf("reading %s: %d values as frames of member %d from %d on: the file has %d members of %d frames of %d × %d × %d channels",
			r.path, len(frames), member, from, r.file.Members, len(r.file.Times), g.Height, g.Width, channels)
	}
	r.buffer = slices.Grow(r.buffer[:0], n*cells)[:n*cells]
	var err error
	withLibrary(func() {
		for c, v := range r.channels {
			start := []uint64{uint64(from), uint64(member), 0, 0}
			count := []uint64{uint64(n), 1, uint64(g.Height), uint64(g.Width)}
			if err = v.v.ReadFloat32Slice(r.buffer, start, count); err != nil {
				err = fmt.Errorf("%s: variable %q: reading member %d (file damaged or truncated?): %w", r.path, v.name, member, err)
				return
			}
			for i, x := range r.buffer {
				if x == fillOut {
					x = float32(math.NaN())
				}
				frames[i*channels+c] = x
			}
		}
	})
	return err
}

// Close closes the file.
func (r *SampleReader) Close() {
	withLibrary(r.dataset.close) // opened for reading: nothing can be lost
}

// samples returns the description of a file of samples and its channels.
func (d *dataset) samples() (*SampleFile, []*variable, error) {
	file := &SampleFile{}
	var channels []*variable
	for _, v := range d.dataVariables() {
		if !slices.Contains(v.dims, "member") {
			continue
		}
		if len(v.dims) != 4 || !slices.Equal(v.dims[:2], sampleDims) || v.typ != nc.FLOAT {
			return nil, nil, fmt.Errorf("variable %q is %v along %v, expected 32-bit values along time, member and two of the grid, as samples are written",
				v.name, v.typ, v.dims)
		}
		s, err := d.newSource(v, &ReadOptions{Kind: climate.KindOther, Index: map[string]int{"member": 0}})
		if err != nil {
			return nil, nil, err
		}
		if s.order.rows != nil || s.order.cols != nil {
			return nil, nil, fmt.Errorf("variable %q runs from north to south or from east to west, unlike samples as they are written", v.name)
		}
		f := &s.field
		if len(channels) == 0 {
			file.Members, file.Grid, file.Times, file.Calendar, file.Epoch = v.shape[1], f.Grid, f.Times, f.Calendar, f.Epoch
			file.From, file.To = f.From, f.To
		}
		file.Channels = append(file.Channels, SampleChannel{Name: v.name, LongName: f.LongName, StandardName: f.StandardName, Units: v.text("units"), CellMethods: f.CellMethods})
		channels = append(channels, v)
	}
	if len(channels) == 0 {
		return nil, nil, errors.New(`it holds no variable with a dimension "member": it is no file of samples`)
	}
	var err error
	if file.Numbers, err = d.memberNumbers(file.Members); err != nil {
		return nil, nil, err
	}
	file.Attributes, err = d.globals()
	return file, channels, err
}

// memberNumbers returns the coordinate of the members, nil for 0, 1, 2 ….
func (d *dataset) memberNumbers(members int) ([]int32, error) {
	v := d.find("member")
	if v == nil || !v.isNumeric() || len(v.dims) != 1 {
		return nil, nil
	}
	values, err := v.readAll()
	if err != nil {
		return nil, err
	}
	numbers, counted := make([]int32, members), true
	for i, x := range values {
		numbers[i] = int32(x)
		if float64(numbers[i]) != x {
			return nil, fmt.Errorf("coordinate \"member\" holds %v, expected whole numbers", x)
		}
		counted = counted && numbers[i] == int32(i)
	}
	if counted {
		return nil, nil
	}
	return numbers, nil
}

// globals returns the texts of the global attributes unchanged, without Conventions,
// which the writer adds.
func (d *dataset) globals() (map[string]string, error) {
	n, err := d.ds.NAttrs()
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	for i := range n {
		a, err := d.ds.AttrN(i)
		if err != nil {
			return nil, fmt.Errorf("global attribute %d: %w", i, err)
		}
		typ, err := a.Type()
		if err != nil {
			return nil, fmt.Errorf("global attribute %q: %w", a.Name(), err)
		}
		length, err := a.Len()
		if err != nil {
			return nil, fmt.Errorf("global attribute %q: %w", a.Name(), err)
		}
		if typ != nc.CHAR || length == 0 || a.Name() == "Conventions" {
			continue // samples are written with texts only
		}
		text, err := nc.GetBytes(a)
		if err != nil {
			return nil, fmt.Errorf("global attribute %q: %w", a.Name(), err)
		}
		all[a.Name()] = string(text)
	}
	return all, nil
}
