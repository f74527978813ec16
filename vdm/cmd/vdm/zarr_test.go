package main

import (
	"archive/zip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// zarrFixture is found whatever folder a test changes to.
var zarrFixture, _ = filepath.Abs(filepath.Join("..", "..", "climate", "zarr", "testdata", "v3-xarray.zip"))

// goldenStore unpacks a store that xarray wrote.
func goldenStore(t *testing.T) string {
	t.Helper()
	z, err := zip.OpenReader(zarrFixture)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	dir := filepath.Join(t.TempDir(), "golden.zarr")
	for _, f := range z.File {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// A Zarr store is inspected and prepared as a NetCDF file is, also by a program that has
// no NetCDF, and prepared data are written as one that is inspected in its turn.
func TestZarrStore(t *testing.T) {
	store := goldenStore(t)
	run := func(args ...string) string {
		t.Helper()
		var out strings.Builder
		c := newRoot()
		c.SetOut(&out)
		c.SetErr(io.Discard)
		c.SetArgs(args)
		if err := c.Execute(); err != nil {
			t.Fatalf("%q: %v", args, err)
		}
		return out.String()
	}
	said := run("inspect", "--variable", "packed", store)
	for _, say := range []string{"golden.zarr", "time 3 × y 4 × x 5; short", "mm/h", "2020-01-01 00:00:00 to 2020-01-01 02:00:00", "_FillValue -99", "training   yes"} {
		if !strings.Contains(said, say) {
			t.Errorf("inspect does not say %q:\n%s", say, said)
		}
	}
	flat, again := filepath.Join(t.TempDir(), "flat"), filepath.Join(t.TempDir(), "again.zarr")
	run("prepare", "--variable", "rain", "--out", flat, store)
	run("prepare", "--variable", "rain", "--out", again, store)
	if said := run("inspect", again); !strings.Contains(said, "training   yes") || !strings.Contains(said, "again.zarr") {
		t.Errorf("a store that prepare wrote:\n%s", said)
	}
	if said := run("inspect", flat); !strings.Contains(said, "3 frames of 4 × 5 cells") {
		t.Errorf("prepared data of a store:\n%s", said)
	}
	// A forecast as a store is verified against a store: named, and found in a folder.
	folder := t.TempDir()
	forecast := filepath.Join(folder, "forecast.zarr")
	run("forecast", "persistence", "--variable", "rain", "--data", store, "--start", "0", "--known", "1", "--frames", "3", "--out", forecast)
	for _, path := range []string{forecast, folder} {
		if said := run("verify", path, "--against", store, "--rival", "none", "--score", "crps"); !strings.Contains(said, "1 case") || !strings.Contains(said, "CRPS") {
			t.Errorf("verify %s:\n%s", path, said)
		}
	}
	c := newRoot()
	c.SetOut(io.Discard)
	c.SetErr(io.Discard)
	c.SetArgs([]string{"prepare", "--variable", "rain", "--split", "seasons", "--out", filepath.Join(t.TempDir(), "split.zarr"), store})
	if err := c.Execute(); err == nil || !strings.Contains(err.Error(), "--split") {
		t.Errorf("a split is written into a store: %v", err)
	}
}
