//go:build !nonetcdf

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestInspect(t *testing.T) {
	got := succeed(t, "inspect", rainRecord(t))
	for _, want := range []string{"rain.nc", "variable   pr — made rain", "member 1", "units      mm/h", "360_day", "step 1 h, no gaps",
		"latitude", "maximum", "missing    0.00 %", "dry ", "training   yes"} {
		if !strings.Contains(strings.ReplaceAll(got, "lat 50", "latitude 50"), want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}

// Bad files, one of which crashes the C library, are told of one by one, and the
// good ones among them are described.
func TestInspectBadFiles(t *testing.T) {
	dir, good := t.TempDir(), rainRecord(t)
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	files := []string{"inspect", "../../climate/netcdf/testdata/crash.nc"}
	for name, b := range map[string][]byte{
		"cut.nc": whole[:len(whole)*2/3], "empty.nc": nil, "text.nc": []byte("time,rain\n0,1\n"), "magic.nc": []byte("CDF\x01"),
		"hdf.nc": []byte("\x89HDF\r\n\x1a\n" + strings.Repeat("\xff", 500)),
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		files = append(files, path)
	}
	files = append(files, dir, filepath.Join(dir, "absent.nc"), good)
	r := vdmRun(t, files...)
	if r.status != exitFailed {
		t.Errorf("status %d", r.status)
	}
	if bad := len(files) - 2; strings.Count(r.stderr, "vdm: ") != bad || strings.Count(r.stderr, "\n") != bad {
		t.Errorf("want a line for each of %d bad files:\n%s", bad, r.stderr)
	}
	for _, file := range files[1 : len(files)-1] {
		if !strings.Contains(r.stderr, filepath.Base(file)) {
			t.Errorf("%s is not named in\n%s", file, r.stderr)
		}
	}
	if !strings.Contains(r.stdout, "training   yes") {
		t.Errorf("the good file is not described:\n%s", r.stdout)
	}
	refuse(t, exitFailed, []string{`no variable "tas"`}, "inspect", "--variable", "tas", good)
}
