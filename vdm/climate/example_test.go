package climate_test

import (
	"fmt"
	"log"

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

// The dissertation's domain: UKCP18's grid of 2.2 km, coarsened to 8.8 km, 64 × 64
// cells around Birmingham.
func ExampleReduction() {
	fine := climate.SyntheticRecord{Hours: 2, Coarse: 1}.Grid()
	all, err := climate.Coarsening(fine, 4)
	if err != nil {
		log.Fatal(err)
	}
	domain, err := all.Around(climate.BirminghamLat, climate.BirminghamLon, 64, 64)
	if err != nil {
		log.Fatal(err)
	}
	grid := domain.Grid()
	row, column, err := grid.Nearest(climate.BirminghamLat, climate.BirminghamLon)
	fmt.Println(fine.Height, fine.Width, "→", all.Height, all.Width, "→", grid.Height, grid.Width)
	fmt.Println("Birmingham: row", row, "column", column, err)
	// Output:
	// 606 484 → 151 121 → 64 64
	// Birmingham: row 31 column 31 <nil>
}

// Twenty years hold 80 seasons, 16 of them for tests.
func ExampleSeasonSplit() {
	record := climate.SyntheticRecord{Hours: 20 * 12 * 720, Height: 2, Width: 2}
	split, err := climate.SeasonSplit{}.Split(record.Field().Times)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(split.Describe())
	fmt.Println("first trained on: frames", split.Train[0].From, "to", split.Train[0].To-1)
	// Output:
	// 138240 frames train in 16 ranges, 34560 frames test in 16
	// first trained on: frames 2160 to 10799
}

// The law of a cell of synthetic rain is known in closed form.
func ExampleSyntheticRain() {
	var rain climate.SyntheticRain
	fmt.Printf("below 0.01 mm/h: %.3f of cells\n", rain.DryShare(0.01))
	fmt.Printf("mean: %.4f mm/h\n", rain.Mean())
	// Output:
	// below 0.01 mm/h: 0.830 of cells
	// mean: 0.1085 mm/h
}
