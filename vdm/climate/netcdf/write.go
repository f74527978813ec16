package netcdf

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	nc "github.com/fhs/go-netcdf/netcdf"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// SampleFile is a set of generated clips that is written as CF-1.8 NetCDF.
type SampleFile struct {
	Channels []SampleChannel
	Members  int
	Numbers  []int32 // values of the coordinate "member"; nil means 0, 1, 2 …
	Grid     climate.Grid

	// Times are the times of the frames: hours since Epoch in the calendar; with
	// climate.RelativeEpoch (or "") hours from the start of the clip, for samples
	// without a date.
	Times           []float64
	Calendar, Epoch string

	// From and To are the ends of the interval of each frame, in the hours of Times,
	// which become time bounds; nil where unknown.
	From, To []float64

	// Attributes are written as global attributes: title, source, and the run's
	// provenance (folder, configuration, seed, step). Conventions is added.
	Attributes map[string]string
}

// SampleChannel is one variable of the samples.
type SampleChannel struct {
	Name, LongName, StandardName, Units string
	CellMethods                         string // "time: mean" and the like; "" means none

	// Data is (member, time, y, x) row by row; NaN is missing. In the file the
	// order is (time, member, y, x): cdo reads time first only.
	Data []float32
}

// NewSampleFile arranges clips as the models return them, (members, frames, height,
// width, channels) with channels last, for writing. Each channel takes its name and
// units from the field of the same place in like; the caller sets grid and times.
func NewSampleFile(like []*climate.Field, members, frames, height, width int, clips []float32) (*SampleFile, error) {
	channels, cells := len(like), members*frames*height*width
	if channels == 0 || cells == 0 || len(clips) != cells*channels {
		return nil, fmt.Errorf("%d values are not %d members × %d frames × %d × %d × %d channels",
			len(clips), members, frames, height, width, channels)
	}
	s := &SampleFile{Members: members, Grid: climate.Grid{Height: height, Width: width}}
	for c, f := range like {
		data := make([]float32, cells)
		for i := range data {
			data[i] = clips[i*channels+c]
		}
		s.Channels = append(s.Channels, SampleChannel{Name: f.Name, LongName: f.LongName, StandardName: f.StandardName, Units: f.Units, CellMethods: f.CellMethods, Data: data})
	}
	return s, nil
}

// Validate returns an error where the parts do not fit together.
func (s *SampleFile) Validate() error {
	if err := s.validateHeader(); err != nil {
		return err
	}
	want := s.Members * len(s.Times) * s.Grid.Height * s.Grid.Width
	for _, c := range s.Channels {
		if len(c.Data) != want {
			return fmt.Errorf("channel %q has %d values, expected %d members × %d times × %d × %d = %d",
				c.Name, len(c.Data), s.Members, len(s.Times), s.Grid.Height, s.Grid.Width, want)
		}
	}
	return nil
}

// validateHeader checks everything but the values.
func (s *SampleFile) validateHeader() error {
	if err := s.Grid.Validate(); err != nil {
		return err
	}
	if s.Members < 1 || len(s.Times) < 1 || len(s.Channels) < 1 {
		return fmt.Errorf("%d channels of %d members and %d times are nothing to write", len(s.Channels), s.Members, len(s.Times))
	}
	if s.Numbers != nil && len(s.Numbers) != s.Members {
		return fmt.Errorf("%d numbers for %d members", len(s.Numbers), s.Members)
	}
	for i := range s.Times {
		if i > 0 && !(s.Times[i] > s.Times[i-1]) {
			return fmt.Errorf("time does not go forward: %v h, then %v h", s.Times[i-1], s.Times[i])
		}
	}
	if len(s.From) != len(s.To) || s.From != nil && len(s.From) != len(s.Times) {
		return fmt.Errorf("intervals of %d and %d ends for %d times", len(s.From), len(s.To), len(s.Times))
	}
	names := map[string]bool{}
	for _, name := range s.coordinateNames() {
		names[name] = true
	}
	for _, c := range s.Channels {
		if c.Name == "" || names[c.Name] {
			return fmt.Errorf("channel name %q is empty or already taken", c.Name)
		}
		names[c.Name] = true
	}
	return nil
}

// horizontal returns the names of the horizontal dimensions in the file.
func (s *SampleFile) horizontal() (y, x string) {
	y, x = s.Grid.YName, s.Grid.XName
	if y == "" || x == "" || y == x || slices.Contains([]string{"time", "member"}, y) || slices.Contains([]string{"time", "member"}, x) {
		return "y", "x"
	}
	return y, x
}

func (s *SampleFile) coordinateNames() []string {
	y, x := s.horizontal()
	return []string{"time", "time_bnds", "member", y, x, "lat", "lon", s.Grid.MappingName}
}

// writer stores the first error, after which it does nothing.
type writer struct {
	ds  nc.Dataset
	err error
}

// header writes everything but the values of the channels, whose variables it returns.
func (w *writer) header(s *SampleFile) []nc.Var {
	g := &s.Grid
	yName, xName := s.horizontal()
	t, m := w.dim("time", len(s.Times)), w.dim("member", s.Members)
	y, x := w.dim(yName, g.Height), w.dim(xName, g.Width)

	time := w.variable("time", nc.DOUBLE, t)
	epoch, calendar := s.Epoch, s.Calendar
	w.text(time, "axis", "T")
	if strings.Contains(epoch, " since ") {
		w.text(time, "standard_name", "time")
		w.text(time, "long_name", "time")
		w.text(time, "calendar", calendar)
	} else {
		epoch = climate.RelativeEpoch
		w.text(time, "long_name", "time from the start of the clip")
	}
	w.text(time, "units", epoch)
	var bounds nc.Var
	if s.From != nil {
		w.text(time, "bounds", "time_bnds")
		bounds = w.variable("time_bnds", nc.DOUBLE, t, w.dim("bnds", 2))
	}

	member := w.variable("member", nc.INT, m)
	w.text(member, "standard_name", "realization")
	w.text(member, "long_name", "member of the ensemble of samples")
	w.text(member, "units", "1")
	w.text(member, "axis", "E")

	axis := func(name, units, standard, letter string, values []float64, d nc.Dim) (v nc.Var) {
		if values == nil {
			return v
		}
		v = w.variable(name, nc.DOUBLE, d)
		w.text(v, "standard_name", standard)
		w.text(v, "units", units)
		w.text(v, "axis", letter)
		return v
	}
	yVar := axis(yName, g.YUnits, g.YStandardName, "Y", g.Y, y)
	xVar := axis(xName, g.XUnits, g.XStandardName, "X", g.X, x)

	var lat, lon nc.Var
	places := g.Lat != nil && g.Lon != nil
	if places {
		lat, lon = w.variable("lat", nc.DOUBLE, y, x), w.variable("lon", nc.DOUBLE, y, x)
		w.text(lat, "standard_name", "latitude")
		w.text(lat, "units", "degrees_north")
		w.text(lon, "standard_name", "longitude")
		w.text(lon, "units", "degrees_east")
		w.deflate(lat)
		w.deflate(lon)
	}
	if g.MappingName != "" {
		v := w.variable(g.MappingName, nc.INT)
		for _, name := range slices.Sorted(maps.Keys(g.Mapping)) {
			w.attribute(v, name, g.Mapping[name])
		}
	}

	data := make([]nc.Var, len(s.Channels))
	for i, c := range s.Channels {
		data[i] = w.variable(c.Name, nc.FLOAT, t, m, y, x)
		w.text(data[i], "standard_name", fittingStandardName(c.StandardName, c.Units))
		w.text(data[i], "long_name", c.LongName)
		w.text(data[i], "units", c.Units)
		w.text(data[i], "cell_methods", c.CellMethods)
		if w.err == nil {
			w.err = data[i].Attr("_FillValue").WriteFloat32s([]float32{fillOut})
		}
		if places {
			w.text(data[i], "coordinates", "lat lon")
		}
		w.text(data[i], "grid_mapping", g.MappingName)
		if w.err == nil {
			w.err = setChunks(w.ds, c.Name, []int{s.chunkFrames(), 1, g.Height, g.Width})
		}
		w.deflate(data[i])
	}
	w.global("Conventions", "CF-1.8")
	for _, name := range slices.Sorted(maps.Keys(s.Attributes)) {
		w.global(name, s.Attributes[name])
	}
	if w.err == nil {
		w.err = w.ds.EndDef()
	}

	w.doubles(time, s.Times)
	if s.From != nil {
		ends := make([]float64, 0, 2*len(s.From))
		for i := range s.From {
			ends = append(ends, s.From[i], s.To[i])
		}
		w.doubles(bounds, ends)
	}
	numbers := s.Numbers
	if numbers == nil {
		numbers = make([]int32, s.Members)
		for i := range numbers {
			numbers[i] = int32(i)
		}
	}
	if w.err == nil {
		w.err = member.WriteInt32s(numbers)
	}
	if g.Y != nil {
		w.doubles(yVar, g.Y)
	}
	if g.X != nil {
		w.doubles(xVar, g.X)
	}
	if places {
		w.doubles(lat, g.Lat)
		w.doubles(lon, g.Lon)
	}
	return data
}

// fittingStandardName returns a standard_name of CF whose canonical units the units
// convert to: a rate of rain in mm/h does not get the name of a flux of mass.
func fittingStandardName(name, units string) string {
	name = climate.StandardNameOf(name)
	if scale, err := climate.ParseRainUnits(units); err == nil && !scale.Amount && climate.PerDepth(units) {
		if rate := climate.RateStandardName(name); rate != "" {
			return rate
		}
	}
	return name
}

// chunkFrames returns how many frames of a member a chunk of the file contains: members
// are written, and mostly read, one by one.
func (s *SampleFile) chunkFrames() int {
	return min(len(s.Times), max(1, chunkCells/(s.Grid.Height*s.Grid.Width)))
}

// chunkCells is about how many cells make a chunk of output.
const chunkCells = 1 << 18

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

// text writes an attribute of a variable; an empty one is left out, because go-netcdf
// panics on it.
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

// attribute writes an attribute of a grid mapping.
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
