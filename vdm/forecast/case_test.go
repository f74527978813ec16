package forecast

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
)

// windows is a source of clips in memory.
type windows struct {
	frames, height, width int
	clips                 [][]float32
	err                   error
}

func (w windows) Len() int                           { return len(w.clips) }
func (w windows) Shape() (frames, height, width int) { return w.frames, w.height, w.width }
func (w windows) Clip(i int, dst []float32) error {
	copy(dst, w.clips[i])
	return w.err
}

// all are the forecasters, with windows for cases of that shape.
func all(c Case) []Forecaster {
	past := windows{frames: c.Frames, height: c.Height, width: c.Width}
	for n := range 20 {
		clip := make([]float32, len(c.Clip))
		for i := range clip {
			clip[i] = float32(n) + float32(i)/float32(len(clip))
		}
		past.clips = append(past.clips, clip)
	}
	return []Forecaster{Persistence{}, Climatology{past}, Linear{}, Advection{}, STEPS{}}
}

// rainCase is synthetic rain of 7×24×30 with these frames known.
func rainCase(known ...int) Case {
	square := syntheticRain(3, 7, 32, 1.2, -0.7)
	return caseOf(7, 24, 30, known, func(f int, y, x float64) float64 {
		return float64(square[(f*32+int(y))*32+int(x)])
	})
}

// What every forecaster promises, for gaps at both ends and in the middle.
func TestEveryForecaster(t *testing.T) {
	for _, known := range [][]int{{0, 1, 2}, {0, 2, 4, 6}, {0, 6}, {1, 2, 5}, {5, 6}, {0, 1, 2, 3, 4, 5, 6}} {
		c := rainCase(known...)
		c.frame(c.Clip, known[0])[11] = missing
		for _, f := range all(c) {
			members := forecastOf(t, f, c, 3, 9)
			for m, clip := range members {
				for frame := range c.Frames {
					if c.Known[frame] && !equalBits(c.frame(clip, frame), c.frame(c.Clip, frame)) {
						t.Errorf("%s, known %v: known frame %d of member %d was changed", f.Name(), known, frame, m)
					}
					if !c.Known[frame] && slices.ContainsFunc(c.frame(clip, frame), func(v float32) bool { return !(v >= 0) || math.IsInf(float64(v), 0) }) {
						t.Errorf("%s, known %v: frame %d of member %d has a value that is no rate", f.Name(), known, frame, m)
					}
				}
			}
			if &members[0][0] == &members[1][0] {
				t.Errorf("%s: members share memory", f.Name())
			}
		}
	}
}

func TestTinyDomains(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {1, 5}, {3, 2}, {4, 4}, {5, 1}} {
		for _, known := range [][]int{{0, 1, 2}, {1, 3}} {
			c := caseOf(5, size[0], size[1], known, func(f int, y, x float64) float64 { return wavy(y+float64(f), x) })
			for _, f := range all(c) {
				for _, clip := range forecastOf(t, f, c, 2, 1) {
					if slices.ContainsFunc(clip, func(v float32) bool { return !(v >= 0) }) {
						t.Errorf("%s on %d×%d: %v", f.Name(), size[0], size[1], clip)
					}
				}
			}
		}
	}
}

// Unknown frames hold the truth in a test, so none may be read.
func TestUnknownFramesAreNotRead(t *testing.T) {
	a := rainCase(1, 2, 5)
	b := a
	b.Clip = slices.Clone(a.Clip)
	for f, known := range b.Known {
		for i := range b.frame(b.Clip, f) {
			if !known {
				b.frame(b.Clip, f)[i] = float32(math.Inf(-1))
			}
		}
	}
	for _, f := range all(a) {
		if x, y := forecastOf(t, f, a, 2, 1), forecastOf(t, f, b, 2, 1); !equalBits(x[0], y[0]) || !equalBits(x[1], y[1]) {
			t.Errorf("%s depends on what unknown frames hold", f.Name())
		}
	}
}

func TestMembersDoNotDependOnTheirNumber(t *testing.T) {
	c := rainCase(1, 2, 5)
	for _, f := range all(c) {
		few, many, other := forecastOf(t, f, c, 2, 7), forecastOf(t, f, c, 5, 7), forecastOf(t, f, c, 2, 8)
		if !equalBits(few[0], many[0]) || !equalBits(few[1], many[1]) {
			t.Errorf("%s: the first members of two are not those of five", f.Name())
		}
		random := f.Name() == "climatology" || f.Name() == "STEPS"
		if differ := !equalBits(many[0], many[1]) && !equalBits(few[1], other[1]); differ != random {
			t.Errorf("%s: members or seeds differ: %v, expected %v", f.Name(), differ, random)
		}
	}
}

func TestForecastsOfDryAndOfMissingFrames(t *testing.T) {
	for _, known := range [][]int{{0, 1, 2}, {0, 3, 6}, {4, 5, 6}} {
		dry := caseOf(7, 16, 16, known, func(int, float64, float64) float64 { return 0 })
		nothing := caseOf(7, 16, 16, known, func(int, float64, float64) float64 { return math.NaN() })
		for _, f := range []Forecaster{Persistence{}, Linear{}, Advection{}, STEPS{}} {
			for _, clip := range forecastOf(t, f, dry, 2, 1) {
				if slices.Max(clip) != 0 || slices.Min(clip) != 0 {
					t.Errorf("%s makes rain from no rain", f.Name())
				}
			}
			for _, clip := range forecastOf(t, f, nothing, 2, 1) {
				if slices.ContainsFunc(clip, func(v float32) bool { return v == v }) {
					t.Errorf("%s makes values from none", f.Name())
				}
			}
		}
	}
}

// A cell that no known frame has stays missing; all others get a value.
func TestCellsKnownInNoFrame(t *testing.T) {
	for _, known := range [][]int{{0, 1, 2}, {0, 3, 6}, {4, 5, 6}} {
		c := rainCase(known...)
		outside := func(i int) bool { return i/c.Width < 5 && i%c.Width > 20 || i == 300 }
		for f := range c.Frames {
			for i := range c.frame(c.Clip, f) {
				if outside(i) || i == 200 && f == known[1] {
					c.frame(c.Clip, f)[i] = missing
				}
			}
		}
		for _, f := range []Forecaster{Persistence{}, Linear{}, Advection{}, STEPS{}} {
			clip := forecastOf(t, f, c, 2, 1)[1]
			for frame := range c.Frames {
				for i, v := range c.frame(clip, frame) {
					if !c.Known[frame] && (v != v) != outside(i) {
						t.Fatalf("%s, known %v: frame %d, cell %d is %g; is it outside: %v", f.Name(), known, frame, i, v, outside(i))
					}
				}
			}
		}
	}
}

func TestForecastsEndWithTheirContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	c := rainCase(0, 1, 2)
	for _, f := range all(c) {
		if _, err := f.Forecast(ctx, c, 2, 1); !errors.Is(err, context.Canceled) {
			t.Errorf("%s under a cancelled context: error %v", f.Name(), err)
		}
	}
}

// countdown is a context that ends after its error was asked for so many times.
type countdown struct {
	context.Context
	left *int
}

func (c countdown) Err() error {
	if *c.left--; *c.left < 0 {
		return context.Canceled
	}
	return nil
}

func TestForecastsEndBetweenMembers(t *testing.T) {
	c := rainCase(0, 1, 2)
	for _, f := range all(c) {
		if f.Name() != "climatology" && f.Name() != "STEPS" {
			continue
		}
		left := 4
		all, err := f.Forecast(countdown{context.Background(), &left}, c, 100, 1)
		if !errors.Is(err, context.Canceled) || all != nil || left != -1 {
			t.Errorf("%s, cancelled at the fourth look: error %v, %d members, looked %d times more", f.Name(), err, len(all), -1-left)
		}
	}
}

func TestRefusals(t *testing.T) {
	good := rainCase(0, 1, 2)
	change := func(edit func(c *Case)) Case {
		c := good
		c.Clip, c.Known = slices.Clone(c.Clip), slices.Clone(c.Known)
		edit(&c)
		return c
	}
	infinite := change(func(c *Case) { c.Clip[31] = float32(math.Inf(1)) })
	negative := change(func(c *Case) { c.Clip[31] = -0.5 })
	one := change(func(c *Case) { c.Known = []bool{true, false, false, false, false, false, false} })
	for name, r := range map[string]struct {
		f       Forecaster
		c       Case
		members int
		want    string
	}{
		"shape":    {Linear{}, change(func(c *Case) { c.Height = 0 }), 1, "7×0×30"},
		"values":   {Linear{}, change(func(c *Case) { c.Clip = c.Clip[1:] }), 1, "5039 values, expected 5040"},
		"marks":    {Linear{}, change(func(c *Case) { c.Known = c.Known[1:] }), 1, "6 marks"},
		"infinite": {Persistence{}, infinite, 1, "frame 0, row 1, column 1 is +Inf"},
		"unknown":  {Persistence{}, change(func(c *Case) { clear(c.Known) }), 1, "0 of 7 frames are known"},
		"members":  {Climatology{}, good, 0, "0 members"},
		"negative": {Advection{}, negative, 1, "row 1, column 1 is -0.5"},
		"rain":     {STEPS{}, negative, 1, "row 1, column 1 is -0.5"},
		"one":      {STEPS{}, one, 1, "expected at least 2"},
		"cell":     {STEPS{Kilometres: 2}, good, 1, "Kilometres is 2 and Minutes is 0"},
		"source":   {Climatology{}, good, 1, "Windows is nil"},
		"empty":    {Climatology{windows{frames: 7, height: 24, width: 30}}, good, 1, "0 windows"},
		"windows":  {Climatology{windows{frames: 7, height: 24, width: 31, clips: make([][]float32, 1)}}, good, 1, "7×24×31"},
		"reading":  {Climatology{windows{frames: 7, height: 24, width: 30, clips: make([][]float32, 1), err: errors.New("disk")}}, good, 1, "window 0: disk"},
	} {
		if _, err := r.f.Forecast(context.Background(), r.c, r.members, 1); err == nil || !strings.Contains(err.Error(), r.want) {
			t.Errorf("%s: error %v, expected one with %q", name, err, r.want)
		}
	}
}

func TestGaps(t *testing.T) {
	c := rainCase(2, 3, 5)
	if got, want := c.gaps(), []gap{{-1, 2}, {3, 5}, {5, 7}}; !slices.Equal(got, want) {
		t.Errorf("gaps %v, expected %v", got, want)
	}
}
