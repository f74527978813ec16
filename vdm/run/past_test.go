package run

import (
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/train"
)

func apart(a, b []float32) float64 {
	sum := 0.0
	for i := range a {
		sum += (float64(a[i]) - float64(b[i])) * (float64(a[i]) - float64(b[i]))
	}
	return math.Sqrt(sum)
}

// The half-life chosen after training gives the weights of a training that had it from the
// start, and a snapshot's own average is what was kept.
func TestPast(t *testing.T) {
	trained := func(ema float64) *Run {
		c := tinyConfig(t)
		c.Training.EMA, c.Training.SnapshotEvery, c.Training.Keep, c.Training.Rate = ema, 1, 100, 1e-2
		m := create(t, c, tinyClips)
		mustTrain(t, m, TrainOptions{Data: tinyClips, Steps: 12})
		return m
	}
	short, long := trained(0.3), trained(0.6)
	snapshots, err := short.Snapshots()
	if err != nil {
		t.Fatal(err)
	}
	if n := len(snapshots); n != 13 || snapshots[5].Step() != 5 || snapshots[12].Step() != 12 || apart(snapshots[12].state.EMA, short.state.EMA) != 0 {
		t.Fatalf("%d snapshots, the last of step %d", n, snapshots[n-1].Step())
	}
	chosen, err := Averaged(snapshots, []float64{train.HalfLife(0.3), train.HalfLife(0.6)})
	if err != nil {
		t.Fatal(err)
	}
	between := apart(short.state.EMA, long.state.EMA)
	if d := apart(chosen[0].state.EMA, short.state.EMA); d > 1e-4*between || chosen[0].Difference > 1e-9 {
		t.Errorf("the average that was kept is made again with a distance of %v; the two averages are %v apart", d, between)
	}
	if d := apart(chosen[1].state.EMA, long.state.EMA); d > 0.02*between || chosen[1].Difference > 0.02 {
		t.Errorf("the longer average is %v off (profile %v); the two averages are %v apart", d, chosen[1].Difference, between)
	}
	if apart(short.state.EMA, snapshots[12].state.EMA) != 0 || short.Step() != 12 {
		t.Error("the run itself has changed")
	}

	_, err = Averaged(snapshots, []float64{0})
	enginetest.WantError(t, "a half-life of 0", err, "half-life of 0 steps: want more than 0")
	snapshots[12].Config.Training.Optimiser = "schedule-free"
	_, err = Averaged(snapshots, []float64{3})
	enginetest.WantError(t, "schedule-free", err, "schedule-free has an average of its own")
}
