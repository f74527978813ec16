package installed

import (
	"os"
	"path/filepath"
	"testing"
)

// Repository returns the folder of go.mod above the working folder of a test.
func Repository(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the working folder")
		}
	}
}

// Shared returns a path in the folder shared, which lies beside the project where it is
// developed, and skips the test where there is no such file.
func Shared(t testing.TB, path ...string) string {
	t.Helper()
	file := filepath.Join(append([]string{filepath.Dir(Repository(t)), "shared"}, path...)...)
	if _, err := os.Stat(file); err != nil {
		t.Skipf("%s is not at hand", filepath.Join(path...))
	}
	return file
}
