package archive

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// Clips that an earlier program kept, whose recipe says neither data, engine nor
// version, are not drawn again; and the file itself names the weights and the program.
func TestClipsOfBefore(t *testing.T) {
	m, steps := tinyModel(t, 1), 0
	o := counted(run.SampleOptions{Count: 1, Seed: 9, Evaluations: 2}, &steps)
	sample := func() *Clips {
		t.Helper()
		c, err := Sample(context.Background(), m, "clips", Place{Like: like()}, o)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	first := sample()
	path := filepath.Join(m.Dir, run.SamplesDir, "clips")
	file, err := cf.HeadSamples(path + ".nc")
	if err != nil {
		t.Fatal(err)
	}
	if got := file.Attributes["vdm_weights_sha256"]; got != first.Draw.Recipe.Weights || len(got) != 64 {
		t.Errorf("the weights are %q in the file, %q in the recipe", got, first.Draw.Recipe.Weights)
	}
	text, err := os.ReadFile(path + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var draw map[string]any
	if err := json.Unmarshal(text, &draw); err != nil {
		t.Fatal(err)
	}
	settings := draw["settings"].(map[string]any)
	for _, name := range []string{"training_data", "engine", "version"} {
		delete(settings, name)
	}
	if len(settings) != 11 {
		t.Errorf("%d settings besides, as before: %v", len(settings), settings)
	}
	if text, err = json.Marshal(draw); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+".json", text, 0o644); err != nil {
		t.Fatal(err)
	}
	if sample(); steps != 2 {
		t.Errorf("drawn again: %d steps, want 2", steps)
	}
	settings["seed"] = 8
	if text, err = json.Marshal(draw); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+".json", text, 0o644); err != nil {
		t.Fatal(err)
	}
	if sample(); steps != 4 {
		t.Errorf("clips of another seed were taken: %d steps, want 4", steps)
	}
}
