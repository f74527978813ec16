//go:build !nonetcdf

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// In a namespace without a network, not even the machine's own, the commands of a working
// day do what they do with one: nothing is asked of a network unless a web address is
// given, and then it is said that there is none.
func TestWithoutANetwork(t *testing.T) {
	unshare := []string{"--user", "--map-root-user", "--net", "--"}
	if os.Geteuid() == 0 {
		unshare = []string{"--net", "--"}
	}
	if out, err := exec.Command("unshare", append(unshare, "true")...).CombinedOutput(); err != nil {
		t.Skipf("a namespace without a network cannot be made here: %v %s", err, out)
	}
	dir, data := t.TempDir(), rainRecord(t)
	in := func(name string) string { return filepath.Join(dir, name) }
	offline := func(args ...string) (string, error) {
		c := exec.Command("unshare", append(append(unshare, os.Args[0]), args...)...)
		c.Env = append(os.Environ(), childEnv+"=1", "HOME="+dir, "XDG_CACHE_HOME="+in("cache"))
		out, err := c.CombinedOutput()
		return string(out), err
	}
	for _, args := range [][]string{
		{"version"},
		{"schedule", "--n", "3"},
		{"inspect", data},
		tiny(data, in("run"), "--steps", "1"),
		{"sample", in("run"), "--count", "1", "--steps", "2", "--out", in("drawn.zarr")},
	} {
		if out, err := offline(args...); err != nil {
			t.Errorf("vdm %s without a network: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	if out, err := offline("inspect", "http://127.0.0.1:9/rain.zarr"); err == nil || !strings.Contains(out, "127.0.0.1") {
		t.Errorf("a web address without a network: %v\n%s", err, out)
	}
}
