//go:build linux

package gpu

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// packagesOf returns the packages that the lists of a script name, each once and sorted.
func packagesOf(t *testing.T, script, list string) []string {
	t.Helper()
	text, err := os.ReadFile(script)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, words := range regexp.MustCompile(`(?s)\b`+list+`=\((.*?)\)(?:\s|$)`).FindAllStringSubmatch(string(text), -1) {
		names = append(names, regexp.MustCompile(`\bvdm(/[a-z]+)*\b`).FindAllString(words[1], -1)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Each package whose tests run on every engine goes to the GPU machine, and what goes
// there is tested there.
func TestListsOfTestedPackages(t *testing.T) {
	carried, run := packagesOf(t, "bundle.sh", "tested"), packagesOf(t, "stages.sh", "tests_[12]")
	if len(carried) < 10 || !slices.Equal(carried, run) {
		t.Errorf("bundle.sh carries %v, stages.sh runs %v", carried, run)
	}
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		code, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(path))
		name := filepath.ToSlash(filepath.Join("vdm", folder))
		if strings.Contains(string(code), "enginetest."+"OnEvery(") && !slices.Contains(carried, name) {
			t.Errorf("the tests of %s run on every engine (%s), but bundle.sh does not carry them", name, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
