package house

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// longest is how many lines a Go file, tests included, has at most.
const longest = 400

// tooLong are the files that are longer today, with their lines; the list may only
// become shorter, and the files with it.
var tooLong = map[string]int{}

// goFiles returns the lines of each Go file below a folder, leaving out what is
// built or written by runs and hidden folders.
func goFiles(folder string) (map[string]int, error) {
	lines := map[string]int{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name == "build" || name == "runs" || name != "." && strings.HasPrefix(entry.Name(), ".") {
				return fs.SkipDir
			}
			return nil
		}
		if filepath.Ext(name) == ".go" {
			code, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			lines[filepath.ToSlash(name)] = bytes.Count(code, []byte("\n"))
		}
		return nil
	})
	return lines, err
}

// TestLengths checks that files can be read at one sitting.
func TestLengths(t *testing.T) {
	lines, err := goFiles(root)
	if err != nil {
		t.Fatal(err)
	}
	if lines["vdm/internal/house/length_test.go"] == 0 {
		t.Fatalf("the %d files found do not include this one", len(lines))
	}
	for name, n := range lines {
		if today := max(longest, tooLong[name]); n > today {
			t.Errorf("%s has %d lines, more than %d: divide it by what it does", name, n, today)
		}
	}
	for name := range tooLong {
		if lines[name] <= longest {
			t.Errorf("%s has %d lines: strike it from the list of files that are too long", name, lines[name])
		}
	}
}
