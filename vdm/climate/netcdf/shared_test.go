package netcdf

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// Values come through the memory that the reader shares, or through its pipe where they
// are more than that holds; both are the same.
func TestSharedMemoryAndPipe(t *testing.T) {
	const side = 1500
	data := make([]float32, side*side)
	for i := range data {
		data[i] = float32(i % 9973)
	}
	path := filepath.Join(t.TempDir(), "large.nc")
	if err := cf.WriteSamples(path, &cf.SampleFile{Members: 1, Grid: climate.Grid{Height: side, Width: side}, Times: []float64{0}, Calendar: climate.Standard, Epoch: climate.Epoch,
		Channels: []cf.SampleChannel{{Name: "rain", Units: "mm/h", StandardName: "rainfall_rate", Data: data}}}); err != nil {
		t.Fatal(err)
	}
	d, err := open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for _, v := range d.Variables {
		if v.Name != "rain" {
			continue
		}
		got := make([]float32, len(data))
		start, count := make([]int, len(v.Dims)), slices.Repeat([]int{1}, len(v.Dims))
		count[len(count)-2], count[len(count)-1] = side, side
		if err := v.Values.Read(got, start, count); err != nil || !slices.Equal(got, data) {
			t.Errorf("%d bytes at once: %v", 4*len(data), err)
		}
		clear(got)
		for row := range side {
			start[len(start)-2], count[len(count)-2] = row, 1
			if err := v.Values.Read(got[row*side:(row+1)*side], start, count); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(got, data) {
			t.Error("row by row the values differ")
		}
		return
	}
	t.Errorf("no rain among %d variables", len(d.Variables))
}
