package choose

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/gomlx/compute/gobackend"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

func TestMain(m *testing.M) {
	os.Setenv("GOMLX_BACKEND", "go")
	os.Exit(m.Run())
}

// Every snapshot and every half-life is tried, and the best is the one that the criterion
// asks for.
func TestWeights(t *testing.T) {
	dir := t.TempDir()
	record := climate.SyntheticRecord{Seed: 2, Hours: 48, Height: 8, Width: 8, Coarse: 4}
	split, err := climate.SeasonSplit{Hours: 12}.Split(record.Field().Times)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := record.Prepare(t.Context(), filepath.Join(dir, "data"), split, false, func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	data, err := climate.OpenPrepared(filepath.Join(dir, "data"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { data.Close() })
	windows := func(ranges []climate.Range) *climate.Windows {
		w, err := climate.NewWindows(climate.WindowOptions{Frames: 2, Ranges: ranges}, data.Fields()...)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	training, tests := windows(data.Split().Train), windows(data.Split().Test)
	root, err := transform.Parse("cbrt+standardise")
	if err != nil {
		t.Fatal(err)
	}
	m, err := run.Create(filepath.Join(dir, "run"), run.Config{
		Clip:     run.ClipConfig{Frames: 2, Height: 8, Width: 8, Channels: []run.ChannelConfig{{Name: "rain", Units: "mm/h", Transform: root}}},
		Network:  unet.Config{Dim: 8, Multiples: []int{1}, Heads: 1, HeadDim: 4},
		Training: run.TrainingConfig{Steps: 6, Batch: 2, Rate: 1e-2, EMA: 0.5, HeldOutClips: 4, SnapshotEvery: 2, Keep: 9},
	}, training)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Weights(t.Context(), m, training, tests, Options{}); err == nil || !strings.Contains(err.Error(), "has not been trained") {
		t.Errorf("an untrained run: %v", err)
	}
	if err := m.Train(t.Context(), run.TrainOptions{Data: training, HeldOut: tests}); err != nil {
		t.Fatal(err)
	}
	tried := func(by string, halfLives ...float64) *Result {
		r, err := Weights(t.Context(), m, training, tests, Options{By: by, HalfLives: halfLives, Clips: 4, Evaluations: 3})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := tried(ByTail, 0.5)
	if len(r.All) != 4 || r.All[0].Step() != 2 || r.All[3].Step() != 6 || r.All[3].HalfLife != 1 || r.All[2].HalfLife != 0.5 {
		t.Fatalf("tried were %v", r.All)
	}
	for i, s := range r.All {
		if math.Abs(math.Log(s.Tail)) < math.Abs(math.Log(r.All[r.Best].Tail)) {
			t.Errorf("%s has a tail of %.3f, the best has %.3f", s, s.Tail, r.All[r.Best].Tail)
		}
		for _, other := range r.All[:i] {
			if s.Loss == other.Loss || s.Tail == other.Tail {
				t.Errorf("%s and %s have the same scores: %v", s, other, s)
			}
		}
	}
	if text := r.Table().Text(); !strings.Contains(text, "99.9 % quantile") || !strings.Contains(text, "best by the criterion \"tail\"") {
		t.Errorf("the table is\n%s", text)
	}
	r = tried(ByLoss)
	for _, s := range r.All {
		if s.Loss < r.All[r.Best].Loss {
			t.Errorf("%s has a loss of %v, the best has %v", s, s.Loss, r.All[r.Best].Loss)
		}
	}
	for want, o := range map[string]Options{
		`criterion "rain": want one of [tail power loss]`: {By: "rain"},
		"level 1 of the quantile":                         {Level: 1},
		"half-life of -1 steps":                           {HalfLives: []float64{-1}},
	} {
		if _, err := Weights(t.Context(), m, training, tests, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
	if _, err := Weights(t.Context(), m, training, nil, Options{By: ByLoss}); err == nil || !strings.Contains(err.Error(), "holds out no data") {
		t.Errorf("by the loss, without held-out clips: %v", err)
	}
}

// What is not defined is worse than anything else.
func TestBy(t *testing.T) {
	s := Scores{Loss: math.NaN(), Tail: 0, Power: []float64{1.1, 0.5}}
	if got := s.by(ByPower); math.Abs(got-math.Log(2)) > 1e-12 {
		t.Errorf("the distance by the power is %v, want log 2", got)
	}
	if !math.IsInf(s.by(ByTail), 1) || !math.IsInf(s.by(ByLoss), 1) {
		t.Errorf("a tail of 0 and a loss of NaN have the distances %v and %v", s.by(ByTail), s.by(ByLoss))
	}
}
