package main

import (
	"strings"
)

// listing is the description of a package by `go list`.
type listing struct {
	Dir, ImportPath, Name string
	TestGoFiles           []string
	XTestGoFiles          []string
	Module                struct{ Path, Dir string }
}

// path returns the package's path below the module's root.
func (p listing) path() string {
	return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, p.Module.Path), "/")
}
