package climate_test

import (
	"fmt"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// Clips of a day of hourly rain: the last six hours are held out, the rest gives
// every window of ten hours, which lie at indices and are read when wanted.
func ExampleNewWindows() {
	record := &climate.Field{
		Name: "pr", Units: climate.RainUnits, Kind: climate.KindRain,
		Grid:     climate.Grid{Height: 8, Width: 8},
		Calendar: climate.ThreeSixtyDay, Epoch: climate.Epoch,
		Data: make([]float32, 24*8*8),
	}
	axis, _ := climate.ParseTimeUnits("days since 1980-12-01", "360_day")
	for hour := range 24 {
		h, _ := axis.Hours((float64(hour) + 0.5) / 24)
		record.Times = append(record.Times, h)
	}
	train, test, _ := climate.SplitTime(record, 6)
	windows, _ := climate.NewWindows(climate.WindowOptions{Frames: 10, Height: 4, Width: 4, Flips: true}, train)
	fmt.Println(windows.Summary())
	fmt.Println(windows.Describe(windows.Len() - 1))
	fmt.Println("held out from", test.Date(0))

	clip := make([]float32, 10*4*4)
	fmt.Println(windows.Clip(0, clip))
	// Output:
	// 900 clips of 10×4×4×1 (225 windows, each in 4 reflections); left out: 0 with missing cells, 0 across a time gap
	// 1980-12-01 08:30:00 to 1980-12-01 17:30:00, rows 4–7, columns 4–7, rows and columns reversed
	// held out from 1980-12-01 18:30:00
	// <nil>
}

func ExampleParseRainUnits() {
	for _, units := range []string{"mm/hour", "kg m-2 s-1", "kg m**-2"} {
		scale, _ := climate.ParseRainUnits(units)
		fmt.Println(units, scale.Factor, scale.Amount)
	}
	// Output:
	// mm/hour 1 false
	// kg m-2 s-1 3600 false
	// kg m**-2 1 true
}
