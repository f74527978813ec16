package radar

import (
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// A clip of a sequence is told the frames that it continues moved along, and the likely error
// that was measured in the start, whatever the clip.
func TestTellSequence(t *testing.T) {
	m := &run.Run{Config: run.Config{
		Clip:     run.ClipConfig{Frames: 6, Height: 20, Width: 40, Step: 1. / 12, Channels: []run.ChannelConfig{{Name: "rain"}}},
		Training: run.TrainingConfig{MissingCells: "mask"},
		Conditions: run.ConditionsConfig{Covariates: []run.CovariateConfig{
			{Name: GuessName, KnownFrames: 3, FirstGuess: true}, {Name: ErrorName, KnownFrames: 3, GuessError: true},
		}},
	}}
	rain := shower(12, 20, 40)
	for i := range rain.Frame(3) { // so that the start is not moved along without an error
		rain.Frame(3)[i] /= 2
	}
	start, known := rain.Data[:4*800], climate.FirstFrames(6, 3)
	tell, err := TellSequence(t.Context(), m, start)
	if err != nil {
		t.Fatal(err)
	}
	likely, err := guessError(t.Context(), rain.Slice(1, 4), known)
	if err != nil {
		t.Fatal(err)
	}
	if slices.Max(likely) == leastError {
		t.Fatal("the start has no error")
	}
	for _, from := range []int{1, 6} {
		told, err := tell(t.Context(), rain.Data[from*800:(from+6)*800])
		if err != nil {
			t.Fatal(err)
		}
		guess, err := Guess(t.Context(), rain.Slice(from, from+3), known)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range told[GuessName] {
			if v != guess[i] && (v == v || guess[i] == guess[i]) {
				t.Fatalf("clip from frame %d: value %d of the guess is %v, want %v", from, i, v, guess[i])
			}
		}
		if !slices.Equal(told[ErrorName], likely) {
			t.Errorf("clip from frame %d: the likely error is not the one of the start", from)
		}
	}
	if _, err := TellSequence(t.Context(), m, start[:800]); err == nil || !strings.Contains(err.Error(), "the start has 1 frames: want the 3") {
		t.Errorf("a start of one frame: error %v", err)
	}
	m.Config.Conditions.Covariates = nil
	if tell, err := TellSequence(t.Context(), m, start); tell != nil || err != nil {
		t.Errorf("a network without a guess is told something, or error %v", err)
	}
}
