package cf

import (
	"errors"
	"fmt"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// isSampleDims says whether dimensions are those of a channel in a file of samples:
// members, times (elapsed ones where there is no date) and the two of the grid. Older
// versions wrote times first.
func isSampleDims(dims []string) bool {
	if len(dims) != 4 {
		return false
	}
	first, second := dims[0], dims[1]
	return first == "member" && (second == "time" || second == "elapsed_time") || first == "time" && second == "member"
}

// SampleReader reads a file of samples member by member, as a [SampleWriter]
// wrote it.
type SampleReader struct {
	path      string
	file      *SampleFile
	dataset   *Dataset
	channels  []*variable
	unpackers []*unpacker
	buffer    []float32
}

// HeadSamples describes a file that [WriteSamples] or a [SampleWriter] wrote: a
// SampleFile without the values, from which [CreateSamples] makes the same header. Only
// metadata and coordinates of the file are read.
func HeadSamples(path string) (*SampleFile, error) {
	f, err := formatOf(path)
	if err != nil {
		return nil, err
	}
	var file *SampleFile
	err = f.with(path, func(d *dataset) (err error) {
		if file, _, err = d.samples(); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		return nil
	})
	return file, err
}

// OpenSamples opens a file of samples to read its values; the caller closes it.
func OpenSamples(path string) (r *SampleReader, err error) {
	format, err := formatOf(path)
	if err != nil {
		return nil, err
	}
	r = &SampleReader{path: path}
	if r.dataset, err = format.Open(path); err != nil {
		return nil, err
	}
	if r.file, r.channels, err = newDataset(r.dataset).samples(); err != nil {
		r.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for _, v := range r.channels {
		u, err := newUnpacker(v, nil)
		if err != nil {
			r.Close()
			return nil, fmt.Errorf("%s: variable %q: %w", path, v.name, err)
		}
		r.unpackers = append(r.unpackers, u)
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
	for c, v := range r.channels {
		start, count := []int{member, from, 0, 0}, []int{1, n, g.Height, g.Width}
		if v.dims[0] != "member" {
			start[0], start[1], count[0], count[1] = start[1], start[0], count[1], count[0]
		}
		if err := v.values.Read(r.buffer, start, count); err != nil {
			return fmt.Errorf("%s: variable %q: reading member %d%s: %w", r.path, v.name, member, v.values.Why(), err)
		}
		u := r.unpackers[c]
		for i, x := range r.buffer {
			frames[i*channels+c] = float32(u.value(float64(x)))
		}
	}
	return nil
}

// Close closes the file.
func (r *SampleReader) Close() {
	if r.dataset.Close != nil {
		r.dataset.Close()
	}
}

// samples returns the description of a file of samples and its channels.
func (d *dataset) samples() (*SampleFile, []*variable, error) {
	file := &SampleFile{}
	var channels []*variable
	for _, v := range d.dataVariables() {
		if !slices.Contains(v.dims, "member") {
			continue
		}
		if !isSampleDims(v.dims) || v.typ != Float {
			return nil, nil, fmt.Errorf("variable %q is %v along %v, expected 32-bit values along member, time and two of the grid, as samples are written",
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
			file.Members, file.Grid, file.Times, file.Calendar, file.Epoch = v.shape[slices.Index(v.dims, "member")], f.Grid, f.Times, f.Calendar, f.Epoch
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
	if file.Reference, err = d.forecastReference(file.Calendar); err != nil {
		return nil, nil, err
	}
	file.Attributes = d.globalTexts()
	return file, channels, nil
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

// forecastReference reads from when on a file is a forecast, in hours since
// climate.Epoch; nil where it does not say.
func (d *dataset) forecastReference(calendar string) (*float64, error) {
	v := d.find("forecast_reference_time")
	if v == nil || !v.isNumeric() || len(v.dims) != 0 {
		return nil, nil
	}
	values, err := v.readAll()
	if err != nil {
		return nil, err
	}
	units, err := climate.ParseTimeUnits(v.text("units"), calendar)
	if err != nil {
		return nil, fmt.Errorf("variable %q: %w", v.name, err)
	}
	hours, err := units.Hours(values[0])
	if err != nil || units.Relative {
		return nil, err
	}
	return &hours, nil
}
