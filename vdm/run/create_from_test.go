package run

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/spectral"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// A run that begins with the weights of another has them, their transforms and variances,
// says so, and goes on as any run; on clips of another size the variances are its own.
func TestCreateFrom(t *testing.T) {
	c, clips := toldConfig(t)
	first, err := Create(filepath.Join(t.TempDir(), "first"), c, clips)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Train(t.Context(), TrainOptions{Data: clips, Steps: 2}); err != nil {
		t.Fatal(err)
	}
	other := guessed{blobs{n: 7, frames: c.Clip.Frames, size: c.Clip.Height}}
	c.Training.Rate, c.Training.Seed = 5e-4, 9
	dir := t.TempDir()
	second, err := CreateFrom(dir, c, other, first.Start())
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range first.Weights(true) {
		if !slices.Equal(values, second.Weights(true)[name]) || !slices.Equal(values, second.Weights(false)[name]) {
			t.Errorf("%s is another", name)
		}
	}
	if a, b := first.Config.Clip.Channels[0].Transform.String(), second.Config.Clip.Channels[0].Transform.String(); a != b {
		t.Errorf("the transform is %s, want %s", b, a)
	}
	from := second.Config.Training.From
	if second.Step() != 0 || !strings.Contains(from, first.Dir) || !strings.Contains(from, "SHA-256") {
		t.Errorf("at step %d, from %q", second.Step(), from)
	}
	if err := second.Train(t.Context(), TrainOptions{Data: other, Steps: 1}); err != nil {
		t.Fatal(err)
	}
	// The same again goes on, whatever has become of the first.
	changed := first.Start()
	changed.Name = "elsewhere"
	again, err := CreateFrom(dir, c, other, changed)
	if err != nil || again.Step() != 1 || again.Config.Training.From != from {
		t.Errorf("step %d from %q, error %v", again.Step(), again.Config.Training.From, err)
	}
	recipe, err := again.Recipe(SampleOptions{}, "")
	if err != nil || recipe.From != from {
		t.Errorf("the recipe says %q (%v)", recipe.From, err)
	}
	attributes, err := again.Attributes(recipe, "sample", "x")
	if err != nil || attributes["vdm_trained_from"] != from {
		t.Errorf("the file says %q (%v)", attributes["vdm_trained_from"], err)
	}

	large := c
	large.Clip.Height, large.Clip.Width = 6, 6
	wide, err := CreateFrom(t.TempDir(), large, guessed{blobs{n: 7, frames: c.Clip.Frames, size: 6}}, first.Start())
	if err != nil {
		t.Fatal(err)
	}
	if s := wide.Weights(true)[spectral.GivenName]; len(s) != c.Clip.Frames*36 || slices.Max(s) == 1 {
		t.Errorf("%d variances of the waves, at most %v: want those of the larger clips", len(s), slices.Max(s))
	}

	for says, change := range map[string]func(*Config){
		"want the same network": func(c *Config) { changeUNet(c, func(n *unet.Config) { n.Dim = 16 }) },
		"in mm/h, the run has":  func(c *Config) { c.Clip.Channels[0].Units = "K" },
		"they are for values":   func(c *Config) { c.Clip.Channels[0].Transform = spec(t, "identity") },
		"λ from -7 to 12":       func(c *Config) { c.Schedule.Min, c.Schedule.Max = -7, 12 },
		"0 known frames":        func(c *Config) { c.Conditions.Covariates[0].KnownFrames = 0 },
	} {
		bad, _ := toldConfig(t)
		change(&bad)
		if _, err := CreateFrom(t.TempDir(), bad, other, first.Start()); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, want one that says %q", err, says)
		}
	}
}

func spec(t *testing.T, text string) transform.Spec {
	t.Helper()
	s, err := transform.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
