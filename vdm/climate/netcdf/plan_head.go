package netcdf

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// headOf returns the part of a variable in a file, from the metadata alone.
func headOf(path string, opt *ReadOptions) (part plannedPart, err error) {
	if err := opt.Validate(); err != nil {
		return part, fmt.Errorf("reading %s: %w", path, err)
	}
	check := checkFile
	if !opt.Trusted {
		check = func(path string) error { return probe(path, depthHead) }
	}
	if err := check(path); err != nil {
		return part, err
	}
	err = withDataset(path, func(d *dataset) error {
		s, err := d.sourceOf(opt)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		part = plannedPart{head: &s.field, times: s.field.Times, variable: s.v.name, calendar: s.field.Calendar, first: s.firstFrom, last: s.last, after: -1}
		return nil
	})
	return part, err
}

// statSource returns a source by size and time alone.
func statSource(path string) (climate.Source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return climate.Source{}, err
	}
	return climate.Source{Name: filepath.Base(path), Bytes: info.Size(), Modified: info.ModTime().UnixNano()}, nil
}
