package cf

import "slices"

// IsData reports whether a path is data of a linked format, by what it is: a file, a
// folder that is a store, or the web address of one.
func IsData(path string) bool {
	head, _ := headBytes(path)
	return slices.ContainsFunc(linked(), func(f *Format) bool { return f.Recognises(path, head) })
}
