package cf

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// IsData reports whether a path is data of a linked format, by what it is: a file, a
// folder that is a store, or the web address of one.
func IsData(path string) bool {
	head, _ := headBytes(path)
	return slices.ContainsFunc(linked(), func(f *Format) bool { return f.Recognises(path, head) })
}

// FilesIn returns the data in a folder, in the order of their names: the files with an
// ending that data have, and the stores, but for hidden ones. Folders below are not
// searched. Use it for archives of many files of one record.
func FilesIn(folder string) (all []string, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") { // among others what a program is writing, or was when it was killed
			continue
		}
		path := filepath.Join(folder, e.Name())
		if info, err := os.Stat(path); err != nil { // through a link
			return nil, err
		} else if info.IsDir() && IsData(path) || !info.IsDir() && slices.Contains(climate.Endings(), filepath.Ext(path)) {
			all = append(all, path)
		}
	}
	return all, nil
}

// Expand returns paths of data, with each folder that is neither a store nor prepared
// data replaced by the data in it. A path that does not exist, and a folder without data,
// stay as they are: whoever opens them says what is wrong.
func Expand(paths ...string) (all []string) {
	for _, p := range paths {
		found := []string{p}
		if info, err := os.Stat(p); err == nil && info.IsDir() && !climate.IsPrepared(p) && !IsData(p) {
			if in, err := FilesIn(p); err == nil && len(in) > 0 {
				found = in
			}
		}
		all = append(all, found...)
	}
	return all
}
