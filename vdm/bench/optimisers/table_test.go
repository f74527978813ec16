package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/run"
)

func TestReached(t *testing.T) {
	o := &outcome{Curve: []point{{100, 0.5}, {200, 0.4}, {300, 0.42}, {400, 0.3}}}
	for loss, want := range map[float64]float64{0.6: 100, 0.5: 100, 0.45: 150, 0.4: 200, 0.36: 350, 0.3: 400, 0.2: math.Inf(1)} {
		if got := o.reached(loss); math.Abs(got-want) > 1e-9 && got != want {
			t.Errorf("a loss of %v is reached after %v clips, want %v", loss, got, want)
		}
	}
}

// The row says how many of the baseline's clips a setting needs, what a clip costs, and
// what both make of the time.
func TestRow(t *testing.T) {
	base := &outcome{Setting: "adam", Size: "5 × 8 × 8", Clips: 400, Batch: 2, PerClip: 0.2, Curve: []point{{200, 0.4}, {400, 0.3}}, Commit: "1234567"}
	if got, want := base.against(base), "| adam | 5 × 8 × 8 | 400 | 2 | 0.3000 | 1.00 | 1.00 | 1.00 | 1234567 |"; got != want {
		t.Errorf("the baseline's row is\n%s, want\n%s", got, want)
	}
	fast := &outcome{Setting: "fast", Size: "5 × 8 × 8", Clips: 400, Batch: 4, PerClip: 0.3, Curve: []point{{200, 0.3}, {400, 0.25}}, Commit: "abc"}
	if got, want := fast.against(base), "| fast | 5 × 8 × 8 | 400 | 4 | 0.2500 | 0.50 | 1.50 | 0.75 | abc |"; got != want {
		t.Errorf("the row is\n%s, want\n%s", got, want)
	}
	if row := base.against(fast); !strings.Contains(row, "not reached | 0.67 | not reached") {
		t.Errorf("a loss that is not reached has the row %s", row)
	}
}

// A row is added at the end, or takes the place of the one of the same setting and clips.
func TestAddRow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "table.md")
	if err := os.WriteFile(path, []byte("Words.\n\n| setting | size | clips | loss |\n|---|---|---|---|\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, row := range []string{"| a | 5 × 8 × 8 | 10 | 0.5 |", "| b | 5 × 8 × 8 | 10 | 0.4 |", "| a | 5 × 8 × 8 | 20 | 0.3 |", "| a | 5 × 8 × 8 | 10 | 0.2 |"} {
		if err := addRow(path, row); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := "Words.\n\n| setting | size | clips | loss |\n|---|---|---|---|\n| a | 5 × 8 × 8 | 10 | 0.2 |\n| b | 5 × 8 × 8 | 10 | 0.4 |\n| a | 5 × 8 × 8 | 20 | 0.3 |\n"
	if string(text) != want {
		t.Errorf("the table is\n%s, want\n%s", text, want)
	}
}

// Every setting trains on the same number of clips, with warm-up and decay of its own
// length, and makes a configuration that a run takes.
func TestSettings(t *testing.T) {
	first := run.Config{
		Clip:     run.ClipConfig{Frames: 2, Height: 4, Width: 4, Channels: []run.ChannelConfig{{Name: "rain"}}},
		Training: run.TrainingConfig{Warmup: 60, Decay: 901},
	}
	seen := map[string]bool{}
	for _, s := range settings {
		if seen[s.name] {
			t.Errorf("two settings have the name %s", s.name)
		}
		seen[s.name] = true
		c := (&clips{first: first}).config(s, 600)
		if err := c.WithDefaults().Validate(); err != nil {
			t.Errorf("%s: %v", s.name, err)
		}
		if tr := c.Training; tr.Steps*tr.Batch != 600 || (tr.Decay != 0 && tr.Decay != tr.Steps+1) || tr.Warmup > tr.Steps/10 {
			t.Errorf("%s: %d steps of %d clips, warm-up %d, decay %d", s.name, tr.Steps, tr.Batch, tr.Warmup, tr.Decay)
		}
	}
}
