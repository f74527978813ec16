package run

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// A loop over the steps sees each of them, may end at any, and is taken up where it
// ended: what it trains is what an uninterrupted training does, to the bit.
func TestStepsOneByOne(t *testing.T) {
	c := tinyConfig(t)
	whole := create(t, c, tinyClips)
	mustTrain(t, whole, TrainOptions{Data: tinyClips})
	m := create(t, c, tinyClips)
	o := TrainOptions{Data: tinyClips}
	var seen []int64
	for p, err := range m.Steps(t.Context(), o) {
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, p.Step)
		if p.Step == 5 {
			break
		}
	}
	if !slices.Equal(seen, []int64{1, 2, 3, 4, 5}) || m.Step() != 5 {
		t.Fatalf("seen were steps %v, and the run stands at %d, want 1 to 5", seen, m.Step())
	}
	for p, err := range m.Steps(t.Context(), o) {
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, p.Step)
	}
	if len(seen) != c.Training.Steps || !slices.Equal(m.state.Weights, whole.state.Weights) || !slices.Equal(m.state.EMA, whole.state.EMA) {
		t.Errorf("%d steps were seen, want %d; or the weights differ from those of one training", len(seen), c.Training.Steps)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	failed := create(t, c, tinyClips)
	var last error
	for _, err := range failed.Steps(stopped, o) {
		last = err
	}
	if !errors.Is(last, vdm.ErrInterrupted) {
		t.Errorf("a context that has ended gives %v, want ErrInterrupted", last)
	}
}
