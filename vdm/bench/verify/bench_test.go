package main

import (
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/study/verification"
)

// The files hold what is scored in memory, whose scores are those of the stream.
func TestFilesAreWhatIsScoredInMemory(t *testing.T) {
	m := made{options{forecasts: 3, members: 3, leads: 2, size: 16, beside: 3, folder: t.TempDir()}}
	if err := m.write(t.Context()); err != nil {
		t.Fatal(err)
	}
	a, err := m.inMemory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rec, err := climate.OpenRecord([]string{m.truthFile()}, climate.RecordOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer rec.Close()
	files, err := verification.Files([]string{m.folder + "/forecasts"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := verification.Forecasts(t.Context(), files, verification.Options{Data: rec, Scores: compared()})
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"crps", "energy", "fss", "csi", "brier"} {
		got := float64(r.Groups[0].Entries[0].Score(key).Value)
		if want := a.Values[key]; !(got > 0) || math.Abs(got-want) > 1e-9 {
			t.Errorf("%s is %v by files, %v in memory", key, got, want)
		}
	}
	if _, err := (options{}).peers(t.Context()); err == nil {
		t.Error("peers without a python")
	}
}
