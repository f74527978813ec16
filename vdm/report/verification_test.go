package report

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
)

func TestVerify(t *testing.T) {
	twice := vdm.NewSamples(tinyClips.Len(), 3, 8, 8, 1)
	for i := range twice.Len() {
		if err := tinyClips.Clip(i, twice.At(i)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range twice.Data {
		twice.Data[i] *= 2
	}
	v, err := Verify(VerifyOptions{Variable: "rain", Units: "mm/h"},
		Set{Name: "held out", Clips: tinyClips}, Set{Name: "generated", Clips: twice}, Set{Name: "some", Clips: tinyClips, Limit: 7})
	if err != nil {
		t.Fatal(err)
	}
	a, b := v.Reference, v.Others[0]
	near(t, "mean of the doubled clips", float64(b.Mean), 2*float64(a.Mean), 1e-6)
	near(t, "mean absolute bias", float64(v.Bias.MeanAbs), 1, 1e-6)
	near(t, "spatial power", b.Spatial.Power[1]/a.Spatial.Power[1], 4, 1e-6)
	near(t, "temporal power", b.Temporal.Power[0]/a.Temporal.Power[0], 4, 1e-6)
	near(t, "quantile", b.Quantiles[4], 2*a.Quantiles[4], 1e-6)
	near(t, "largest", float64(b.Max), 2*float64(a.Max), 1e-6)
	near(t, "dry share", float64(b.Dry), float64(a.Dry), 0.02)
	if len(a.Histogram.Values) != len(b.Histogram.Values) {
		t.Error("the histograms have different bins")
	}
	if v.Others[1].Clips != 7 {
		t.Errorf("%d clips were taken, want 7", v.Others[1].Clips)
	}
	if v.Called != "Precipitation rate" {
		t.Errorf("pictures call rain %q", v.Called)
	}
	// It survives being saved, and is drawn from what was saved.
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var again Verification
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	if again.Called != v.Called {
		t.Errorf("the saved variable is called %q, want %q", again.Called, v.Called)
	}
	drawings, err := again.Draw()
	if err != nil {
		t.Fatal(err)
	}
	if len(drawings) != 9 {
		t.Errorf("%d drawings, want 9", len(drawings))
	}
	if got := len(v.Table().Rows); got != 3 {
		t.Errorf("table of %d rows, want 3", got)
	}
}

// A dry cell has no bias, and that is no reason to fail.
func TestVerifyDry(t *testing.T) {
	dry := vdm.NewSamples(2, 3, 8, 8, 1)
	v, err := Verify(VerifyOptions{Variable: "rain", Units: "mm/h"}, Set{Name: "dry", Clips: dry}, Set{Name: "generated", Clips: tinyClips})
	if err != nil {
		t.Fatal(err)
	}
	if !math.IsNaN(float64(v.Bias.MeanAbs)) || v.Bias.Cells != 0 {
		t.Errorf("bias %v over %d cells against a dry reference, want none", v.Bias.MeanAbs, v.Bias.Cells)
	}
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("saving numbers that do not exist: %v", err)
	}
	var again Verification
	if err := json.Unmarshal(text, &again); err != nil || !math.IsNaN(again.Bias.Map[0]) {
		t.Errorf("read back as %v (%v), want NaN", again.Bias.Map[0], err)
	}
}

func TestVerifyRefuses(t *testing.T) {
	other := waves{n: 3, frames: 3, size: 4}
	if _, err := Verify(VerifyOptions{}, Set{Name: "a", Clips: tinyClips}, Set{Name: "b", Clips: other}); err == nil {
		t.Error("clips of two shapes: no error")
	}
	if _, err := Verify(VerifyOptions{Channel: 1}, Set{Name: "a", Clips: tinyClips}, Set{Name: "b", Clips: tinyClips}); err == nil {
		t.Error("a channel that does not exist: no error")
	}
	if _, err := Verify(VerifyOptions{}, Set{Name: "a", Clips: tinyClips}); err == nil {
		t.Error("nothing to compare: no error")
	}
}
