package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// record is data opened for reading: one field a variable, all on one grid.
type record struct {
	fields  []*climate.Field
	sources []climate.Source
	split   *climate.Split // of prepared data that have one, else nil
	close   func() error
}

// open opens one folder of prepared data, or one or more NetCDF files, which are
// joined in time.
func (r *readFlags) open(paths []string) (*record, error) {
	if len(paths) == 0 {
		return nil, errors.New("no data: give --data FILE.nc, or the folder of prepared data")
	}
	var folders int
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			if other := climate.Unread(p); other != nil {
				err = other
			}
			return nil, fmt.Errorf("data: %w", err)
		}
		if info.IsDir() {
			folders++
		}
	}
	switch {
	case folders == 1 && len(paths) == 1:
		return r.openPrepared(paths[0])
	case folders > 0:
		return nil, fmt.Errorf("--data: a folder of prepared data stands alone, %d paths are given", len(paths))
	}
	return r.openFiles(paths)
}

func (r *readFlags) openPrepared(dir string) (*record, error) {
	p, err := climate.OpenPrepared(dir)
	if err != nil {
		return nil, err
	}
	rec := &record{fields: slices.Clone(p.Fields()), split: p.Split(), close: p.Close}
	rec.sources = []climate.Source{{Name: filepath.Base(dir), SHA256: p.SHA256()}}
	if len(r.variables) == 0 {
		return rec, nil
	}
	rec.fields = nil
	for _, name := range r.variables {
		i := slices.IndexFunc(p.Fields(), func(f *climate.Field) bool { return f.Name == name })
		if i < 0 {
			return nil, errors.Join(fmt.Errorf("%s: there is no variable %q; there are: %s", dir, name, names(p.Fields())), p.Close())
		}
		rec.fields = append(rec.fields, p.Fields()[i])
	}
	return rec, nil
}

func (r *readFlags) openFiles(paths []string) (*record, error) {
	rec := &record{close: func() error { return nil }}
	for _, path := range paths {
		source, err := climate.HashSource(path)
		if err != nil {
			return nil, err
		}
		rec.sources = append(rec.sources, source)
	}
	var err error
	rec.fields, err = r.readNetCDF(paths)
	return rec, err
}

func names(fields []*climate.Field) string {
	var all []string
	for _, f := range fields {
		all = append(all, f.Name)
	}
	return strings.Join(all, ", ")
}

// period is the first and last time of a field, in words.
func period(f *climate.Field) string {
	return fmt.Sprintf("%s to %s", f.Date(0), f.Date(f.Frames()-1))
}

// splitHours holds out the last hours of a record whose frames are step hours
// apart.
func splitHours(fields []*climate.Field, hours, step float64) (first, last []*climate.Field, err error) {
	for _, f := range fields {
		a, b, err := climate.SplitTime(f, int(math.Round(hours/step)))
		if err != nil {
			return nil, nil, fmt.Errorf("holding out the last %v h: %w", hours, err)
		}
		first, last = append(first, a), append(last, b)
	}
	return first, last, nil
}

// testWindows are the clips of the test part of split data: none overlaps another
// in time, none is reflected.
func testWindows(o climate.WindowOptions, rec *record) (*climate.Windows, error) {
	o.Ranges, o.StrideT, o.Flips = rec.split.Test, o.Frames, false
	w, err := climate.NewWindows(o, rec.fields...)
	if err != nil {
		return nil, fmt.Errorf("the test part of the data: %w", err)
	}
	return w, nil
}
