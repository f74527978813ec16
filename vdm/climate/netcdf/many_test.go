package netcdf

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// BenchmarkTwoHundredFiles prepares two hundred files of one frame of 40 kB, as archives
// with a file for each half hour have them: two seconds is what they may take, since each
// had a process of its own once and took a tenth of a second.
func BenchmarkTwoHundredFiles(b *testing.B) {
	const files, side = 200, 100
	for b.Loop() {
		b.StopTimer()
		dir := b.TempDir()
		var paths []string
		for i := range files {
			data := make([]float32, side*side)
			for k := range data {
				data[k] = float32((i + k) % 17)
			}
			path := filepath.Join(dir, fmt.Sprintf("%03d.nc", i))
			paths = append(paths, path)
			if err := cf.WriteSamples(path, &cf.SampleFile{Members: 1, Grid: climate.Grid{Height: side, Width: side}, Times: []float64{float64(i)}, Calendar: climate.Standard, Epoch: climate.Epoch,
				Channels: []cf.SampleChannel{{Name: "rain", Units: "mm/h", StandardName: "rainfall_rate", Data: data}}}); err != nil {
				b.Fatal(err)
			}
		}
		b.StartTimer()
		plan, err := cf.PlanPreparation(context.Background(), paths, cf.PrepareOptions{}, nil)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := plan.Run(context.Background(), filepath.Join(dir, "out"), false, nil); err != nil {
			b.Fatal(err)
		}
	}
}
