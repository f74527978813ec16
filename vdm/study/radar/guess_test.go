package radar

import (
	"math"
	"slices"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// The likely error is the mean over the surroundings of the squared difference of square
// roots between the last known frame and the earlier ones moved along; it grows with the
// amount of rain as that does, does not see the future, and is what a network is told.
func TestLikelyErrorOfTheForecast(t *testing.T) {
	rain := shower(8, 20, 70)
	for i := range rain.Frame(2) { // the motion breaks off: half the rain is gone
		rain.Frame(2)[i] /= 2
	}
	rain.Frame(2)[0] = float32(math.NaN())
	got, err := guessError(t.Context(), rain.Slice(0, 3), climate.FirstFrames(6, 3))
	if err != nil {
		t.Fatal(err)
	}
	forecast, err := Guess(t.Context(), rain.Slice(0, 2), climate.FirstFrames(3, 2))
	if err != nil {
		t.Fatal(err)
	}
	for _, cell := range []int{0, 9*70 + 12, 19*70 + 35, 5*70 + 69} {
		y, x, sum, count := cell/70, cell%70, 0.0, 0.0
		for i := max(0, y-surroundings); i < min(20, y+surroundings+1); i++ {
			for j := max(0, x-surroundings); j < min(70, x+surroundings+1); j++ {
				d := math.Sqrt(float64(rain.Frame(2)[i*70+j])) - math.Sqrt(float64(forecast[2*20*70+i*70+j]))
				if !math.IsNaN(d) {
					sum, count = sum+d*d, count+1
				}
			}
		}
		want := math.Max(leastError, sum/count)
		for _, f := range []int{0, 5} {
			if v := float64(got[f*20*70+cell]); math.Abs(v-want) > 1e-6*want {
				t.Errorf("frame %d, cell %d: %v, want %v", f, cell, v, want)
			}
		}
	}
	if far := got[5*70+69]; far != leastError {
		t.Errorf("far from all rain the likely error is %v, want the least, %v", far, leastError)
	}
}

// Clips have the likely error as a third channel, exchanged and multiplied like the rain,
// and a network that was trained with it receives the same for a window of the field.
func TestClipsWithTheLikelyError(t *testing.T) {
	rain := shower(6, 20, 24)
	c, err := New(t.Context(), Options{Frames: 6, Size: 16, Known: 3, Variety: true, Errors: true}, nil, rain)
	if err != nil {
		t.Fatal(err)
	}
	likely, err := guessError(t.Context(), rain.Slice(0, 3), climate.FirstFrames(6, 3))
	if err != nil {
		t.Fatal(err)
	}
	clip := make([]float32, 6*16*16*3)
	const window = 11
	y, x := window/9, window%9
	for v := range 10 {
		if err := c.Clip(10*window+v, clip); err != nil {
			t.Fatal(err)
		}
		for j := 2; j < len(clip); j += 3 {
			cell := j / 3 % 256
			if v >= 5 {
				cell = cell%16*16 + cell/16
			}
			if want := likely[(y+cell/16)*24+x+cell%16] * factors[v%5]; clip[j] != want {
				t.Fatalf("variant %d: value %d is %v, want %v", v, j, clip[j], want)
			}
		}
	}
	dir := t.TempDir()
	m, err := Train(t.Context(), dir, Training{Steps: 1, Batch: 1, Size: 16, Frames: 6, Known: 3}, rain)
	if err != nil {
		t.Fatal(err)
	}
	told, err := Tell(t.Context(), m, rain.Slice(0, 3), climate.FirstFrames(6, 3), Window{Y: y, X: x, Size: 16})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Clip(10*window, clip); err != nil {
		t.Fatal(err)
	}
	for j, v := range told[ErrorName] {
		if v != clip[3*j+2] {
			t.Fatalf("value %d of the likely error is %v in a nowcast and %v in training", j, v, clip[3*j+2])
		}
	}
	// Weights from before there was the error go on without it.
	old := m.Start()
	old.Config.Conditions.Covariates = old.Config.Conditions.Covariates[:1]
	if (Training{From: &old, Known: 3}).errors() || !(Training{Known: 3}).errors() || (Training{Known: 1}).errors() {
		t.Error("the error is given where weights do not know it or one frame is known, or left out where it could be given")
	}
}

// Where every second frame is known, clips have the guess from both neighbours, and its likely
// error from the frames that lie between two known others; a network trained with them
// receives the same.
func TestGuessFromBothSides(t *testing.T) {
	rain := shower(8, 20, 24)
	known := climate.EverySecondFrame(8)
	if got := hiddenFrames(known); !slices.Equal(got, []int{2}) {
		t.Errorf("of frames %s those guessed from the others are %v, want 2", known, got)
	}
	if got := hiddenFrames(climate.EverySecondFrame(10)); !slices.Equal(got, []int{2, 6}) {
		t.Errorf("of ten frames %v are guessed from the others, want 2 and 6", got)
	}
	if _, err := guessError(t.Context(), rain, climate.KnownFrames{true, false, false, true}); err == nil {
		t.Error("two frames apart have a likely error")
	}
	c, err := New(t.Context(), Options{Frames: 8, Size: 16, Known: 3, Errors: true, Alternate: true}, nil, rain)
	if err != nil {
		t.Fatal(err)
	}
	m, err := Train(t.Context(), t.TempDir(), Training{Steps: 1, Batch: 1, Size: 16, Frames: 8, Known: 3}, rain)
	if err != nil {
		t.Fatal(err)
	}
	if !TakesAlternate(m.Config) {
		t.Fatal("the network has no guess where every second frame is known")
	}
	const window = 11
	clip := make([]float32, 8*16*16*5)
	if err := c.Clip(window, clip); err != nil {
		t.Fatal(err)
	}
	w := Window{Y: window / 9, X: window % 9, Size: 16}
	for channel, known := range map[int]climate.KnownFrames{1: climate.FirstFrames(8, 3), 3: known} {
		told, err := Tell(t.Context(), m, rain, known, w)
		if err != nil {
			t.Fatal(err)
		}
		guess, likely := told[GuessName], told[ErrorName]
		for j := range guess {
			if guess[j] != clip[5*j+channel] || likely[j] != clip[5*j+channel+1] {
				t.Fatalf("channel %d: value %d is %v (likely error %v), in training %v (%v)", channel, j, guess[j], likely[j], clip[5*j+channel], clip[5*j+channel+1])
			}
		}
	}
	if told, err := Tell(t.Context(), m, rain, climate.KnownFrames{true, false, false, true, false, false, false, false}, w); err != nil || told != nil {
		t.Errorf("with other frames known the network is told %d fields, %v", len(told), err)
	}
	members, err := Interpolate(t.Context(), m, []Case{{rain, w}}, known, 1, run.SampleOptions{Evaluations: 2})
	if err != nil {
		t.Fatal(err)
	}
	if truth := w.Cut(rain); members[0][0][2*256] != truth[2*256] {
		t.Error("a known frame is not kept")
	}
}
