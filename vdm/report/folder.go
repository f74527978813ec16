package report

import (
	"os"
	"path/filepath"
)

// Root returns the folder of the project: the nearest one above the working directory
// that contains its go.mod, else the working directory.
func Root() string {
	dir, err := os.Getwd()
	if err != nil {
		return "."
	}
	for up := dir; ; up = filepath.Dir(up) {
		if _, err := os.Stat(filepath.Join(up, "go.mod")); err == nil {
			return up
		}
		if up == filepath.Dir(up) {
			return dir
		}
	}
}

// RunFolder returns the folder in which notebooks keep a run: the value of an
// environment variable, else the folder of that name in runs of the project.
func RunFolder(variable, name string) string {
	if dir := os.Getenv(variable); dir != "" {
		return dir
	}
	return filepath.Join(Root(), "runs", name)
}
