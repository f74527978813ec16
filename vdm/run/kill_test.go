package run

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
	"github.com/climate-vdm/climate-vdm/vdm/internal/torture"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// childDir names the environment variable that makes the test binary train the
// run in a folder instead of testing.
const childDir = "VDM_TEST_TRAIN_DIR"

const (
	usualKills    = 32
	stepsAKill    = 5 // so that the run does not end before the last kill
	snapshotSteps = 2 // between snapshots, so that many kills hit one being written
)

func killConfig(t testing.TB, kills int) Config {
	c := tinyConfig(t)
	killSteps := stepsAKill * kills
	c.Training.Steps, c.Training.SnapshotEvery, c.Training.Decay = killSteps, snapshotSteps, 0
	c.Training.Accumulate = 1
	return c
}

// trainChild trains a run to its end, as a process that the test kills.
func trainChild(dir string) {
	m, err := Open(dir)
	if err == nil {
		err = m.Train(context.Background(), TrainOptions{Data: tinyClips})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// A training process is killed at random moments, 30 times and more (make torture: 1000
// times); the run that goes on each time ends with the weights of an uninterrupted one, to
// the bit.
func TestKilledRunsEndBitEqual(t *testing.T) {
	most := torture.Kills(t, usualKills)
	killSteps := int64(stepsAKill * most)
	whole := create(t, killConfig(t, most), tinyClips)
	mustTrain(t, whole, TrainOptions{Data: tinyClips})

	run := create(t, killConfig(t, most), tinyClips)
	r := noise.Key{Seed: uint64(time.Now().UnixNano()), Stream: noise.Synthetic}.Rand()
	kills, last := 0, int64(0)
	for {
		m, err := Open(run.Dir)
		if err != nil {
			t.Fatalf("after %d kills: %v", kills, err)
		}
		for _, w := range m.Warnings {
			t.Logf("after %d kills: %s", kills, w)
		}
		if m.Step() < last {
			t.Fatalf("after %d kills the run went back from step %d to %d", kills, last, m.Step())
		}
		last = m.Step()
		if last == killSteps {
			run = m
			break
		}
		child := exec.Command(os.Args[0], "-test.run=^$")
		child.Env = append(os.Environ(), childDir+"="+run.Dir)
		child.Stderr = os.Stderr
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		died := make(chan error, 1)
		go func() { died <- child.Wait() }()
		// Kill within a few snapshots of where the run stands, and at times
		// before the first.
		wait := time.Duration(r.Int64N(int64(400 * time.Millisecond)))
		if kills < most {
			limit := min(killSteps-20, last+snapshotSteps*int64(1+r.IntN(3)))
			deadline := time.Now().Add(20 * time.Second)
			for r.IntN(8) > 0 && newestStep(run.Dir) < limit && time.Now().Before(deadline) {
				time.Sleep(2 * time.Millisecond)
			}
			time.Sleep(wait / 20)
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			kills++
		}
		if err := <-died; err != nil && kills > most {
			t.Fatal(err)
		}
		if kills == most {
			kills++ // the next child runs to the end
		}
	}
	t.Logf("killed %d times", kills-1)
	if kills-1 < most-2 {
		t.Errorf("the run ended after %d kills, want at least %d: make it longer", kills-1, most-2)
	}
	for name, state := range vectors(t, whole) {
		if !slices.Equal(state, vectors(t, run)[name]) {
			t.Errorf("%s differ between the whole run and the killed one", name)
		}
	}
}

// newestStep is the newest snapshot's step by its name alone.
func newestStep(dir string) int64 {
	steps, err := checkpoint.List(filepath.Join(dir, snapshotsDir))
	if err != nil || len(steps) == 0 {
		return 0
	}
	return slices.Max(steps)
}
