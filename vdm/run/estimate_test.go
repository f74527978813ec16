package run

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// The batch that is said to fit is the largest whose counted peak fits, and
// training a larger one is refused with its name.
func TestEstimateNamesTheBatchThatFits(t *testing.T) {
	m := create(t, tinyConfig(t), tinyClips).on(t, "go") // which takes what the account says
	be, _, err := m.Engine()
	if err != nil {
		t.Fatal(err)
	}
	peak := func(batch int) int64 {
		cost, err := m.stepCost(be, batch)
		if err != nil {
			t.Fatal(err)
		}
		return cost.Peak
	}
	for _, c := range []struct {
		batch     int
		available int64
		fits      int
	}{
		{2, peak(5), 5}, {2, peak(5) - 1, 4}, {2, peak(2), 2}, {2, peak(2) - 1, 1}, {2, peak(1), 1}, {2, peak(1) - 1, 0}, {2, 1, 0},
		{1, peak(4), 4}, {1, peak(1), 1}, {1, peak(1) - 1, 0}, {64, peak(7) + 1, 7},
	} {
		m.Config.Training.Batch = c.batch
		m.freeMemory = func() int64 { return c.available }
		e, err := m.Estimate()
		if err != nil {
			t.Fatal(err)
		}
		if e.Fits != c.fits || e.Available != c.available || e.Batch != c.batch {
			t.Errorf("batch %d with %d bytes free: %d fits, want %d", c.batch, c.available, e.Fits, c.fits)
		}
		err = e.Check()
		switch {
		case c.batch <= c.fits && err != nil:
			t.Errorf("batch %d with %d bytes free is refused: %v", c.batch, c.available, err)
		case c.batch > c.fits && c.fits > 0:
			enginetest.WantError(t, "too large a batch", err, "training step of batch", fmt.Sprintf("a batch of %d would fit", c.fits), "training.batch")
		case c.batch > c.fits:
			enginetest.WantError(t, "nothing fits", err, "smaller clip or network", "rematerialise")
		}
	}
	m.freeMemory = func() int64 { return 1 }
	enginetest.WantError(t, "training without memory", m.Train(t.Context(), TrainOptions{Data: tinyClips}), "are free")
	m.freeMemory = func() int64 { return 0 } // not known
	if e, err := m.Estimate(); err != nil || e.Check() != nil || e.Fits != 0 {
		t.Errorf("free memory not known: %v, %v", e, err)
	}
}

// Memory of a step grows with the batch, and more with clips than with weights.
func TestEstimateGrowsWithTheBatch(t *testing.T) {
	m := create(t, tinyConfig(t), tinyClips)
	m.freeMemory = func() int64 { return 1 << 33 }
	var last Estimate
	for _, batch := range []int{1, 2, 4, 8} {
		m.Config.Training.Batch = batch
		e, err := m.Estimate()
		if err != nil {
			t.Fatal(err)
		}
		if batch > 1 && (e.Cost.Peak <= last.Cost.Peak || e.Cost.FLOPs < 1.8*last.Cost.FLOPs) {
			t.Errorf("batch %d: %v, half of it: %v", batch, e.Cost, last.Cost)
		}
		last = e
	}
	if s := last.String(); !strings.Contains(s, "batch 8") || !strings.Contains(s, "8.0 GiB free") {
		t.Errorf("the estimate reads %q", s)
	}
}

// The estimate of a step's time is of the right order, on every engine. It counts
// no overhead of operators, so it is low for a network as small as this (measured
// a tenth on a busy machine).
func TestEstimateOfTimeAgainstAMeasuredStep(t *testing.T) {
	c := tinyConfig(t)
	c.Clip.Frames, c.Clip.Height, c.Clip.Width = 4, 8, 8
	changeUNet(&c, func(n *unet.Config) { n.Dim, n.HeadDim = 16, 8 })
	c.Training.Accumulate, c.Training.Batch, c.Training.Decay = 1, 4, 0
	clips := blobs{n: 20, frames: 4, size: 8}
	for _, name := range enginetest.Names() {
		if strings.Contains(name, "cuda") {
			continue // a step this small is all launching there
		}
		m := create(t, c, clips).on(t, name)
		e, err := m.Estimate()
		if err != nil {
			t.Fatal(err)
		}
		var at []time.Time
		mustTrain(t, m, TrainOptions{Data: clips, Steps: 3, Progress: func(vdm.Progress) { at = append(at, time.Now()) }})
		measured := time.Hour
		for i := 1; i < len(at); i++ { // the first step compiles
			measured = min(measured, at[i].Sub(at[i-1]))
		}
		ratio := e.Step.Seconds() / measured.Seconds()
		t.Logf("%s: %v; measured %v: estimate over measurement %.2f", name, e, measured, ratio)
		if ratio < 0.02 || ratio > 20 {
			t.Errorf("%s: estimated %v, measured %v", name, e.Step, measured)
		}
	}
}
