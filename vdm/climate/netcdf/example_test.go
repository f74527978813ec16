package netcdf_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	_ "github.com/climate-vdm/climate-vdm/vdm/climate/netcdf"
)

// Samples are written with their provenance and read back, one member of them.
func Example() {
	dir, _ := os.MkdirTemp("", "example")
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "samples.nc")

	like := &climate.Field{Name: "pr", StandardName: "lwe_precipitation_rate", Units: climate.RainUnits}
	clips := []float32{0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5} // 2 members × 2 frames × 2 rows × 1 column
	s, _ := cf.NewSampleFile([]*climate.Field{like}, 2, 2, 2, 1, clips)
	start, _ := climate.ParseTime("2018-09-14 12:00", "standard")
	s.Times, s.Epoch, s.Calendar = []float64{start, start + 1}, climate.Epoch, climate.Standard
	s.Attributes = map[string]string{"title": "two short clips", "run_seed": "1"}
	fmt.Println(cf.WriteSamples(path, s))

	f, err := cf.Read(path, cf.ReadOptions{Index: map[string]int{"member": 1}})
	fmt.Println(f.Data, f.Units, f.Date(1), err)

	_, err = cf.Read(path, cf.ReadOptions{Variable: "tas"})
	fmt.Println(err != nil)
	// Output:
	// <nil>
	// [2 2.5 3 3.5] mm/h 2018-09-14 13:00:00 <nil>
	// true
}
