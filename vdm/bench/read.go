package main

import (
	"fmt"
	"os"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// readWindows times reading random windows of 10×64×64 cells from a prepared file of
// 8,000 hours (131 MB, warm), the clips of the dissertation's training.
func readWindows() error {
	const hours, size, frames = 8000, 64, 10
	dir, err := os.MkdirTemp("", "vdm-bench-read-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	f := &climate.Field{
		Name: "pr", Units: climate.RainUnits, Kind: climate.KindRain,
		Grid:     climate.Grid{Height: size, Width: size},
		Times:    make([]float64, hours),
		Calendar: "360_day", Epoch: climate.RelativeEpoch,
		Data: make([]float32, hours*size*size),
	}
	for i := range f.Times {
		f.Times[i] = float64(i)
	}
	noise.Key{Seed: 1, Stream: noise.Synthetic}.Uniform(f.Data, 0, 10)
	if err := climate.WritePrepared(dir, []*climate.Field{f}, nil); err != nil {
		return fmt.Errorf("preparing: %w", err)
	}
	p, err := climate.OpenPrepared(dir)
	if err != nil {
		return err
	}
	defer p.Close()
	w, err := climate.NewWindows(climate.WindowOptions{Frames: frames}, p.Fields()...)
	if err != nil {
		return err
	}
	r := noise.Key{Seed: 2, Stream: noise.Order}.Rand()
	clip := make([]float32, frames*size*size)
	const windows = 20000
	read := func(n int) error {
		for range n {
			if err := w.Clip(r.IntN(w.Len()), clip); err != nil {
				return err
			}
		}
		return nil
	}
	if err := read(w.Len() / 2); err != nil { // reads the file into the system's cache
		return err
	}
	began := time.Now()
	if err := read(windows); err != nil {
		return err
	}
	seconds := time.Since(began).Seconds()
	fmt.Printf("reading: random windows of %d×%d×%d from a prepared file at %.2f GB/s (%.0f µs a window)\n",
		frames, size, size, windows*4*float64(len(clip))/seconds/1e9, seconds/windows*1e6)
	return nil
}
