package run

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// configText returns the file config.yaml of a run.
func configText(t testing.TB, dir string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, configName))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A new run's file states the bounds of λ in numbers, whatever the schedule, and bounds
// that were chosen stay.
func TestCreateWritesTheScheduleBounds(t *testing.T) {
	for name, c := range map[string]struct {
		schedule ScheduleConfig
		want     string
	}{
		"nothing said":   {ScheduleConfig{}, "name: cosine\n  min: -30.0\n  max: 30.0\n  shift: 0.0\n"},
		"linear":         {ScheduleConfig{Name: "linear"}, "name: linear\n  min: -30.0\n  max: 30.0\n"},
		"cosine-float32": {ScheduleConfig{Name: "cosine-float32"}, "name: cosine-float32\n  min: -30.0\n  max: 30.0\n"},
		"from 0":         {ScheduleConfig{Max: 12}, "name: cosine\n  min: 0.0\n  max: 12.0\n"},
		"chosen":         {ScheduleConfig{Min: -12, Max: 9}, "name: cosine\n  min: -12.0\n  max: 9.0\n"},
	} {
		config := tinyConfig(t)
		config.Schedule = c.schedule
		m := create(t, config, tinyClips)
		if text := configText(t, m.Dir); !strings.Contains(text, "schedule:\n  "+c.want) {
			t.Errorf("%s: the file says\n%s\nwant\n%s", name, text, c.want)
		}
		unwritten, _, err := config.WithDefaults().process()
		if err != nil {
			t.Fatal(err)
		}
		if got, want := m.Schedule().String(), unwritten.String(); got != want {
			t.Errorf("%s: the run's schedule is %s, what was asked for %s", name, got, want)
		}
	}
}

// A run from before the bounds were written has zeros for ±30: such a run opens, trains
// and draws as a new one does to the bit, is the same run to Create, and its file is left
// as it is.
func TestRunsWithoutScheduleBounds(t *testing.T) {
	old, anew := create(t, tinyConfig(t), tinyClips), create(t, tinyConfig(t), tinyClips)
	old.Config.Schedule.Min, old.Config.Schedule.Max = 0, 0
	if err := old.save(old.state); err != nil { // the snapshot has the configuration, too
		t.Fatal(err)
	}
	if err := writeConfig(old.Dir, old.Config); err != nil {
		t.Fatal(err)
	}
	text := configText(t, old.Dir)
	if !strings.Contains(text, "min: 0.0\n  max: 0.0\n") {
		t.Fatalf("no old file:\n%s", text)
	}

	var drawn [2][]float32
	for i, dir := range []string{old.Dir, anew.Dir} {
		m, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if low, high := m.Schedule().Bounds(); low != -30 || high != 30 {
			t.Errorf("%s: λ from %v to %v, want ±30", dir, low, high)
		}
		mustTrain(t, m, TrainOptions{Data: tinyClips, Steps: 2})
		if m, err = Create(dir, tinyConfig(t), tinyClips); err != nil {
			t.Fatal(err)
		}
		if m.Step() != 2 {
			t.Errorf("created again at step %d, want 2", m.Step())
		}
		clips, err := m.Sample(t.Context(), SampleOptions{Count: 2, Evaluations: 3})
		if err != nil {
			t.Fatal(err)
		}
		drawn[i] = clips.Data
	}
	if !slices.Equal(drawn[0], drawn[1]) {
		t.Error("the old run and the new one draw different clips")
	}
	if now := configText(t, old.Dir); now != text {
		t.Errorf("the old run's file was written anew:\n%s\nwas\n%s", now, text)
	}

	named, narrow := tinyConfig(t), tinyConfig(t)
	named.Schedule = ScheduleConfig{Min: -30, Max: 30}
	narrow.Schedule = ScheduleConfig{Min: -20, Max: 30}
	if _, err := Create(old.Dir, named, tinyClips); err != nil || configText(t, old.Dir) != text {
		t.Errorf("with the bounds named: %v, and the file is\n%s", err, configText(t, old.Dir))
	}
	_, err := Create(old.Dir, narrow, tinyClips)
	enginetest.WantError(t, "other bounds", err, "schedule.min is -20, was -30")
}
