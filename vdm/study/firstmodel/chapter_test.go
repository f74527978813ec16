package firstmodel

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// configCell returns the source of chapter 10's cell that declares config.
func configCell(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(report.Root(), "notebooks", "10-first-model.ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	var book struct {
		Cells []struct {
			Type   string   `json:"cell_type"`
			Source []string `json:"source"`
		} `json:"cells"`
	}
	if err := json.Unmarshal(text, &book); err != nil {
		t.Fatal(err)
	}
	for _, c := range book.Cells {
		if source := strings.Join(c.Source, ""); c.Type == "code" && strings.HasPrefix(source, "func config()") {
			return source
		}
	}
	t.Fatal("chapter 10 has no cell that begins with func config()")
	return ""
}

// Chapter 10 opens the run that make run left, which it can only if it asks for the
// same settings.
func TestChapterAsksForTheSame(t *testing.T) {
	cell := configCell(t)
	asked := map[string]float64{}
	for _, m := range regexp.MustCompile(`(\w+): +(-?[\d.]+(?:e-?\d+)?)`).FindAllStringSubmatch(cell, -1) {
		v, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		asked[m[1]] = v
	}
	c, err := Defaults().config(1)
	if err != nil {
		t.Fatal(err)
	}
	n, ok := c.Network.(unet.Config)
	if !ok {
		t.Fatalf("the first model has the network %T, want the U-Net", c.Network)
	}
	r, s := c.Training, c.Schedule
	want := map[string]float64{
		"Frames": float64(c.Clip.Frames), "Height": float64(c.Clip.Height), "Width": float64(c.Clip.Width), "Step": c.Clip.Step,
		"Dim": float64(n.Dim), "Heads": float64(n.Heads), "HeadDim": float64(n.HeadDim),
		"Steps": float64(r.Steps), "Batch": float64(r.Batch), "Rate": r.Rate, "Warmup": float64(r.Warmup), "Decay": float64(r.Decay),
		"Clip": r.Clip, "EMA": r.EMA, "HeldOutEvery": float64(r.HeldOutEvery), "HeldOutClips": float64(r.HeldOutClips), "SnapshotEvery": float64(r.SnapshotEvery),
	}
	for name, v := range map[string]float64{"Beta2": r.Beta2, "Min": s.Min, "Max": s.Max, "Shift": s.Shift} {
		if v != 0 { // zero is a default, which need not be said
			want[name] = v
		}
	}
	for name, v := range want {
		if got, ok := asked[name]; !ok || got != v {
			t.Errorf("chapter 10 has %s %v (%v), make run %v", name, got, ok, v)
		}
	}
	for name := range asked {
		if _, ok := want[name]; !ok {
			t.Errorf("chapter 10 sets %s, make run does not", name)
		}
	}
	if !strings.Contains(cell, `Preconditioning: "`+c.Preconditioning+`"`) {
		t.Errorf("chapter 10 does not ask for the preconditioning %q", c.Preconditioning)
	}
	if s.Name != "" && !strings.Contains(cell, `Name: "`+s.Name+`"`) {
		t.Errorf("chapter 10 does not ask for the schedule %s", s.Name)
	}
}
