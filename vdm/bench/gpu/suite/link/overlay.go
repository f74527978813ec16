package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// overlay is the file of `go build -overlay`: the file that replaces each path.
type overlay struct {
	work    string
	Replace map[string]string
}

// newOverlay returns an overlay that keeps its own files in the folder work. It begins
// with a package in the standard library: only there may the implementation of
// testing.MainStart's argument be imported.
func newOverlay(work, goroot string) *overlay {
	v := &overlay{work: work, Replace: map[string]string{}}
	v.Replace[filepath.Join(goroot, "src", "testing", "linked", "deps.go")] = filepath.Join(work, "deps.go")
	return v
}

const deps = `// Package linked lets a program that go test did not make call testing.MainStart.
package linked

import "testing/internal/testdeps"

type Deps = testdeps.TestDeps

func SetPaths(module, path string) { testdeps.ModulePath, testdeps.ImportPath = module, path }
`

// external is the folder, below a package's own, in which its external tests seem to
// lie.
const external = "linked_external"

// add shows a package's test files as ordinary ones.
func (v *overlay) add(p listing) error {
	show := func(folder, file string) error {
		// The suffix keeps windows_test.go from becoming a file for Windows.
		path := filepath.Join(p.Dir, folder, strings.TrimSuffix(file, "_test.go")+"_linked.go")
		if _, err := os.Lstat(path); err == nil {
			return fmt.Errorf("%s exists: want no file of that name", path)
		}
		v.Replace[path] = filepath.Join(p.Dir, file)
		return nil
	}
	for _, file := range p.TestGoFiles {
		if err := show("", file); err != nil {
			return err
		}
	}
	for _, file := range p.XTestGoFiles {
		if err := show(external, file); err != nil {
			return err
		}
	}
	return nil
}

// write puts a text at a path.
func (v *overlay) write(path string, text []byte) error {
	v.Replace[path] = filepath.Join(v.work, fmt.Sprintf("%d.go", len(v.Replace)))
	return os.WriteFile(v.Replace[path], text, 0o644)
}

// finish writes the overlay and returns its path.
func (v *overlay) finish() (string, error) {
	if err := os.WriteFile(filepath.Join(v.work, "deps.go"), []byte(deps), 0o644); err != nil {
		return "", err
	}
	text, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	file := filepath.Join(v.work, "overlay.json")
	return file, os.WriteFile(file, text, 0o644)
}
