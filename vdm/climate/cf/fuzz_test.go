package cf

import (
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// numbers are the values of a variable in memory.
type numbers struct {
	all   []float64
	shape []int
}

func (n numbers) Read(dst any, start, count []int) error {
	at := 0
	var copyBlock func(axis, from int)
	copyBlock = func(axis, from int) {
		if axis == len(n.shape) {
			switch dst := dst.(type) {
			case []float64:
				dst[at] = n.all[from]
			case []float32:
				dst[at] = float32(n.all[from])
			}
			at++
			return
		}
		for i := range count[axis] {
			copyBlock(axis+1, from*n.shape[axis]+start[axis]+i)
		}
	}
	copyBlock(0, 0)
	return nil
}

func (numbers) Texts() ([]string, error) { return nil, errors.New("numbers are no texts") }
func (numbers) Why() string              { return "" }

// invented is the data set that the format of this test opens.
var invented *Dataset

// inventedFormat registers it.
func inventedFormat() {
	Register(Format{Name: "invented", Recognises: func(path string, _ []byte) bool { return filepath.Ext(path) == ".invented" },
		Open: func(string) (*Dataset, error) { return invented, nil }})
}

// float64s are the numbers whose bytes are given, at most 64.
func float64s(b []byte) (all []float64) {
	for ; len(b) >= 8 && len(all) < 64; b = b[8:] {
		all = append(all, math.Float64frombits(binary.LittleEndian.Uint64(b)))
	}
	return all
}

func bytesOfFloats(all ...float64) (b []byte) {
	for _, v := range all {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	return b
}

// Whatever the attributes, times, bounds and coordinates of a file are, reading and
// inspecting it ends, soon, in a field or an error, and in little memory.
func FuzzConventions(f *testing.F) {
	inventedFormat()
	path := filepath.Join(f.TempDir(), "a.invented")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		f.Fatal(err)
	}
	hours := bytesOfFloats(0, 1, 2, 3)
	f.Add("hours since 1970-01-01", "standard", "precipitation_flux", "kg m-2 s-1", "time: mean", "latitude_longitude", hours, bytesOfFloats(0, 1), bytesOfFloats(50, 51, 52), bytesOfFloats(1, 2), uint16(0))
	f.Add("days since 1980-12-01", "360_day", "precipitation_amount", "mm", "area: mean time: sum (interval: 1 hour)", "rotated_latitude_longitude", hours, bytesOfFloats(-1, 0), bytesOfFloats(2, 1, 0), bytesOfFloats(359, 0), uint16(0xff))
	f.Add("months since 1581-10-10", "", "", "mm*10", "time: maximum", "", bytesOfFloats(3, 2, math.NaN(), 1e300), bytesOfFloats(0), bytesOfFloats(math.Inf(1)), bytesOfFloats(1), uint16(0x155))
	f.Fuzz(func(t *testing.T, timeUnits, calendar, standardName, units, methods, mapping string, times, bounds, y, x []byte, flags uint16) {
		is := func(bit int) bool { return flags>>bit&1 != 0 }
		invented = inventedSet(timeUnits, calendar, standardName, units, methods, mapping, float64s(times), float64s(bounds), float64s(y), float64s(x), is)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		began := time.Now()
		if field, err := Read(path, ReadOptions{}); err == nil {
			if len(field.Data) != field.Frames()*field.Height()*field.Width() || len(field.Times) != field.Frames() {
				t.Errorf("%d values and %d times for %d×%d×%d", len(field.Data), len(field.Times), field.Frames(), field.Height(), field.Width())
			}
			for i := 1; i < len(field.Times); i++ {
				if !(field.Times[i] > field.Times[i-1]) {
					t.Errorf("times %v", field.Times)
				}
			}
		}
		if report, err := Inspect(path); err == nil {
			_ = report.String()
		}
		_, _ = HeadSamples(path)
		runtime.ReadMemStats(&after)
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("it takes %v", took)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 256<<20 {
			t.Errorf("it takes %d MB", used>>20)
		}
	})
}

// inventedSet returns a data set of one variable and its coordinates.
func inventedSet(timeUnits, calendar, standardName, units, methods, mapping string, times, bounds, y, x []float64, is func(int) bool) *Dataset {
	text := func(pairs ...string) map[string]Attribute {
		all := map[string]Attribute{}
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i+1] != "" {
				all[pairs[i]] = Attribute{Type: Char, Text: pairs[i+1]}
			}
		}
		return all
	}
	either := func(bit int, a, b string) string {
		if is(bit) {
			return b
		}
		return a
	}
	d := &Dataset{Attributes: text("Conventions", "CF-1.8")}
	variable := func(name string, dims []string, shape []int, all []float64, attributes map[string]Attribute) {
		d.Variables = append(d.Variables, &Variable{Name: name, Type: Double, Dims: dims, Shape: shape, Attributes: attributes, Values: numbers{all, shape}})
	}
	dims, shape := []string{"time", either(0, "y", "lat"), either(1, "x", "lon")}, []int{len(times), len(y), len(x)}
	if is(2) {
		dims[0], dims[1], shape[0], shape[1] = dims[1], dims[0], shape[1], shape[0]
	}
	values := make([]float64, len(times)*len(y)*len(x))
	for i := range values {
		values[i] = float64(i % 5)
	}
	rain := text("units", units, "standard_name", standardName, "cell_methods", methods, "grid_mapping", either(3, "crs", "time"), "coordinates", either(4, "", "time lat lon"))
	if is(5) {
		rain["scale_factor"] = Attribute{Type: Double, Numbers: bounds}
		rain["_FillValue"] = Attribute{Type: Double, Numbers: x}
	}
	variable(either(6, "pr", "time_total"), dims, shape, values, rain)
	variable("time", []string{"time"}, []int{len(times)}, times, text("units", timeUnits, "calendar", calendar, "bounds", either(7, "time_bnds", "pr"), "standard_name", "time"))
	if len(bounds) > 0 {
		all := make([]float64, 0, 2*len(times))
		for i, t := range times {
			all = append(all, t+bounds[i%len(bounds)], t)
		}
		variable("time_bnds", []string{"time", "bnds"}, []int{len(times), 2}, all, nil)
	}
	variable(either(0, "y", "lat"), []string{either(0, "y", "lat")}, []int{len(y)}, y, text("units", either(8, "degrees_north", units), "standard_name", either(9, "latitude", standardName)))
	variable(either(1, "x", "lon"), []string{either(1, "x", "lon")}, []int{len(x)}, x, text("units", either(8, "degrees_east", units), "standard_name", either(9, "longitude", standardName)))
	crs := text("grid_mapping_name", mapping)
	crs["grid_north_pole_latitude"] = Attribute{Type: Double, Numbers: bounds}
	variable("crs", nil, nil, []float64{0}, crs)
	return d
}
