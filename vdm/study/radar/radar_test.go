package radar

import (
	"math"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/forecast"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// shower is a record of a patch of rain that moves two cells a frame to the right.
func shower(frames, height, width int) *climate.Field {
	f := &climate.Field{Name: "rain", Units: climate.RainUnits, Kind: climate.KindRain, Calendar: "standard", Epoch: climate.Epoch}
	f.Grid = climate.Grid{Height: height, Width: width}
	for t := range frames {
		f.Times = append(f.Times, float64(t)/12)
		for y := range height {
			for x := range width {
				d := math.Hypot(float64(y)-float64(height)/2, float64(x)-8-2*float64(t))
				f.Data = append(f.Data, float32(max(0, 6*math.Exp(-d*d/30)-0.05)))
			}
		}
	}
	return f
}

// The forecast of a clip is that of the whole field, moved along; its known frames are
// those of the rain, and windows and reflections cut both alike.
func TestClipsHaveTheForecastOfTheField(t *testing.T) {
	rain := shower(9, 32, 48)
	c, err := New(t.Context(), Options{Frames: 6, Size: 16, Known: 3, Flips: true}, nil, rain)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, channels := c.Shape(); channels != 2 || c.Len() != 4*4*17*33 {
		t.Fatalf("%d clips of %d channels, want %d of 2", c.Len(), channels, 4*4*17*33)
	}
	clip := make([]float32, 6*16*16*2)
	moved, still := 0.0, 0.0
	for i := 0; i < c.Len(); i += 97 {
		if err := c.Clip(i, clip); err != nil {
			t.Fatal(err)
		}
		for j := 0; j < len(clip); j += 2 {
			frame := j / 2 / (16 * 16)
			if frame < 3 && clip[j] != clip[j+1] {
				t.Fatalf("clip %d: known value %d is %v in the rain and %v in the forecast", i, j, clip[j], clip[j+1])
			}
			last := clip[2*(2*16*16+j/2%(16*16))]
			if frame == 5 {
				moved += math.Abs(float64(clip[j] - clip[j+1]))
				still += math.Abs(float64(clip[j] - last))
			}
		}
	}
	if moved > still/3 {
		t.Errorf("the forecast is off by %.1f in all, persistence by %.1f: want it moved along", moved, still)
	}
}

// A frame that is missing altogether costs the starts that it lies in, and no more.
func TestClipsPassOverMissingFrames(t *testing.T) {
	rain := shower(12, 24, 24)
	for i := range rain.Frame(1) {
		rain.Frame(1)[i] = float32(math.NaN())
	}
	last := 0
	c, err := New(t.Context(), Options{Frames: 6, Size: 16, Known: 3}, func(done, total int) {
		if done != last+1 || total != 7 {
			t.Errorf("forecast %d of %d is reported after %d", done, total, last)
		}
		last = done
	}, rain)
	if err != nil {
		t.Fatal(err)
	}
	if want := 5 * 9 * 9; c.Len() != want {
		t.Errorf("%d clips, want the %d of the starts after the missing frame", c.Len(), want)
	}
	for t := range rain.Frames() {
		rain.Frame(t)[12*24+12] = float32(math.NaN())
	}
	if _, err := New(t.Context(), Options{Frames: 6, Size: 20, Known: 3}, nil, rain); err == nil || !strings.Contains(err.Error(), "missing cells") {
		t.Errorf("error %v, want one that says that every window has missing cells", err)
	}
}

// Variety makes of every window ten: of five amounts of rain, each with its rows and
// columns exchanged, and of every record another that runs backwards.
func TestVariety(t *testing.T) {
	rain := shower(6, 20, 24)
	plain, err := New(t.Context(), Options{Frames: 6, Size: 16, Known: 3}, nil, rain)
	if err != nil {
		t.Fatal(err)
	}
	many, err := New(t.Context(), Options{Frames: 6, Size: 16, Known: 3, Variety: true}, nil, rain)
	if err != nil {
		t.Fatal(err)
	}
	if many.Len() != 20*plain.Len() {
		t.Fatalf("%d clips, want 20 times %d", many.Len(), plain.Len())
	}
	one, other := make([]float32, 6*16*16*2), make([]float32, 6*16*16*2)
	read := func(c *Clips, i int, x []float32) {
		if err := c.Clip(i, x); err != nil {
			t.Fatal(err)
		}
	}
	for i := 0; i < plain.Len(); i += 7 {
		read(plain, i, one)
		for v := range 10 {
			read(many, 10*i+v, other)
			for j := range one {
				at := j
				if v >= 5 {
					cell := j / 2 % 256
					at = j/512*512 + 2*(cell%16*16+cell/16) + j%2
				}
				if want := one[at] * factors[v%5]; other[j] != want {
					t.Fatalf("clip %d, variant %d: value %d is %v, want %v", i, v, j, other[j], want)
				}
			}
		}
		// Backwards the rain is the same from its end; its forecast is another.
		read(many, 10*(plain.Len()+i), other)
		for j := 0; j < len(one); j += 2 {
			if back := (5-j/512)*512 + j%512; other[j] != one[back] {
				t.Fatalf("clip %d backwards: value %d is %v, want %v", i, j, other[j], one[back])
			}
		}
		if known := 3 * 512; other[known-1] != other[known-2] {
			t.Error("backwards, the known frames are not in the forecast")
		}
	}
	if rain.Data[0] != shower(6, 20, 24).Data[0] || len(rain.Times) != 6 {
		t.Error("the record was changed")
	}
}

// Missing cells are NaN in the clips that may have them, in the rain and in its forecast,
// and windows of which too much is missing are left out.
func TestClipsWithMissingCells(t *testing.T) {
	rain := shower(6, 24, 24)
	for f := range 6 {
		for y := range 24 {
			for x := range 8 {
				rain.Frame(f)[y*24+x] = float32(math.NaN())
			}
		}
	}
	few, err := New(t.Context(), Options{Frames: 6, Size: 16, Known: 3, Missing: 0.25}, nil, rain)
	if err != nil {
		t.Fatal(err)
	}
	if want := 9 * 5; few.Len() != want { // columns from 4 to 8
		t.Errorf("%d clips with at most a quarter missing, want %d", few.Len(), want)
	}
	clip := make([]float32, 6*16*16*2)
	if err := few.Clip(0, clip); err != nil {
		t.Fatal(err)
	}
	for j, v := range clip {
		if missing := j/2%16 < 4; missing != (v != v) {
			t.Fatalf("value %d is %v in a window whose first 4 columns are missing", j, v)
		}
	}
}

// A network trains on two records, goes on, and nowcasts a window larger than its clips
// beside the forecasts without learning; what it may not see it does not see.
func TestTrainAndNowcast(t *testing.T) {
	dir := t.TempDir()
	training := Training{Steps: 2, Batch: 2, Size: 16, Frames: 6, Known: 3}
	if _, err := Train(t.Context(), dir, training, shower(8, 32, 48), shower(7, 24, 24)); err != nil {
		t.Fatal(err)
	}
	m, err := run.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	rain := shower(6, 32, 48)
	w := Window{Y: 4, X: 8, Size: 24}
	o := run.SampleOptions{Evaluations: 3, Seed: 1}
	members, err := Nowcast(t.Context(), m, rain, w, 3, 2, o)
	if err != nil {
		t.Fatal(err)
	}
	known := w.cut(rain.Data, 6, 32, 48)
	for j, v := range known[:3*24*24] {
		if members[0][j] != v {
			t.Fatalf("known value %d is %v, want %v", j, members[0][j], v)
		}
	}
	for j := 3 * 32 * 48; j < len(rain.Data); j++ {
		rain.Data[j] = 99
	}
	blind, err := Nowcast(t.Context(), m, rain, w, 3, 2, o)
	if err != nil {
		t.Fatal(err)
	}
	for j, v := range members[1] {
		if blind[1][j] != v {
			t.Fatalf("value %d of member 1 is %v where the future is another, %v before", j, blind[1][j], v)
		}
	}
	rivals, err := Rivals(t.Context(), shower(6, 32, 48), []Window{w}, climate.FirstFrames(6, 3), 2, 0, forecast.Persistence{}, forecast.Advection{})
	if err != nil {
		t.Fatal(err)
	}
	if len(rivals[0]) != 2 || len(rivals[0][1]) != 2 || len(rivals[0][1][0]) != 6*24*24 {
		t.Errorf("the forecasts without learning have another shape than the window")
	}
	// Rain of another kind than in training has a defined nowcast, or none.
	dry := shower(6, 32, 48)
	clear(dry.Data)
	gaps := shower(6, 32, 48)
	for f := range 3 {
		for x := range 14 {
			gaps.Frame(f)[(8+f)*48+x] = float32(math.NaN())
		}
	}
	for what, rain := range map[string]*climate.Field{"dry": dry, "with gaps": gaps} {
		members, err := Nowcast(t.Context(), m, rain, w, 3, 1, o)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		for j, v := range members[0] {
			if !(v >= 0) || math.IsInf(float64(v), 1) {
				t.Fatalf("%s: value %d is %v", what, j, v)
			}
		}
	}
	with := func(change func(f *climate.Field)) error {
		f := shower(6, 32, 48)
		change(f)
		_, err := Nowcast(t.Context(), m, f, w, 3, 1, o)
		return err
	}
	for says, try := range map[string]func() error{
		"the network was trained on frames 5 minutes apart": func() error {
			return with(func(f *climate.Field) {
				for i := range f.Times {
					f.Times[i] *= 2
				}
			})
		},
		"missing": func() error {
			return with(func(f *climate.Field) {
				for i := range f.Data {
					f.Data[i] = float32(math.NaN())
				}
			})
		},
		"frame 1 is to be known": func() error {
			return with(func(f *climate.Field) {
				for i := range f.Frame(1) {
					f.Frame(1)[i] = float32(math.NaN())
				}
			})
		},
		"does not lie": func() error {
			_, err := Nowcast(t.Context(), m, rain, Window{Y: 20, Size: 24}, 3, 1, o)
			return err
		},
		"minutes apart": func() error {
			other := shower(7, 24, 24)
			for i := range other.Times {
				other.Times[i] *= 2
			}
			_, err := Train(t.Context(), t.TempDir(), training, shower(7, 24, 24), other)
			return err
		},
		"no record": func() error {
			_, err := Train(t.Context(), t.TempDir(), training)
			return err
		},
	} {
		if err := try(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, want one that says %q", err, says)
		}
	}
	var _ vdm.Clips = (*Clips)(nil)
}

// The picture has a row for what was observed where there is something, and refuses a
// nowcast without members.
func TestPictureOfANowcast(t *testing.T) {
	rain := shower(6, 24, 24)
	members := [][]float32{rain.Data, rain.Data}
	with, err := Picture("Nowcast", members, rain.Data, 3, 6, 24, 24, 5, nil)
	if err != nil {
		t.Fatal(err)
	}
	without, err := Picture("Nowcast", members, nil, 3, 6, 24, 24, 5, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, tall := with.Size()
	if _, low := without.Size(); low >= tall {
		t.Errorf("the picture without what was observed is %v tall, with it %v", low, tall)
	}
	if _, err := Picture("Nowcast", nil, nil, 3, 6, 24, 24, 5, nil); err == nil {
		t.Error("a nowcast without members is drawn")
	}
}
