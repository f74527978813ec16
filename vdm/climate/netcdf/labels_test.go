package netcdf

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	. "github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// What is written converts by its own labels: a flux of mass has another name once it is
// a rate of depth, intervals and cell methods come back, invented names do not.
func TestLabelsAreTrue(t *testing.T) {
	s := samples()
	s.From, s.To = []float64{24, 25, 26}, []float64{25, 26, 27}
	s.Channels[0].StandardName, s.Channels[0].CellMethods = "precipitation_flux", "time: mean"
	s.Channels[1].StandardName = "unknown"
	path := filepath.Join(t.TempDir(), "samples.nc")
	if err := WriteSamples(path, s); err != nil {
		t.Fatal(err)
	}
	back, err := HeadSamples(path)
	if err != nil {
		t.Fatal(err)
	}
	rain, wind := back.Channels[0], back.Channels[1]
	if rain.StandardName != "lwe_precipitation_rate" || rain.CellMethods != "time: mean" || wind.StandardName != "" {
		t.Errorf("labels %+v, %+v", rain, wind)
	}
	if !slices.Equal(back.From, s.From) || !slices.Equal(back.To, s.To) || !slices.Equal(back.Times, s.Times) {
		t.Errorf("times %v from %v to %v", back.Times, back.From, back.To)
	}
	r, err := Inspect(path)
	if err != nil || len(r.Variables) != 2 || r.Variables[0].Members != "member" || r.Attributes["title"] != "test" {
		t.Fatalf("%v, %v", r, err)
	}
	f, err := Read(path, ReadOptions{Variable: "pr", Index: map[string]int{"member": 0}})
	if err != nil || f.Kind != climate.KindRain || f.Units != climate.RainUnits || !slices.Equal(f.From, s.From) {
		t.Errorf("%+v, %v", f, err)
	}
	s.To = s.To[1:]
	if err := WriteSamples(path, s); err == nil {
		t.Error("two ends for three frames are written")
	}
}

// A conversion changes the label with the numbers, in memory as well.
func TestConversionRenames(t *testing.T) {
	for name, want := range map[string]string{"bounds_seconds": "", "evaporation": "water_evapotranspiration_flux", "misplaced_standard_name": ""} {
		f, err := Read(people(t, name), ReadOptions{})
		if err != nil {
			t.Error(err)
			continue
		}
		if f.StandardName != want {
			t.Errorf("%s: standard_name %q in %s, want %q", name, f.StandardName, f.Units, want)
		}
	}
	f, err := Read(people(t, "bounds_seconds"), ReadOptions{})
	if err != nil || f.CellMethods != "time: mean" || len(f.From) != 12 || f.To[0]-f.From[0] != 24 {
		t.Errorf("a sum that became a rate: %q over %v to %v, %v", f.CellMethods, f.From, f.To, err)
	}
}
