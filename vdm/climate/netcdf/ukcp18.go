package netcdf

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	nc "github.com/fhs/go-netcdf/netcdf"

	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// recipeName is the file beside synthetic months that describes them.
const recipeName = "synthetic.json"

// WriteSynthetic writes a synthetic record as NetCDF files in the layout of UKCP18
// Local: a file for each month of 30 days, with UKCP18's file names, the 4-D variable
// pr(ensemble_member, time, grid_latitude, grid_longitude) in mm/hour, the rotated pole,
// 2-D latitude and longitude, longitudes of the grid that may exceed 360, time bounds,
// month_number, year and yyyymmddhh, and the fill 1e20. Every file says that it is
// synthetic.
//
// A file gets its name only when it is complete. So a call after an interruption
// continues: existing months are kept. made is the number of months written. progress
// receives the number of hours made.
func WriteSynthetic(ctx context.Context, dir string, s climate.SyntheticRecord, progress func(hours, total int)) (made int, err error) {
	if err := s.Validate(); err != nil {
		return 0, err
	}
	if err := checkpoint.MakeFolder(dir); err != nil {
		return 0, err
	}
	release, err := climate.LockFolder(dir)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, release()) }()
	if err := claimFolder(dir, s.Recipe()); err != nil {
		return 0, err
	}
	var months []int
	for month := range s.Months() {
		switch _, err := os.Stat(filepath.Join(dir, s.FileName(month))); {
		case errors.Is(err, fs.ErrNotExist):
			months = append(months, month)
		case err != nil:
			return 0, err
		}
	}
	grid := s.Grid()
	err = s.Generate(ctx, months, progress, func(month int) (climate.MonthWriter, error) {
		f := s.Month(month)
		f.Grid = grid // the same for all
		return createMonth(filepath.Join(dir, s.FileName(month)), f, s)
	})
	return len(months), err
}

// claimFolder writes the recipe of the files into a folder, refuses a folder of another
// recipe, and removes unfinished files of a killed process.
func claimFolder(dir string, recipe []string) error {
	path := filepath.Join(dir, recipeName)
	want, err := json.MarshalIndent(map[string][]string{"recipe": recipe}, "", " ")
	if err != nil {
		return err
	}
	want = append(want, '\n')
	switch got, err := os.ReadFile(path); {
	case errors.Is(err, fs.ErrNotExist):
		if err := checkpoint.WriteBytes(path, want); err != nil {
			return err
		}
	case err != nil:
		return err
	case string(got) != string(want):
		return fmt.Errorf("%s: the folder is of another synthetic record; take another folder. It says: %s", path, strings.Join(strings.Fields(string(got)), " "))
	}
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if left, _ := filepath.Match(temporaryMonth, e.Name()); left {
			err = errors.Join(err, os.Remove(filepath.Join(dir, e.Name())))
		}
	}
	return err
}

const temporaryMonth = ".writing-month-*"

// fillUKCP18 marks missing cells in UKCP18's files.
const fillUKCP18 = float32(1e20)

// monthFile is a file of a month in progress.
type monthFile struct {
	path, temporary string
	w               *writer
	pr              nc.Var
	height, width   int
	scratch         []float32
}

// createMonth starts a file and writes everything but the rain.
func createMonth(path string, f *climate.Field, s climate.SyntheticRecord) (*monthFile, error) {
	place, err := os.CreateTemp(filepath.Dir(path), temporaryMonth)
	if err != nil {
		return nil, fmt.Errorf("writing %s: %w", path, err)
	}
	m := &monthFile{path: path, temporary: place.Name(), height: f.Height(), width: f.Width()}
	err = errors.Join(place.Chmod(0o644), place.Close())
	withLibrary(func() {
		var ds nc.Dataset
		if err == nil {
			if ds, err = nc.CreateFile(m.temporary, nc.CLOBBER|nc.NETCDF4|nc.CLASSIC_MODEL); err != nil {
				err = fmt.Errorf("the NetCDF library cannot create it: %w", err)
				return
			}
			m.w = &writer{ds: ds}
			m.define(f, s)
			err = m.w.err
		}
	})
	if err != nil {
		return nil, m.Close(err)
	}
	return m, nil
}

// define writes dimensions, attributes and coordinates.
func (m *monthFile) define(f *climate.Field, s climate.SyntheticRecord) {
	w, g := m.w, &f.Grid
	const dateLength, idLength = 64, 27 // lengths of texts
	member, t := w.dim("ensemble_member", 1), w.dim("time", f.Frames())
	y, x, two := w.dim("grid_latitude", g.Height), w.dim("grid_longitude", g.Width), w.dim("bnds", 2)
	date, id := w.dim("string64", dateLength), w.dim("string27", idLength)

	m.pr = w.variable("pr", nc.FLOAT, member, t, y, x)
	if w.err == nil {
		w.err = m.pr.Attr("_FillValue").WriteFloat32s([]float32{fillUKCP18})
	}
	w.text(m.pr, "standard_name", "lwe_precipitation_rate")
	w.text(m.pr, "long_name", "Precipitation rate")
	w.text(m.pr, "units", "mm/hour")
	w.text(m.pr, "description", "Synthetic precipitation rate")
	w.text(m.pr, "label_units", "mm/hour")
	w.text(m.pr, "cell_methods", "time: mean")
	w.text(m.pr, "grid_mapping", g.MappingName)
	w.text(m.pr, "coordinates", "ensemble_member_id latitude longitude month_number year yyyymmddhh")
	if w.err == nil {
		w.err = setChunks(w.ds, "pr", []int{1, min(s.Batch(), f.Frames()), g.Height, g.Width})
	}
	w.deflate(m.pr)

	mapping := w.variable(g.MappingName, nc.INT)
	for _, name := range slices.Sorted(maps.Keys(g.Mapping)) {
		w.attribute(mapping, name, g.Mapping[name])
	}
	number := w.variable("ensemble_member", nc.INT, member)
	w.text(number, "units", "1")
	w.text(number, "long_name", "ensemble_member")
	w.text(number, "standard_name", "realization")
	name := w.variable("ensemble_member_id", nc.CHAR, member, id)
	w.text(name, "long_name", "ensemble_member_id")

	time := w.variable("time", nc.DOUBLE, t)
	w.text(time, "axis", "T")
	w.text(time, "standard_name", "time")
	w.text(time, "units", "hours since 1970-01-01 00:00:00")
	w.text(time, "calendar", f.Calendar)
	w.text(time, "bounds", "time_bnds")
	timeBounds := w.variable("time_bnds", nc.DOUBLE, t, two)

	axis := func(name, letter string, d nc.Dim) (v, bounds nc.Var) {
		v = w.variable(name, nc.DOUBLE, d)
		w.text(v, "axis", letter)
		w.text(v, "standard_name", name)
		w.text(v, "units", "degrees")
		w.text(v, "bounds", name+"_bnds")
		return v, w.variable(name+"_bnds", nc.DOUBLE, d, two)
	}
	yVar, yBounds := axis("grid_latitude", "Y", y)
	xVar, xBounds := axis("grid_longitude", "X", x)
	place := func(name, units string) nc.Var {
		v := w.variable(name, nc.DOUBLE, y, x)
		w.text(v, "standard_name", name)
		w.text(v, "units", units)
		w.deflate(v)
		return v
	}
	lat, lon := place("latitude", "degrees_north"), place("longitude", "degrees_east")
	counter := func(name string) nc.Var {
		v := w.variable(name, nc.INT, t)
		w.text(v, "units", "1")
		w.text(v, "long_name", name)
		return v
	}
	monthNumber, year := counter("month_number"), counter("year")
	stamp := w.variable("yyyymmddhh", nc.CHAR, t, date)
	w.text(stamp, "long_name", "yyyymmddhh")
	w.text(stamp, "units", "1")

	w.global("Conventions", "CF-1.8")
	w.global("title", "Synthetic hourly rain in the layout of UKCP18 Local; not UKCP18 data")
	w.global("source", strings.Join(s.Recipe(), "; "))
	if w.err == nil {
		w.err = w.ds.EndDef()
	}

	w.doubles(time, f.Times)
	w.doubles(timeBounds, bounds(f.Times, 1))
	step := g.Y[1] - g.Y[0]
	east := make([]float64, g.Width) // continued beyond 360, as in UKCP18's files
	for i, v := range g.X {
		east[i] = v + 360
	}
	w.doubles(yVar, g.Y)
	w.doubles(yBounds, bounds(g.Y, step))
	w.doubles(xVar, east)
	w.doubles(xBounds, bounds(east, step))
	w.doubles(lat, g.Lat)
	w.doubles(lon, g.Lon)
	var months, years []int32
	var stamps []byte
	for t, hours := range f.Times {
		var yyyy, mm, dd int32
		var hour int
		if _, err := fmt.Sscanf(climate.FormatTime(hours, f.Calendar), "%d-%d-%d %d", &yyyy, &mm, &dd, &hour); err != nil && w.err == nil {
			w.err = fmt.Errorf("time %d: %w", t, err)
		}
		months, years = append(months, mm), append(years, yyyy)
		stamps = append(stamps, padded(fmt.Sprintf("%04d%02d%02d%02d", yyyy, mm, dd, hour), dateLength)...)
	}
	if w.err == nil {
		w.err = errors.Join(number.WriteInt32s([]int32{1}), name.WriteBytes(padded("synthetic", idLength)),
			monthNumber.WriteInt32s(months), year.WriteInt32s(years), stamp.WriteBytes(stamps))
	}
}

// bounds returns the edges of cells of equal width around values.
func bounds(values []float64, width float64) []float64 {
	out := make([]float64, 0, 2*len(values))
	for _, v := range values {
		out = append(out, v-width/2, v+width/2)
	}
	return out
}

// padded returns a text of a fixed length, padded with zero bytes.
func padded(text string, length int) []byte {
	b := make([]byte, length)
	copy(b, text)
	return b
}

// Write writes frames, beginning with frame t0; NaN becomes the fill.
func (m *monthFile) Write(t0 int, frames []float32) (err error) {
	m.scratch = append(m.scratch[:0], frames...)
	for i, v := range m.scratch {
		if math.IsNaN(float64(v)) {
			m.scratch[i] = fillUKCP18
		}
	}
	n := len(frames) / (m.height * m.width)
	withLibrary(func() {
		err = m.pr.WriteFloat32Slice(m.scratch, []uint64{0, uint64(t0), 0, 0}, []uint64{1, uint64(n), uint64(m.height), uint64(m.width)})
	})
	if err != nil {
		return fmt.Errorf("writing %s: %w", m.path, err)
	}
	return nil
}

// Close gives the file its name, or removes it where err says that it is incomplete.
func (m *monthFile) Close(err error) error {
	if m.w != nil {
		withLibrary(func() { err = errors.Join(err, m.w.ds.Close()) }) // a full disk may show at closing only
	}
	if err == nil {
		err = checkpoint.Publish(m.temporary, m.path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("writing %s: %w", m.path, err), checkpoint.RemoveIfThere(m.temporary))
	}
	return nil
}
