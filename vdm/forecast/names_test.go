package forecast

import (
	"strings"
	"testing"
)

// Every name makes a forecaster that fills in what is not known from as many known frames
// as are asked for, and whose members differ where it says so.
func TestNamed(t *testing.T) {
	for _, name := range Names() {
		const frames, size = 5, 16
		clip := make([]float32, frames*size*size)
		for i := range clip {
			x, y := i%size, i/size%size
			if (x+i/size/size-6)*(x+i/size/size-6)+(y-8)*(y-8) < 16 {
				clip[i] = float32(1 + x%3)
			}
		}
		by, ensemble, known, err := Named(strings.ToUpper(name), NamedOptions{Kilometres: 2, Minutes: 5, Windows: cycling{clip, frames, size}})
		if err != nil {
			t.Fatal(err)
		}
		c := Case{Frames: frames, Height: size, Width: size, Clip: clip, Known: make([]bool, frames)}
		for f := range known {
			c.Known[f] = true
		}
		members, err := by.Forecast(t.Context(), c, 8, 1)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		differ := false
		for _, m := range members {
			for i, v := range m {
				if v != v {
					t.Fatalf("%s: value %d is missing", name, i)
				}
				differ = differ || v != members[0][i]
			}
		}
		if differ != ensemble {
			t.Errorf("%s: members differ: %v, said to: %v", name, differ, ensemble)
		}
		if known > 0 {
			c.Known[known-1] = false
			if _, err := by.Forecast(t.Context(), c, 1, 1); err == nil {
				t.Errorf("%s forecasts from %d known frames", name, known-1)
			}
		}
	}
	if _, _, _, err := Named("stps", NamedOptions{}); err == nil || !strings.Contains(err.Error(), "persistence, linear, advection, steps, climatology") {
		t.Errorf("%v", err)
	}
	if by, _, _, err := Named("steps", NamedOptions{Minutes: 5}); err != nil || by != (STEPS{}) {
		t.Errorf("STEPS on cells of unknown size: %v, %v", by, err)
	}
}

// cycling are clips that are one clip moved along its values.
type cycling struct {
	clip         []float32
	frames, size int
}

func (c cycling) Len() int             { return len(c.clip) }
func (c cycling) Shape() (f, h, w int) { return c.frames, c.size, c.size }
func (c cycling) Clip(i int, dst []float32) error {
	for k := range dst {
		dst[k] = c.clip[(k+i)%len(c.clip)]
	}
	return nil
}
