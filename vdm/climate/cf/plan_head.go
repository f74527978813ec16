package cf

import "fmt"

// headOf is what a field has besides its values, with what joining needs besides.
func (f *plannedFile) headOf(opt *ReadOptions) (part plannedPart, err error) {
	if err := opt.Validate(); err != nil {
		return part, fmt.Errorf("reading %s: %w", f.path, err)
	}
	err = f.format.with(f.path, func(d *dataset) error {
		s, err := d.sourceOf(opt)
		if err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
		part = plannedPart{head: &s.field, times: s.field.Times, variable: s.v.name, calendar: s.field.Calendar, start: s.begun, first: s.firstFrom, last: s.last, after: -1}
		return nil
	})
	return part, err
}
