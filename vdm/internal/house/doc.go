// Package house contains no code, only tests of how the project is built: which file of
// a package needs which other file, which package imports which, how long files are, how
// many names package vdm exports, and how the comments are written. Exceptions are
// listed as the state of today; such a list may only become shorter.
//
// The tests also draw notebooks/figures/house.svg from the imports. After a package was
// added, moved or described again, draw it again:
//
//	go test ./vdm/internal/house -run Picture -update
package house
