package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// checkFile says whether a file that a flag names can be written: a night's
// sampling must not end in a folder that is not there.
func checkFile(flag, path string) error {
	if path == "" {
		return nil
	}
	info, err := os.Stat(filepath.Dir(path))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("--%s: there is no folder %s", flag, filepath.Dir(path))
	case err != nil:
		return fmt.Errorf("--%s: %w", flag, err)
	case !info.IsDir():
		return fmt.Errorf("--%s: %s is no folder", flag, filepath.Dir(path))
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() && !cf.WritesFolder(path) {
		return fmt.Errorf("--%s: %s is there and is no file", flag, path)
	}
	return nil
}
