package report

import (
	"runtime"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// What is kept of a case is sums for the intervals, whatever the size of its fields.
func TestCasesAreForgotten(t *testing.T) {
	const members, leads, cases, most = 10, 6, 20, 8 << 10
	for _, size := range []int{8, 32} {
		c, err := NewComparison(ComparisonOptions{Task: "nowcast", Variable: "rain", Units: "mm/h", Known: climate.FirstFrames(leads+1, 1), Height: size, Width: size, Thresholds: []float64{1}})
		if err != nil {
			t.Fatal(err)
		}
		clips := waves{n: members + 1, frames: leads + 1, size: size}
		one := Case{Forecasts: []Forecast{{Name: "model"}, {Name: "other"}}}
		for i := range clips.n {
			clip := make([]float32, clips.frames*size*size)
			if err := clips.Clip(i, clip); err != nil {
				t.Fatal(err)
			}
			if i == 0 {
				one.Observed = clip
				continue
			}
			for k := range one.Forecasts {
				one.Forecasts[k].Members = append(one.Forecasts[k].Members, clip)
			}
		}
		kept := func() uint64 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			return m.HeapAlloc
		}
		var before uint64
		for i := range 2 * cases {
			if i == cases {
				before = kept()
			}
			if err := c.Add(one); err != nil {
				t.Fatal(err)
			}
		}
		if grown := (int64(kept()) - int64(before)) / cases; grown > most {
			t.Errorf("%d × %d cells: %d bytes are kept of a case, want at most %d", size, size, grown, most)
		}
		runtime.KeepAlive(c)
	}
}
