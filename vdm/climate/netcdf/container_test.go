package netcdf

import (
	"archive/zip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	. "github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// What is no NetCDF file is named, with what to do.
func TestOtherFormatsAreNamed(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	archive := filepath.Join(dir, "download.nc")
	out, err := os.Create(archive)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(out)
	for _, name := range []string{"accum.nc", "instant.nc"} {
		if _, err := z.Create(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	out.Close()
	store := filepath.Join(dir, "store.zarr")
	if err := os.Mkdir(store, 0o755); err != nil {
		t.Fatal(err)
	}
	file("store.zarr/zarr.json", "{}")
	tar := make([]byte, 512)
	copy(tar[257:], "ustar")
	for _, c := range []struct {
		path string
		say  []string
	}{
		{archive, []string{"zip", "accum.nc, instant.nc", "unzip download.nc"}},
		{file("broken.nc", "PK\x03\x04 and no more"), []string{"zip", "damaged"}},
		{file("rain.nc.gz", "\x1f\x8b\x08\x00"), []string{"gzip", "gunzip"}},
		{file("rain.nc.bz2", "BZh91AY"), []string{"bzip2"}},
		{file("rain.nc.xz", "\xfd7zXZ\x00"), []string{"xz"}},
		{file("rain.nc.zst", "\x28\xb5\x2f\xfd"), []string{"Zstandard"}},
		{file("rain.grib", "GRIB\x00\x00\x00\x02"), []string{"GRIB", "cdo -f nc4 copy"}},
		{file("hdf4.nc", "\x0e\x03\x13\x01"), []string{"HDF4"}},
		{file("map.nc", "II*\x00"), []string{"TIFF", "gdal_translate"}},
		{file("login.nc", "\n<!DOCTYPE html>\n<html>"), []string{"web page", "sign in"}},
		{file("error.nc", "<?xml version=\"1.0\"?><Error/>"), []string{"XML", "error"}},
		{file("refused.nc", `{"status": 401}`), []string{"JSON", "error"}},
		{file("lfs.nc", "version https://git-lfs.github.com/spec/v1"), []string{"Git LFS"}},
		{file("text.cdl", "netcdf rain {\n}"), []string{"ncgen"}},
		{file("all.tar", string(tar)), []string{"tar archive"}},
		{file("noise.nc", "what is this"), []string{"is not a NetCDF file", "begins with"}},
		{store, []string{"Zarr", "to_netcdf"}},
		{dir, []string{"folder", "*.nc"}},
		{"https://example.org/rain.nc", []string{"web address", "download"}},
		{"s3://bucket/rain.nc", []string{"web address"}},
	} {
		_, err := Read(c.path, ReadOptions{})
		if err == nil {
			t.Errorf("%s is read", c.path)
			continue
		}
		for _, say := range append(c.say, c.path) {
			if !strings.Contains(err.Error(), say) {
				t.Errorf("error %q does not say %q", err, say)
			}
		}
		if strings.Contains(err.Error(), "truncated") {
			t.Errorf("%s is called truncated: %v", c.path, err)
		}
	}
}

// A filter that is not installed is named; the file is not called damaged.
func TestAbsentFilterIsNamed(t *testing.T) {
	if text := filtersInWords([]int{32015, 77}); !strings.Contains(text, "Zstandard (HDF5 filter 32015)") || !strings.Contains(text, "unknown (HDF5 filter 77)") {
		t.Error(text)
	}
	if err := exec.Command(python, "-c", "import h5py").Run(); err != nil {
		t.Skipf("no python3 with h5py to write a file with such a filter: %v", err)
	}
	path := filepath.Join(t.TempDir(), "filter.nc")
	script := `import h5py,numpy as np,sys
f=h5py.File(sys.argv[1],"w"); p=h5py.h5p.create(h5py.h5p.DATASET_CREATE); p.set_chunk((2,3,4)); p.set_filter(32027,h5py.h5z.FLAG_OPTIONAL,(3,))
s=h5py.h5d.create(f.id,b"pr",h5py.h5t.IEEE_F32LE,h5py.h5s.create_simple((2,3,4)),p); h5py.Dataset(s).id.write_direct_chunk((0,0,0),b"x"*50,0); f.close()`
	if out, err := exec.Command(python, "-c", script, path).CombinedOutput(); err != nil {
		t.Skipf("h5py cannot write it: %v\n%s", err, out)
	}
	_, err := Read(path, ReadOptions{Dims: map[string]string{"time": "phony_dim_0", "y": "phony_dim_1", "x": "phony_dim_2"}, TimeUnits: "hours since 2020-01-01", Units: "mm h-1"})
	if err == nil || !strings.Contains(err.Error(), "HDF5 filter 32027") || strings.Contains(err.Error(), "damaged") {
		t.Errorf("error %v", err)
	}
}
