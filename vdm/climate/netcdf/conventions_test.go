package netcdf

import (
	"errors"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	nc "github.com/fhs/go-netcdf/netcdf"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	. "github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/internal/installed"
)

// kinds are files of samples of every form that commands write, by name.
func kinds(t testing.TB) map[string]*SampleFile {
	t.Helper()
	all := map[string]*SampleFile{}
	add := func(name string, change func(s *SampleFile)) {
		s := samples()
		s.Attributes["history"] = "made by a test"
		change(s)
		all[name] = s
	}
	projected := func(s *SampleFile, mapping map[string]any) {
		g := &s.Grid
		g.YUnits, g.XUnits, g.YStandardName, g.XStandardName, g.Mapping = "km", "km", "", "", mapping
	}
	add("forecast", func(s *SampleFile) {
		reference := 25.0
		s.Reference, s.From, s.To, s.Channels[0].CellMethods = &reference, []float64{24, 25, 26}, []float64{25, 26, 27}, "time: mean"
	})
	add("minutes", func(s *SampleFile) {
		reference := 412345.0 + 1./12
		s.Calendar, s.Reference, s.Times = climate.Standard, &reference, []float64{412345 + 1./12, 412345 + 2./12, 412345 + 3./12}
	})
	add("undated", func(s *SampleFile) {
		s.Epoch, s.Times, s.Calendar = climate.RelativeEpoch, []float64{0, 1. / 12, 2. / 12}, ""
	})
	add("no-coordinates", func(s *SampleFile) {
		s.Grid, s.Epoch, s.Times, s.Calendar = climate.Grid{Height: 3, Width: 4}, "", []float64{0, 1, 2}, ""
	})
	add("counted", func(s *SampleFile) {
		s.Grid = climate.Grid{Height: 3, Width: 4, Y: []float64{0, 1, 2}, X: []float64{0, 1, 2, 3}}
	})
	add("geographic", func(s *SampleFile) {
		s.Grid = climate.Grid{Height: 3, Width: 4, Y: []float64{0, 1, 2}, X: []float64{0, 1, 2, 3}, YName: "lat", XName: "lon",
			YUnits: "degrees", XUnits: "degrees", YStandardName: "latitude", XStandardName: "longitude"}
	})
	add("polar", func(s *SampleFile) { // as the Finnish radar has it, without its pole
		projected(s, map[string]any{"grid_mapping_name": "polar_stereographic", "straight_vertical_longitude_from_pole": 25.0, "standard_parallel": 60.0})
	})
	add("projected", func(s *SampleFile) {
		projected(s, nil)
		s.Grid.MappingName, s.Grid.Lat, s.Grid.Lon = "", nil, nil
	})
	add("incomplete", func(s *SampleFile) { projected(s, map[string]any{"grid_mapping_name": "lambert_conformal_conic"}) })
	add("unnamed-mapping", func(s *SampleFile) { projected(s, map[string]any{"proj4_params": "+proj=stere"}) })
	add("places-only", func(s *SampleFile) {
		s.Grid.Y, s.Grid.X, s.Grid.Mapping, s.Grid.MappingName, s.Grid.YName, s.Grid.XName = nil, nil, nil, "", "lat", "lon"
	})
	add("wrong-names", func(s *SampleFile) {
		s.Channels[0].StandardName = "precipitation_amount"
		s.Channels[1].StandardName, s.Channels[1].Units = "precipitation_flux", "dBZ"
		s.Channels[0].CellMethods, s.Channels[1].CellMethods = "time: accumulation", "time: instantaneous"
	})
	add("bare", func(s *SampleFile) {
		for i := range s.Channels {
			s.Channels[i].StandardName, s.Channels[i].LongName = "", ""
		}
		s.Channels[1].Units = ""
	})
	return all
}

// What is written obeys CF, by two programs that check it.
func TestSamplesFollowConventions(t *testing.T) {
	dir := t.TempDir()
	var files []string
	for _, name := range slices.Sorted(maps.Keys(kinds(t))) {
		path := filepath.Join(dir, name+".nc")
		if err := WriteSamples(path, kinds(t)[name]); err != nil {
			t.Fatal(err)
		}
		files = append(files, path)
	}
	months := climate.SyntheticRecord{Seed: 1, Hours: 720, Coarse: 1, Height: 8, Width: 8}
	if _, err := WriteSynthetic(t.Context(), filepath.Join(dir, "months"), months, nil); err != nil {
		t.Fatal(err)
	}
	month, _ := filepath.Glob(filepath.Join(dir, "months", "*.nc"))
	installed.FollowConventions(t, append(files, month...)...)
}

// Whatever form a file has, it is described as it was written: times to a millisecond,
// the grid but for what CF prescribes, and from when on it is a forecast.
func TestSamplesOfEveryFormComeBack(t *testing.T) {
	for name, s := range kinds(t) {
		path := filepath.Join(t.TempDir(), name+".nc")
		if err := WriteSamples(path, s); err != nil {
			t.Fatal(err)
		}
		back, err := HeadSamples(path)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for i := range s.Times {
			if d := math.Abs(back.Times[i] - s.Times[i]); d > 1e-3/3600 {
				t.Errorf("%s: time %d is %v, was %v", name, i, back.Times[i], s.Times[i])
			}
		}
		if (back.Reference == nil) != (s.Reference == nil) || s.Reference != nil && math.Abs(*back.Reference-*s.Reference) > 1e-3/3600 {
			t.Errorf("%s: a forecast from %v on, was %v", name, back.Reference, s.Reference)
		}
		if difference := s.Grid.Difference(&back.Grid); difference != "" || back.Grid.MappingName != s.Grid.MappingName || len(back.Grid.Lat) != len(s.Grid.Lat) {
			t.Errorf("%s: the grid is another: %s, %+v", name, difference, back.Grid)
		}
		for key, value := range s.Grid.Mapping {
			if _, list := value.([]float64); !list && back.Grid.Mapping[key] != value {
				t.Errorf("%s: grid mapping %s is %v, was %v", name, key, back.Grid.Mapping[key], value)
			}
		}
	}
}

// Files of older versions, with times before members and an axis of members, are read as
// those of today, to the value.
func TestFormerSamples(t *testing.T) {
	s := samples()
	dir := t.TempDir()
	now, former := filepath.Join(dir, "now.nc"), filepath.Join(dir, "former.nc")
	if err := WriteSamples(now, s); err != nil {
		t.Fatal(err)
	}
	writeFormer(t, former, s)
	a, err := OpenSamples(now)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	b, err := OpenSamples(former)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	head, err := HeadSamples(former)
	if err != nil {
		t.Fatal(err)
	}
	if head.Members != s.Members || !slices.Equal(head.Times, s.Times) || len(head.Channels) != 1 {
		t.Fatalf("%+v", head)
	}
	x, y := make([]float32, 2*12*2), make([]float32, 2*12)
	for member := range s.Members {
		if err := a.Read(member, 1, x); err != nil {
			t.Fatal(err)
		}
		if err := b.Read(member, 1, y); err != nil {
			t.Fatal(err)
		}
		for i := range y {
			if y[i] != x[2*i] {
				t.Fatalf("member %d, value %d is %v, want %v", member, i, y[i], x[2*i])
			}
		}
		f, err := Read(former, ReadOptions{Variable: "pr", Index: map[string]int{"member": member}})
		if err != nil || !slices.Equal(f.Data, s.Channels[0].Data[member*36:(member+1)*36]) {
			t.Errorf("member %d: %v", member, err)
		}
	}
}

// writeFormer writes the first channel of samples as versions before did.
func writeFormer(t *testing.T, path string, s *SampleFile) {
	t.Helper()
	var err error
	withLibrary(func() {
		var ds nc.Dataset
		if ds, err = nc.CreateFile(path, nc.CLOBBER|nc.NETCDF4|nc.CLASSIC_MODEL); err != nil {
			return
		}
		w := &writer{ds: ds}
		time, member, y, x := w.dim("time", len(s.Times)), w.dim("member", s.Members), w.dim("y", 3), w.dim("x", 4)
		times, members := w.variable("time", nc.DOUBLE, time), w.variable("member", nc.INT, member)
		w.text(times, "units", s.Epoch)
		w.text(times, "calendar", s.Calendar)
		w.text(times, "axis", "T")
		w.text(members, "axis", "E")
		pr := w.variable("pr", nc.FLOAT, time, member, y, x)
		w.text(pr, "units", "mm/h")
		if w.err == nil {
			w.err = ds.EndDef()
		}
		w.doubles(times, s.Times)
		var swapped []float32
		for t := range s.Times {
			for m := range s.Members {
				swapped = append(swapped, s.Channels[0].Data[(m*len(s.Times)+t)*12:][:12]...)
			}
		}
		if err = w.err; err == nil {
			err = errors.Join(pr.WriteFloat32s(swapped), members.WriteInt32s([]int32{0, 1}))
		}
		if closed := ds.Close(); err == nil {
			err = closed
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		t.Fatal(err)
	}
}
