package cf

import "fmt"

// WriteArrays writes arrays and global attributes to a file of a format that has such
// files (NetCDF), labels as characters. Use it for results that are no fields, such as
// scores. A dimension has one length in all arrays.
func WriteArrays(path string, arrays []Array, attributes map[string]string) error {
	failed := func(err error) error { return fmt.Errorf("writing %s: %w", path, err) }
	for _, a := range arrays {
		size := 1
		for _, n := range a.Shape {
			size *= n
		}
		if len(a.Dims) != len(a.Shape) || a.Labels == nil && len(a.Values) != size || a.Labels != nil && (len(a.Shape) != 1 || len(a.Labels) != size) {
			return failed(fmt.Errorf("array %q: %d values and %d labels along %v of lengths %v", a.Name, len(a.Values), len(a.Labels), a.Dims, a.Shape))
		}
	}
	for _, f := range linked() {
		if f.Arrays == nil {
			continue
		}
		if err := f.Arrays(path, arrays, attributes); err != nil {
			return failed(err)
		}
		return nil
	}
	return failed(fmt.Errorf("this program is built without NetCDF, in which results are stored as arrays"))
}
