package climate

import (
	"math"
	"strings"
	"testing"
	"time"
)

var nan = float32(math.NaN())

// ramp makes an hourly field whose cells hold their own place in the record,
// start + (t, y, x) counted row by row.
func ramp(name string, start float32, frames, height, width int) *Field {
	f := &Field{Name: name, Units: RainUnits, Kind: KindRain, Grid: Grid{Height: height, Width: width},
		Calendar: Standard, Epoch: Epoch, Data: make([]float32, frames*height*width)}
	for t := range frames {
		f.Times = append(f.Times, 426907+float64(t))
	}
	for i := range f.Data {
		f.Data[i] = start + float32(i)
	}
	return f
}

// Every clip is compared with cells picked one by one from the record, for one
// and two channels, a stride, flips, gaps and missing cells, and the windows kept
// are exactly those that a plain search finds.
func TestWindowsAgainstPlainSearch(t *testing.T) {
	for _, c := range []struct {
		name string
		opt  WindowOptions
		gap  int // the time jumps before this frame; 0 for none
		hole bool
		two  bool
	}{
		{"plain", WindowOptions{Frames: 3, Height: 4, Width: 3}, 0, false, false},
		{"whole grid", WindowOptions{Frames: 2}, 0, false, false},
		{"full width", WindowOptions{Frames: 2, Height: 3}, 0, false, false},
		{"stride and flips", WindowOptions{Frames: 3, Height: 4, Width: 3, StrideT: 2, Flips: true}, 0, false, false},
		{"gap", WindowOptions{Frames: 3, Height: 4, Width: 3}, 4, false, true},
		{"holes", WindowOptions{Frames: 3, Height: 4, Width: 3, Flips: true}, 5, true, true},
		{"holes kept", WindowOptions{Frames: 3, Height: 4, Width: 3, Flips: true, Missing: KeepMissing}, 5, true, true},
		{"few holes kept", WindowOptions{Frames: 3, Height: 4, Width: 3, Flips: true, Missing: KeepMissing, MostMissing: 0.1}, 5, true, true},
		{"holes, stride", WindowOptions{Frames: 1, Height: 4, Width: 3, StrideT: 3}, 7, true, false},
	} {
		const frames, height, width = 9, 7, 6
		channels := []*Field{ramp("pr", 0, frames, height, width)}
		if c.two {
			channels = append(channels, ramp("tas", 1000, frames, height, width))
		}
		if c.gap > 0 {
			for _, f := range channels {
				for i := c.gap; i < frames; i++ {
					f.Times[i] += 5
				}
			}
		}
		if c.hole {
			channels[0].Data[(2*height+3)*width+1] = nan
			channels[0].Data[(2*height+3)*width+2] = nan
			last := channels[len(channels)-1]
			last.Data[(6*height+6)*width+5] = nan
			last.Data[(8*height+0)*width+0] = nan
		}
		w, err := NewWindows(c.opt, channels...)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		n, h, wd, ch := w.Shape()
		if ch != len(channels) {
			t.Fatalf("%s: %d channels", c.name, ch)
		}
		flips := 1
		if c.opt.Flips {
			flips = 4
		}
		i, missing, gaps := 0, 0, 0
		dst := make([]float32, n*h*wd*ch)
		for t0 := 0; t0+n <= frames; t0 += max(c.opt.StrideT, 1) {
			for y0 := 0; y0+h <= height; y0++ {
				for x0 := 0; x0+wd <= width; x0++ {
					if c.gap > t0 && c.gap < t0+n {
						gaps += flips
						continue
					}
					worst := 0 // missing cells in a frame
					for _, f := range channels {
						holes := map[int]int{}
						for k := range n * h * wd {
							v := f.Data[((t0+k/(h*wd))*height+y0+k/wd%h)*width+x0+k%wd]
							if v != v {
								holes[k/(h*wd)]++
							}
							worst = max(worst, holes[k/(h*wd)])
						}
					}
					if float64(worst) > c.opt.MostMissing*float64(h*wd) && (c.opt.Missing == SkipMissing || c.opt.MostMissing > 0) {
						missing += flips
						continue
					}
					for flip := range Flip(flips) {
						if i >= w.Len() {
							t.Fatalf("%s: more than %d windows are found by a plain search", c.name, w.Len())
						}
						gt, gy, gx, gf := w.Origin(i)
						if gt != t0 || gy != y0 || gx != x0 || gf != flip {
							t.Fatalf("%s: clip %d is from (%d, %d, %d, %v), want (%d, %d, %d, %v)", c.name, i, gt, gy, gx, gf, t0, y0, x0, flip)
						}
						if err := w.Clip(i, dst); err != nil {
							t.Fatal(err)
						}
						for k, got := range dst {
							f, x, y, tt := channels[k%ch], k/ch%wd, k/ch/wd%h, k/ch/wd/h
							if flip == FlipX || flip == FlipYX {
								x = wd - 1 - x
							}
							if flip == FlipY || flip == FlipYX {
								y = h - 1 - y
							}
							want := f.Data[((t0+tt)*height+y0+y)*width+x0+x]
							if got != want && !(got != got && want != want) {
								t.Fatalf("%s: clip %d (%v) holds %v at %d, want %v", c.name, i, flip, got, k, want)
							}
						}
						i++
					}
				}
			}
		}
		if i != w.Len() || w.missing != missing || w.gaps != gaps {
			t.Errorf("%s: %d windows, %d missing, %d gaps; want %d, %d, %d", c.name, w.Len(), w.missing, w.gaps, i, missing, gaps)
		}
		if !strings.Contains(w.Summary(), "clips of") || !strings.Contains(w.Describe(0), "2018-09-13 19:00:00") {
			t.Errorf("%s: %q, %q", c.name, w.Summary(), w.Describe(0))
		}
	}
}

func TestWindowsRefused(t *testing.T) {
	f := ramp("pr", 0, 4, 5, 6)
	gap := ramp("pr", 0, 4, 5, 6)
	gap.Times[2] += 3
	gap.Times[3] += 3
	empty := ramp("pr", 0, 4, 5, 6)
	for i := range empty.Data {
		empty.Data[i] = nan
	}
	later := ramp("tas", 0, 4, 5, 6)
	for i := range later.Times {
		later.Times[i] += 0.5
	}
	wind := ramp("uas", 0, 4, 5, 6)
	wind.StandardName = "eastward_wind"
	other := ramp("tas", 0, 4, 5, 6)
	other.Calendar = NoLeap
	moved, here := ramp("tas", 0, 4, 5, 6), ramp("pr", 0, 4, 5, 6)
	moved.Grid.Y, here.Grid.Y = []float64{1, 2, 3, 4, 5}, []float64{1, 2, 3, 4, 6}
	back := ramp("pr", 0, 4, 5, 6)
	back.Times[2] = back.Times[1]
	short := ramp("pr", 0, 4, 5, 6)
	short.Data = short.Data[1:]
	three := WindowOptions{Frames: 3}
	for _, c := range []struct {
		say      string
		opt      WindowOptions
		channels []*Field
	}{
		{"no field", three, nil},
		{`"pr": a clip of 10 frames is longer than the record of 4`, WindowOptions{Frames: 10}, []*Field{f}},
		{"6 rows is longer than the record of 5", WindowOptions{Height: 6}, []*Field{f}},
		{"7 columns", WindowOptions{Width: 7}, []*Field{f}},
		{"StrideT is -1", WindowOptions{StrideT: -1}, []*Field{f}},
		{"MostMissing is 0.5, expected a share from 0 to 1, with KeepMissing", WindowOptions{MostMissing: 0.5}, []*Field{f}},
		{"MostMissing is 2", WindowOptions{Missing: KeepMissing, MostMissing: 2}, []*Field{f}},
		{"Missing is 7", WindowOptions{Missing: 7}, []*Field{f}},
		{"span a time gap", three, []*Field{gap}},
		{"hold missing cells", three, []*Field{empty}},
		{"different times", three, []*Field{f, later}},
		{"different times", three, []*Field{f, other}},
		{"different times", three, []*Field{f, ramp("tas", 0, 5, 5, 6)}},
		{"different grids: 5×6 cells against 5×7", three, []*Field{f, ramp("tas", 0, 4, 5, 7)}},
		{"rows reach beyond: 6", three, []*Field{here, moved}},
		{"component of a vector", WindowOptions{Frames: 3, Flips: true}, []*Field{f, wind}},
		{"time does not go forward", three, []*Field{back}},
		{"has 119 values", three, []*Field{short}},
	} {
		if _, err := NewWindows(c.opt, c.channels...); err == nil || !strings.Contains(err.Error(), c.say) {
			t.Errorf("error %v, want one with %q", err, c.say)
		}
	}
	w, err := NewWindows(three, f, wind)
	if err != nil {
		t.Fatal(err)
	}
	if w.Clip(w.Len(), make([]float32, 180)) == nil || w.Clip(-1, make([]float32, 180)) == nil || w.Clip(0, make([]float32, 179)) == nil {
		t.Error("a clip that does not exist, or too little room, is accepted")
	}
}

// Months are not gaps; a missing month is.
func TestMonthlyTimes(t *testing.T) {
	f := ramp("pr", 0, 12, 1, 1)
	u, _ := ParseTimeUnits("months since 2019-01-15", Standard)
	for i := range f.Times {
		f.Times[i], _ = u.Hours(float64(i))
	}
	if g := f.Gaps(); g != nil {
		t.Errorf("months have gaps after frames %v", g)
	}
	for i := 5; i < 12; i++ {
		f.Times[i], _ = u.Hours(float64(i + 1))
	}
	if g := f.Gaps(); len(g) != 1 || g[0] != 4 {
		t.Errorf("a missing month gives gaps after %v, want [4]", g)
	}
}

func TestSplitTime(t *testing.T) {
	f := ramp("pr", 0, 10, 2, 3)
	train, test, err := SplitTime(f, 3)
	if err != nil {
		t.Fatal(err)
	}
	if train.Frames() != 7 || test.Frames() != 3 || test.Data[0] != 42 || test.Times[0] != f.Times[7] {
		t.Errorf("train %d frames, test %d frames from %v at %v", train.Frames(), test.Frames(), test.Data[0], test.Times[0])
	}
	if &train.Data[0] != &f.Data[0] || &test.Data[0] != &f.Data[42] {
		t.Error("the parts do not share the record's memory")
	}
	if err := train.Validate(); err != nil {
		t.Error(err)
	}
	for _, n := range []int{0, -1, 10, 11} {
		if _, _, err := SplitTime(f, n); err == nil {
			t.Errorf("holding out %d of 10 frames is accepted", n)
		}
	}
}

func TestKeepSet(t *testing.T) {
	const total = 5000
	k := newKeepSet(total)
	var want []int
	for i := range total {
		if i%7 == 3 || i > 2000 && i < 2600 && i%2 == 0 || i > 4000 && i*i%11 == 4 {
			k.add(i)
			want = append(want, i)
		}
	}
	k.seal()
	if k.size != len(want) {
		t.Fatalf("%d members, want %d", k.size, len(want))
	}
	for i, m := range want {
		if got := k.at(i); got != m {
			t.Fatalf("member %d is %d, want %d", i, got, m)
		}
	}
}

// All windows, positions and reflections of half a million: making them takes no
// copies and little time.
func TestWindowsAreIndexed(t *testing.T) {
	f := ramp("pr", 0, 200, 64, 64)
	f.Data[5] = nan
	start := time.Now()
	w, err := NewWindows(WindowOptions{Frames: 10, Height: 32, Width: 32, Flips: true}, f)
	if err != nil {
		t.Fatal(err)
	}
	if want := (191*33*33 - 6) * 4; w.Len() != want {
		t.Errorf("%d clips, want %d", w.Len(), want)
	}
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("took %v", d)
	}
}

func TestGridWindow(t *testing.T) {
	g := Grid{Height: 3, Width: 4, Y: []float64{1, 2, 3}, X: []float64{5, 6, 7, 8}, Lat: make([]float64, 12), Lon: make([]float64, 12)}
	for i := range g.Lat {
		g.Lat[i], g.Lon[i] = float64(i), float64(-i)
	}
	w := g.Window(1, 2, 2, 2)
	if err := w.Validate(); err != nil {
		t.Fatal(err)
	}
	if w.Y[0] != 2 || w.X[1] != 8 || w.Lat[0] != 6 || w.Lat[3] != 11 || w.Lon[2] != -10 {
		t.Errorf("window %+v", w)
	}
	defer func() {
		if recover() == nil {
			t.Error("a window outside the grid is accepted")
		}
	}()
	g.Window(2, 0, 2, 2)
}
