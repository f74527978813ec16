package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// checkFile returns an error where a file that a flag names cannot be written: a night of
// sampling must not end at a folder that does not exist.
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
		return fmt.Errorf("--%s: %s is not a folder", flag, filepath.Dir(path))
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() && !cf.WritesFolder(path) {
		return fmt.Errorf("--%s: %s exists and is not a file", flag, path)
	}
	return nil
}
