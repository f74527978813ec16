package run

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

func writeMetrics(t testing.TB, text string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, metricsName), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestTornMetrics(t *testing.T) {
	const two = `{"step":1,"loss":0.5,"seconds":1}` + "\n" + `{"step":2,"held_out":0.25,"seconds":2}` + "\n"
	for _, c := range []struct {
		name, text string
		records    int
	}{
		{"whole", two, 2},
		{"half a last line", two + `{"step":3,"lo`, 2},
		{"a last line without its end", strings.TrimSuffix(two, "\n"), 2},
		{"empty", "", 0},
	} {
		dir := writeMetrics(t, c.text)
		records, err := ReadMetrics(dir)
		if err != nil || len(records) != c.records {
			t.Fatalf("%s: %d records (%v), want %d", c.name, len(records), err, c.records)
		}
		if c.records == 2 && (*records[0].Loss != 0.5 || records[0].HeldOut != nil || *records[1].HeldOut != 0.25 || records[1].Step != 2) {
			t.Errorf("%s: read %+v", c.name, records)
		}
		// Appending after it makes a whole file.
		f, err := openMetrics(dir, 1)
		if err != nil {
			t.Fatal(err)
		}
		loss := 0.125
		if err := f.add(MetricsLine{Step: 2, Loss: &loss}); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		records, err = ReadMetrics(dir)
		if err != nil || len(records) == 0 || *records[len(records)-1].Loss != 0.125 || len(records) != min(2, c.records+1) {
			t.Errorf("%s: after appending %+v (%v)", c.name, records, err)
		}
	}
	dir := writeMetrics(t, `{"step":1,"sec`+"\n"+two)
	_, err := ReadMetrics(dir)
	enginetest.WantError(t, "a torn line in the middle", err, filepath.Join(dir, metricsName), "line 1")
	if records, err := ReadMetrics(t.TempDir()); err != nil || records != nil {
		t.Errorf("no metrics yet: %v, %v", records, err)
	}
}

// A run that is killed between snapshots takes steps again: its metrics hold
// each step once, and what they say is what an uninterrupted run says.
func TestMetricsAfterAResume(t *testing.T) {
	c := tinyConfig(t)
	c.Training.LogEvery, c.Training.HeldOutEvery = 1, 4
	whole := create(t, c, tinyClips)
	mustTrain(t, whole, TrainOptions{Data: tinyClips, HeldOut: tinyClips, Steps: 8})

	m := create(t, c, tinyClips)
	hits := 0
	// Fails at step 6: metrics up to 5, the snapshot of step 3.
	err := m.Train(t.Context(), TrainOptions{Data: failing{tinyClips, 4 * 5, &hits}, HeldOut: tinyClips, Steps: 8})
	enginetest.WantError(t, "a source that fails", err, "training step 6")
	if last := lastStep(t, m.Dir); last != 5 || m.Step() != 3 {
		t.Fatalf("metrics up to step %d and a model at %d, want 5 and 3", last, m.Step())
	}
	mustTrain(t, m, TrainOptions{Data: tinyClips, HeldOut: tinyClips, Steps: 8})
	got, err := ReadMetrics(m.Dir)
	if err != nil {
		t.Fatal(err)
	}
	want, err := ReadMetrics(whole.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) || len(want) != 10 {
		t.Fatalf("%d records, the whole run has %d, want 10", len(got), len(want))
	}
	for i := range got {
		same := func(a, b *float64) bool { return (a == nil) == (b == nil) && (a == nil || *a == *b) }
		g, w := got[i], want[i]
		if g.Step != w.Step || !same(g.Loss, w.Loss) || !same(g.HeldOut, w.HeldOut) || !same(g.GradNorm, w.GradNorm) || !same(g.Rate, w.Rate) {
			t.Errorf("record %d is %+v, in the whole run %+v", i, g, w)
		}
	}
	if litter, _ := filepath.Glob(filepath.Join(m.Dir, "*tmp*")); len(litter) > 0 {
		t.Errorf("left behind: %v", litter)
	}
}

// failing is a source that fails after some reads.
type failing struct {
	blobs
	after int
	hits  *int
}

func (f failing) Clip(i int, dst []float32) error {
	if *f.hits++; *f.hits > f.after {
		return os.ErrClosed
	}
	return f.blobs.Clip(i, dst)
}

func lastStep(t testing.TB, dir string) int64 {
	t.Helper()
	records, err := ReadMetrics(dir)
	if err != nil || len(records) == 0 {
		t.Fatalf("%d records (%v)", len(records), err)
	}
	return records[len(records)-1].Step
}
