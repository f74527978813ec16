package forecast_test

import (
	"context"
	"fmt"
	"math"

	"github.com/climate-vdm/climate-vdm/vdm/forecast"
)

// A shower moves two cells a frame to the right. Three frames are known.
func ExampleAdvection() {
	const n = 32
	c := forecast.Case{Frames: 6, Height: n, Width: n, Clip: make([]float32, 6*n*n), Known: []bool{true, true, true, false, false, false}}
	for f := range 3 {
		for i := range n * n {
			y, x := float64(i/n)-15, float64(i%n)-8-2*float64(f)
			c.Clip[f*n*n+i] = float32(10 * math.Exp(-(y*y+x*x)/30))
		}
	}
	members, err := forecast.Advection{}.Forecast(context.Background(), c, 1, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	for f := range 6 {
		sum, column := 0.0, 0.0
		for i, v := range members[0][f*n*n : (f+1)*n*n] {
			sum += float64(v)
			column += float64(v) * float64(i%n)
		}
		fmt.Printf("frame %d: centre at column %.1f\n", f, column/sum)
	}
	// Output:
	// frame 0: centre at column 8.1
	// frame 1: centre at column 10.0
	// frame 2: centre at column 12.0
	// frame 3: centre at column 14.0
	// frame 4: centre at column 16.0
	// frame 5: centre at column 17.9
}
