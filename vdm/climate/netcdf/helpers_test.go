package netcdf

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	. "github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/internal/installed"
)

const python = installed.Interpreter

// usesNetCDF4 runs where Python has netCDF4, and with it numpy and cftime.
const usesNetCDF4 = "import netCDF4, numpy, cftime; netCDF4.Dataset; numpy.ma.masked_invalid([1.0])"

var (
	makeOnce sync.Once
	madeDir  string
	makeErr  error
)

func TestMain(m *testing.M) {
	code := m.Run()
	for _, dir := range []string{madeDir, peopleDir} {
		if dir != "" {
			os.RemoveAll(dir)
		}
	}
	os.Exit(code)
}

// made is the path of a file that testdata/make.py writes with Python's netCDF4,
// an independent writer.
func made(t testing.TB, name string) string {
	t.Helper()
	installed.Python(t, usesNetCDF4)
	makeOnce.Do(func() {
		if madeDir, makeErr = os.MkdirTemp("", "netcdf-made-"); makeErr != nil {
			return
		}
		if out, err := exec.Command(python, "testdata/make.py", madeDir).CombinedOutput(); err != nil {
			makeErr = fmt.Errorf("make.py: %w\n%s", err, out)
		}
	})
	if makeErr != nil {
		t.Fatal(makeErr)
	}
	return filepath.Join(madeDir, name+".nc")
}

// expected is what a made file should be read as.
func expected(t testing.TB, name string) []float32 {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(madeDir, name+".f32"))
	if err != nil {
		t.Fatal(err)
	}
	out := make([]float32, len(b)/4)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return out
}

// same compares values, NaN with NaN, to the rounding of float32.
func same(t testing.TB, what string, got, want []float32) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d values, want %d", what, len(got), len(want))
		return
	}
	for i := range got {
		a, b := float64(got[i]), float64(want[i])
		if math.IsNaN(a) != math.IsNaN(b) || math.Abs(a-b) > 3e-7*math.Abs(b) {
			t.Errorf("%s: value %d is %v, want %v", what, i, got[i], want[i])
			return
		}
	}
}

// stageIV is the hour-by-hour US rain that the set-up unpacks from Debian's
// r-cran-stars.
func stageIV(t testing.TB) string {
	t.Helper()
	path := filepath.Join(installed.Repository(t), "build", "data", "test_stageiv_xyt.nc")
	if _, err := os.Stat(path); err != nil {
		t.Skip("the Stage IV file has not been unpacked (make run does it)")
	}
	return path
}

// brisbane is a day of radar rain, where it is at hand.
func brisbane(t testing.TB) string {
	t.Helper()
	return installed.Shared(t, "data", "brisbane_radar_20201031_10min.nc")
}

// samples makes a small sample file: two members, three frames, a rotated grid.
func samples() *SampleFile {
	g := climate.Grid{Height: 3, Width: 4, Y: []float64{-1, 0, 1}, X: []float64{-2, -1, 0, 1}, YName: "rlat", XName: "rlon",
		YUnits: "degrees", XUnits: "degrees", YStandardName: "grid_latitude", XStandardName: "grid_longitude",
		MappingName: "rotated_pole", Mapping: map[string]any{"grid_mapping_name": "rotated_latitude_longitude",
			"grid_north_pole_latitude": 37.5, "grid_north_pole_longitude": 177.5, "list": []float64{1, 2}}}
	s := &SampleFile{Members: 2, Grid: g, Times: []float64{24.5, 25.5, 26.5}, Calendar: climate.ThreeSixtyDay, Epoch: climate.Epoch,
		Attributes: map[string]string{"title": "test", "run_seed": "7", "empty": ""}}
	for i := range 12 {
		s.Grid.Lat = append(s.Grid.Lat, 50+float64(i)/8)
		s.Grid.Lon = append(s.Grid.Lon, -3+float64(i)/8)
	}
	rain := make([]float32, 2*3*12)
	for i := range rain {
		rain[i] = float32(i) / 4
	}
	wind := make([]float32, len(rain))
	for i := range wind {
		wind[i] = -float32(i)
	}
	wind[5] = float32(math.NaN())
	s.Channels = []SampleChannel{
		{Name: "pr", LongName: "rain", StandardName: "lwe_precipitation_rate", Units: climate.RainUnits, Data: rain},
		{Name: "uas", StandardName: "eastward_wind", Units: "m s-1", Data: wind}}
	return s
}

// statsOf returns the figures of all cells of a field.
func statsOf(f *climate.Field) (s climate.Stats) {
	s.Add(f.Data)
	return s
}
