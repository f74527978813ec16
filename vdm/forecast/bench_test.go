package forecast

import (
	"context"
	"testing"
)

// BenchmarkForecast is a nowcast of 16 members at the dissertation's size.
func BenchmarkForecast(b *testing.B) {
	c := Case{Frames: 10, Height: 64, Width: 64, Clip: syntheticRain(1, 10, 64, 2.3, -3.6), Known: make([]bool, 10)}
	for f := range 5 {
		c.Known[f] = true
	}
	for _, f := range []Forecaster{Persistence{}, Linear{}, Advection{}, STEPS{}} {
		b.Run(f.Name(), func(b *testing.B) {
			for b.Loop() {
				if _, err := f.Forecast(context.Background(), c, 16, 1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
