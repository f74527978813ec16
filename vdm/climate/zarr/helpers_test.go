package zarr

import (
	"archive/zip"
	"context"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// golden unpacks one of the stores that zarr-python wrote (testdata/golden.py).
func golden(t testing.TB, name string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name+".zarr")
	z, err := zip.OpenReader(filepath.Join("testdata", name+".zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for _, f := range z.File {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// goldenValues are those of every variable of the golden stores.
func goldenValues() []float32 {
	v := make([]float32, 60)
	for i := range v {
		v[i] = float32(i%31) / 2
	}
	v[1*20+2*5+3] = float32(math.NaN())
	return v
}

// same fails where values differ, NaN from NaN not.
func same(t testing.TB, what string, got, want []float32) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d values, want %d", what, len(got), len(want))
		return
	}
	for i := range got {
		if got[i] != want[i] && !(got[i] != got[i] && want[i] != want[i]) {
			t.Errorf("%s: value %d is %v, want %v", what, i, got[i], want[i])
			return
		}
	}
}

// interpreter is a Python with xarray and zarr: that of the environment variable
// VDM_ZARR_PYTHON, or of build/zarr. The test is skipped where there is none.
func interpreter(t testing.TB, modules ...string) string {
	t.Helper()
	python := os.Getenv("VDM_ZARR_PYTHON")
	if python == "" {
		python, _ = filepath.Abs("../../../build/zarr/bin/python")
	}
	imports := "import xarray, zarr"
	for _, m := range modules {
		imports += ", " + m
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	if out, err := exec.CommandContext(ctx, python, "-W", "ignore", "-c", imports).CombinedOutput(); err != nil {
		t.Skipf("no Python with xarray and zarr (%v %.200s): python3 -m venv build/zarr && build/zarr/bin/pip install xarray zarr mlcast-dataset-validator==0.4.0", err, out)
	}
	return python
}

// python runs a program and returns what it prints.
func python(t testing.TB, interpreter, program string, arguments ...string) string {
	t.Helper()
	out, err := exec.Command(interpreter, append([]string{"-W", "ignore", "-c", program}, arguments...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

// samples are two members of three frames of two variables with a missing cell each.
func samples() *cf.SampleFile {
	s := &cf.SampleFile{Members: 2, Times: []float64{24, 25, 26}, From: []float64{23, 24, 25}, To: []float64{24, 25, 26},
		Calendar: climate.Standard, Epoch: climate.Epoch, Attributes: map[string]string{"title": "test", "long": "two\nlines "},
		Grid: climate.Grid{Height: 2, Width: 3, Y: []float64{0, 1}, X: []float64{5, 6, 7}, YName: "y", XName: "x", YUnits: "km", XUnits: "km",
			YStandardName: "projection_y_coordinate", XStandardName: "projection_x_coordinate", MappingName: "crs",
			Mapping: map[string]any{"grid_mapping_name": "mercator", "standard_parallel": []float64{10, 20}, "false_easting": 1.5}}}
	for i := range 6 {
		s.Grid.Lat, s.Grid.Lon = append(s.Grid.Lat, 50+float64(i)/8), append(s.Grid.Lon, 3+float64(i)/4)
	}
	for _, name := range []string{"rain", "wind"} {
		data := make([]float32, 2*3*6)
		for i := range data {
			data[i] = float32(i)/4 + float32(len(name))
		}
		data[7] = float32(math.NaN())
		s.Channels = append(s.Channels, cf.SampleChannel{Name: name, Units: "m s-1", LongName: "of " + name, Data: data})
	}
	s.Channels[0].Units, s.Channels[0].StandardName = climate.RainUnits, "rainfall_rate"
	return s
}
