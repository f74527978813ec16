package netcdf

import (
	"bytes"
	"fmt"
	"os"
	"strconv"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

const (
	// tinyNegative is, in mm/h, how far below zero rain may fall by the rounding of
	// packing or regridding; such cells become 0.
	tinyNegative = -0.001
	// mostRain is in mm/h: one minute's record is 1872 mm/h (Unionville, 1956).
	mostRain = 1e4
	// mostAnything bounds every other variable; fills seen undeclared in real files
	// are 1e20 and above.
	mostAnything = 1e15
)

// screen looks through values for what cannot be meant.
type screen struct {
	present    int
	tiny       int
	impossible int
	first      float32 // the first impossible value, and its place
	t, y, x    int
}

// add takes in frames from t0. Rain that is negative by rounding becomes 0.
func (s *screen) add(f *climate.Field, t0 int, data []float32) {
	rain := f.Kind == climate.KindRain && f.Units == climate.RainUnits
	low, high := float32(-mostAnything), float32(mostAnything)
	if rain {
		low, high = 0, mostRain
	}
	for i, v := range data {
		if v >= low && v <= high {
			s.present++
			continue
		}
		if v != v {
			continue
		}
		s.present++
		if rain && v < 0 && v > tinyNegative {
			s.tiny++
			data[i] = 0
			continue
		}
		if s.impossible == 0 {
			s.first = v
			s.x, s.y = i%f.Width(), i/f.Width()%f.Height()
			s.t = t0 + i/f.Width()/f.Height()
		}
		s.impossible++
	}
}

// problem says what is wrong with the values, nil if nothing.
func (s *screen) problem(f *climate.Field) error {
	if s.present == 0 {
		return fmt.Errorf("variable %q: every one of its %d values is missing", f.Name, f.Frames()*f.Height()*f.Width())
	}
	if s.impossible == 0 {
		return nil
	}
	expected := fmt.Sprintf("magnitudes below %g", mostAnything)
	if f.Kind == climate.KindRain {
		expected = fmt.Sprintf("rain of 0 to %g mm/h", mostRain)
	}
	return fmt.Errorf("variable %q: %d values are impossible, the first %g %s at frame %d (%s), row %d, column %d; expected %s. "+
		"If it is an undeclared fill value, name it (Fill), in the file's units", f.Name, s.impossible, s.first, f.Units,
		s.t, f.Date(s.t), s.y, s.x, expected)
}

func (s *screen) note() string {
	if s.tiny == 0 {
		return ""
	}
	return fmt.Sprintf("%d cells of rain between %g and 0 mm/h were set to 0", s.tiny, tinyNegative)
}

// fits refuses a record that this machine's free memory cannot hold.
func fits(name string, frames, height, width int) error {
	need := 4 * int64(frames) * int64(height) * int64(width)
	if free := freeMemory(); free > 0 && need > free {
		return fmt.Errorf("variable %q: %d frames of %d×%d cells take %.1f GiB as float32, %.1f GiB of memory are free", name,
			frames, height, width, float64(need)/(1<<30), float64(free)/(1<<30))
	}
	return nil
}

// freeMemory is what the system says programs can still have, 0 if it does not
// say.
func freeMemory() int64 {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	for line := range bytes.Lines(text) {
		if rest, ok := bytes.CutPrefix(line, []byte("MemAvailable:")); ok {
			kib, err := strconv.ParseInt(string(bytes.TrimSpace(bytes.TrimSuffix(bytes.TrimSpace(rest), []byte("kB")))), 10, 64)
			if err != nil {
				return 0
			}
			return kib << 10
		}
	}
	return 0
}
