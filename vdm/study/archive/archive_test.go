package archive

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
	_ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

func tinyModel(t *testing.T, seed uint64) *run.Run {
	t.Helper()
	var channels []run.ChannelConfig
	for _, name := range []string{"rain", "tas"} {
		spec, err := transform.Parse("affine:0:10")
		if err != nil {
			t.Fatal(err)
		}
		channels = append(channels, run.ChannelConfig{Name: name, Units: "mm/h", Transform: spec})
	}
	m, err := run.Create(t.TempDir(), run.Config{
		Clip:     run.ClipConfig{Frames: 3, Height: 4, Width: 6, Step: 2, Channels: channels},
		Network:  unet.Config{Dim: 8, Multiples: []int{1}, Heads: 1, HeadDim: 4},
		Training: run.TrainingConfig{Seed: seed},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// like are two variables: rain, which becomes a rate, and one kept as it is.
func like() []*climate.Field {
	return []*climate.Field{
		{Name: "rain", StandardName: "lwe_precipitation_rate", Units: climate.RainUnits, Kind: climate.KindRain},
		{Name: "tas", StandardName: "air_temperature", Units: "K", Kind: climate.KindOther},
	}
}

// counted counts the steps that the sampler takes.
func counted(o run.SampleOptions, steps *int) run.SampleOptions {
	o.Progress = func(vdm.Progress) { *steps++ }
	return o
}

func TestSampleIsDrawnOnce(t *testing.T) {
	m, steps := tinyModel(t, 1), 0
	o := counted(run.SampleOptions{Count: 3, Seed: 9, Evaluations: 2, Batch: 2}, &steps)
	draw := func(m *run.Run, o run.SampleOptions) *Clips {
		t.Helper()
		c, err := Sample(context.Background(), m, "clips", Place{Like: like()}, o)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	first := draw(m, o)
	if steps != 4 { // two batches
		t.Fatalf("the sampler took %d steps, want 4", steps)
	}
	again := draw(m, o)
	if steps != 4 {
		t.Errorf("drawn again: %d steps", steps)
	}
	if !slices.Equal(first.Data, again.Data) || first.Draw != again.Draw {
		t.Error("what was read back is not what was drawn")
	}
	// Another seed, or other weights after as many steps, is drawn anew.
	o.Seed++
	if other := draw(m, o); steps != 8 || slices.Equal(first.Data, other.Data) {
		t.Errorf("with another seed: %d steps", steps)
	}
	stranger := tinyModel(t, 2)
	stranger.Dir = m.Dir
	draw(stranger, o)
	if steps != 12 {
		t.Errorf("for another network: %d steps, want 12", steps)
	}
	// A file that is gone is drawn again.
	if err := os.Remove(filepath.Join(m.Dir, run.SamplesDir, "clips.nc")); err != nil {
		t.Fatal(err)
	}
	draw(stranger, o)
	if steps != 16 {
		t.Errorf("with the file gone: %d steps, want 16", steps)
	}
	// One that was cut short is an error that names it.
	path := filepath.Join(m.Dir, run.SamplesDir, "clips.nc")
	if err := os.Truncate(path, 3); err != nil {
		t.Fatal(err)
	}
	if _, err := Sample(context.Background(), stranger, "clips", Place{Like: like()}, o); err == nil {
		t.Error("a file cut short was read")
	}
}

func TestNowcastKeepsPlaceAndKnownFrames(t *testing.T) {
	m, steps := tinyModel(t, 1), 0
	grid := climate.Grid{Height: 4, Width: 6, YName: "lat", XName: "lon", YUnits: "degrees_north", XUnits: "degrees_east",
		YStandardName: "latitude", XStandardName: "longitude", Y: []float64{50, 51, 52, 53}, X: []float64{1, 2, 3, 4, 5, 6}}
	fields := like()
	for _, f := range fields {
		f.Calendar, f.Epoch = climate.Standard, climate.Epoch
	}
	at := Place{Like: fields, Grid: &grid, Times: []float64{1000, 1002, 1004}}
	clip := make([]float32, 3*4*6*2)
	for i := range clip {
		clip[i] = float32(i%10) + 0.1
	}
	o := counted(run.SampleOptions{Count: 2, Evaluations: 2}, &steps)
	c, err := Nowcast(context.Background(), m, "nowcast", at, clip, 1, o)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(c.At(1)[:48], clip[:48]) {
		t.Error("the known frame is not what was known")
	}
	f, err := cf.Read(filepath.Join(m.Dir, run.SamplesDir, "nowcast.nc"), cf.ReadOptions{Variable: "rain", Index: map[string]int{"member": 1}})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(f.Grid.Y, grid.Y) || !slices.Equal(f.Times, at.Times) {
		t.Errorf("the file lies at %v, %v", f.Grid.Y, f.Times)
	}
	// What comes later does not matter to a nowcast, what is known does.
	clip[50]++
	if _, err := Nowcast(context.Background(), m, "nowcast", at, clip, 1, o); err != nil || steps != 2 {
		t.Errorf("another future: %d steps (%v), want 2", steps, err)
	}
	clip[5]++
	if _, err := Nowcast(context.Background(), m, "nowcast", at, clip, 1, o); err != nil || steps != 4 {
		t.Errorf("another past: %d steps (%v), want 4", steps, err)
	}
	if _, err := Nowcast(context.Background(), m, "../nowcast", at, clip, 1, o); err == nil {
		t.Error("a name outside the folder: no error")
	}
}

// Clips that are taken one by one would be archived as none.
func TestSampleRefusesEach(t *testing.T) {
	o := run.SampleOptions{Evaluations: 1, Each: func(int, []float32) error { return nil }}
	_, err := Sample(context.Background(), tinyModel(t, 1), "clips", Place{Like: like()}, o)
	enginetest.WantError(t, "clips one by one", err, "option Each is set")
}
