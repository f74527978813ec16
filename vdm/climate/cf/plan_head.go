package cf

import (
	"context"
	"fmt"
)

// headOf is what a field has besides its values, with what joining needs besides.
func (f *plannedFile) headOf(opt *ReadOptions) (part plannedPart, err error) {
	if err := opt.Validate(); err != nil {
		return part, fmt.Errorf("reading %s: %w", f.path, err)
	}
	if err := f.format.Admit(f.path, depthOf(opt.Trusted, Head)); err != nil {
		return part, err
	}
	err = f.format.with(f.path, func(d *dataset) error {
		s, err := d.sourceOf(opt)
		if err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
		part = plannedPart{head: &s.field, times: s.field.Times, variable: s.v.name, calendar: s.field.Calendar, first: s.firstFrom, last: s.last, after: -1}
		return nil
	})
	return part, err
}

// admittedAtOnce is how many files are checked together, where there are many.
const admittedAtOnce = 64

// admitAll lets the formats that can check many files at once do so.
func admitAll(ctx context.Context, paths []string) {
	of := map[*Format][]string{}
	for _, path := range paths {
		if f, err := formatOf(path); err == nil && f.AdmitAll != nil {
			of[f] = append(of[f], path)
		}
	}
	for f, paths := range of {
		f.AdmitAll(ctx, paths)
	}
}
