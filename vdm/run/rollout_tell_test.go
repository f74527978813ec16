package run

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
)

// Each clip of a sequence has the covariates that Tell makes of what the clip knows: the clips
// are those of Nowcast with the same covariates and keys, and a sequence that is extended
// ends as one that was drawn at once.
func TestEachClipOfASequenceHasItsOwnCovariates(t *testing.T) {
	c, clips := toldConfig(t)
	m, err := Create(t.TempDir(), c, clips)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Train(t.Context(), TrainOptions{Data: clips, Steps: 3}); err != nil {
		t.Fatal(err)
	}
	frame := c.Clip.size() / c.Clip.Frames
	calls := 0
	tell := func(_ context.Context, clip []float32) (map[string][]float32, error) {
		calls++
		for i, v := range clip {
			if known := i < frame; known != (v == v) {
				t.Fatalf("value %d of a clip that knows one frame is %v", i, v)
			}
		}
		return map[string][]float32{"guess": slices.Repeat(clip[:frame], c.Clip.Frames)}, nil
	}
	both := make([]float32, 2*c.Clip.size())
	if err := clips.Clip(2, both); err != nil {
		t.Fatal(err)
	}
	clip := take(both, 2, 0, 1)
	start := clip[:frame]
	o := RolloutOptions{Frames: 2*c.Clip.Frames - 1, Overlap: 1, Tell: tell, SampleOptions: SampleOptions{Count: 3, Batch: 2, Evaluations: 3, Seed: 4}}
	whole := rolledOut(t, m, t.TempDir(), start, o)
	if want := 2 * 2 * 2; calls != want { // two clips of two batches of two
		t.Errorf("covariates were made %d times, want %d", calls, want)
	}
	first, err := m.Nowcast(t.Context(), clip, 1, SampleOptions{Count: 3, Batch: 2, Evaluations: 3, Seed: 4,
		Covariates: map[string][]float32{"guess": slices.Repeat(start, c.Clip.Frames)}})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if got := whole.sequence(t, i)[:c.Clip.size()]; !slices.Equal(got, first.At(i)) {
			t.Errorf("member %d begins with another clip than the nowcast that has the same covariates", i)
		}
	}
	dir := t.TempDir()
	short := o
	short.Frames = c.Clip.Frames
	rolledOut(t, m, dir, start, short)
	extended := rolledOut(t, m, dir, start, o)
	plain := o
	plain.Tell = nil
	without := rolledOut(t, m, t.TempDir(), start, plain)
	for i := range 3 {
		if !slices.Equal(extended.sequence(t, i), whole.sequence(t, i)) {
			t.Errorf("member %d is another one where it was extended", i)
		}
		if slices.Equal(without.sequence(t, i), whole.sequence(t, i)) {
			t.Errorf("the covariates change nothing in member %d", i)
		}
	}
	for says, change := range map[string]func(o *RolloutOptions){
		"covariates was true, is not set": func(o *RolloutOptions) { o.Tell = nil },
		"2 values for member 0: want":     func(o *RolloutOptions) { o.Tell = telling(map[string][]float32{"guess": {1, 2}}, nil) },
		"no covariate \"gues\"":           func(o *RolloutOptions) { o.Tell = telling(map[string][]float32{"gues": clip}, nil) },
		"out of rain":                     func(o *RolloutOptions) { o.Tell = telling(nil, errors.New("out of rain")) },
		"the covariate guess is NaN": func(o *RolloutOptions) {
			o.Tell = telling(map[string][]float32{"guess": slices.Repeat([]float32{float32(math.NaN())}, len(clip))}, nil)
		},
	} {
		into := t.TempDir()
		if says == "covariates was true, is not set" {
			into = dir
		}
		o := o
		o.Frames++
		change(&o)
		if _, err := m.Rollout(t.Context(), into, start, o); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, want one that says %q", err, says)
		}
	}
}

func telling(covariates map[string][]float32, err error) func(context.Context, []float32) (map[string][]float32, error) {
	return func(context.Context, []float32) (map[string][]float32, error) { return covariates, err }
}
