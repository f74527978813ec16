package firstmodel

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
	_ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// record writes a small record of drifting showers.
func record(t *testing.T) string {
	t.Helper()
	const frames, size = 13, 10
	rain := make([]float32, frames*size*size)
	for f := range frames {
		for y := range size {
			for x := range size {
				v := 3*math.Sin(float64(x+y)/2+float64(f)/3) + math.Cos(float64(x-2*y)/3-float64(f)/2)
				rain[(f*size+y)*size+x] = float32(math.Max(0, v))
			}
		}
	}
	s := &cf.SampleFile{
		Channels: []cf.SampleChannel{{Name: "pr", StandardName: "lwe_precipitation_rate", Units: "mm h-1", Data: rain}},
		Members:  1, Grid: climate.Grid{Height: size, Width: size}, Calendar: climate.Standard, Epoch: climate.Epoch,
	}
	for i := range frames {
		s.Times = append(s.Times, 400000+float64(i))
	}
	path := filepath.Join(t.TempDir(), "showers.nc")
	if err := cf.WriteSamples(path, s); err != nil {
		t.Fatal(err)
	}
	return path
}

func tiny(t *testing.T) Options {
	return Options{
		Data: record(t), Out: filepath.Join(t.TempDir(), "run"), HeldOut: 5, Steps: 3, SamplerSteps: 2, Clips: 3, Members: 2,
		size: size{
			frames: 3, height: 8, width: 8, known: 1, batch: 2, tests: 16,
			network: unet.Config{Dim: 8, Multiples: []int{1}, Heads: 1, HeadDim: 4},
		},
	}
}

// states lists every file below a folder with its size and time.
func states(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			found[path] = info.ModTime().String()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestRun(t *testing.T) {
	o := tiny(t)
	s, err := Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		"config.yaml", "metrics.jsonl", "results.json", "report/index.html", "samples/clips.nc", "samples/nowcast.nc",
		"figures/face.png", "figures/clips.png", "figures/clips-animated.png", "figures/nowcast-strip.png", "figures/nowcast-crps.png", "figures/nowcast-ranks.png",
		"figures/loss.png", "figures/loss-by-noise.png", "figures/histogram.png", "figures/histogram-low.png",
		"figures/quantiles.png", "figures/bias.png", "figures/spatial-power.png", "figures/temporal-power.png",
	} {
		if info, err := os.Stat(filepath.Join(o.Out, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s is missing or empty (%v)", name, err)
		}
	}
	for _, e := range s.Losses.Entries {
		if !(e.Mean > 0 && e.Mean < 10) {
			t.Errorf("loss of %s is %v", e.Name, e.Mean)
		}
	}
	// Of data of variance 1 a cell alone says nothing about v: Cov(v, z) = ασ − σα = 0,
	// so that the best linear denoiser of single cells is the mean.
	if wiener, pixel, mean := s.Losses.Entries[1].Mean, s.Losses.Entries[2].Mean, s.Losses.Entries[3].Mean; !(wiener < 0.9*pixel && math.Abs(pixel/mean-1) < 0.05) {
		t.Errorf("Wiener %.3f, pixelwise %.3f, mean %.3f: want the first below the others, and those alike", wiener, pixel, mean)
	}
	for _, e := range s.Comparisons[0].Entries {
		if crps := e.Score("crps"); !(crps.Value > 0 && crps.Value < 100) || len(crps.ByFrame) != 2 {
			t.Errorf("CRPS of %s is %+v", e.Name, crps)
		}
	}
	if !(s.Speed.Sampler > 0) {
		t.Errorf("sampler's steps a second: %v", s.Speed.Sampler)
	}
	if text := s.String(); strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
		t.Errorf("not finite: %s", text)
	}
	checkLinks(t, filepath.Join(o.Out, "report", "index.html"), s.Figures)
	page, err := os.ReadFile(filepath.Join(o.Out, "report", "index.html"))
	if err != nil || !strings.HasPrefix(s.Verdict, "A network of ") || !strings.Contains(string(page), "A network of ") || !strings.Contains(string(page), "spread of clip means") {
		t.Errorf("the page lacks its verdict %q, or the table it rests on (%v)", s.Verdict, err)
	}

	// Run again, it touches nothing and says the same.
	before := states(t, o.Out)
	again, err := Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	if again.String() != s.String() {
		t.Errorf("run again it says\n%s\nbefore it said\n%s", again, s)
	}
	after := states(t, o.Out)
	for path, at := range after {
		if before[path] != at {
			t.Errorf("%s was written again", path)
		}
	}
	// What is missing is made again, and nothing else is drawn or trained.
	if err := os.Remove(filepath.Join(o.Out, "figures", "loss.png")); err != nil {
		t.Fatal(err)
	}
	again, err = Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	if again.Losses.Entries[0].Mean != s.Losses.Entries[0].Mean {
		t.Error("the loss changed without training")
	}
	after = states(t, o.Out)
	for path, at := range before {
		if now, ok := after[path]; !ok {
			t.Errorf("%s is gone", path)
		} else if now != at && (strings.Contains(path, "samples") || strings.Contains(path, "snapshots") || strings.HasSuffix(path, ".jsonl")) {
			t.Errorf("%s was written again", path)
		}
	}
	checkResumed(t, o, s)
	// Other clips have other results.
	more := o
	more.Clips = 4
	if again, err = Run(context.Background(), more); err != nil || again.SameOrigin(s) || again.String() == s.String() {
		t.Errorf("with a clip more (%v) it says the same", err)
	}
	// Other settings do not take over the folder of a run.
	o.Seed = 7
	if _, err := Run(context.Background(), o); err == nil || !strings.Contains(err.Error(), "training.seed") {
		t.Errorf("another seed in the same folder: %v, want an error that names training.seed", err)
	}
}

// checkLinks looks up everything that a page refers to.
func checkLinks(t *testing.T, page string, figures []report.Figure) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	links := regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(string(text), -1)
	want := 2 * len(figures)
	for _, f := range figures {
		if f.PDF != "" {
			want++
		}
	}
	if len(links) != want || want < 5*len(figures)/2 {
		t.Errorf("%d links on the page, want two for each of %d figures and one for each PDF file", len(links), len(figures))
	}
	for _, link := range links {
		if _, err := os.Stat(filepath.Join(filepath.Dir(page), filepath.FromSlash(link[1]))); err != nil {
			t.Errorf("a link leads nowhere: %v", err)
		}
	}
}

// Stopped and run again, it ends where it would have ended.
func checkResumed(t *testing.T, whole Options, want *report.Summary) {
	t.Helper()
	parts := whole
	parts.Out = filepath.Join(t.TempDir(), "parts")
	ctx, cancel := context.WithCancel(context.Background())
	parts.Log = stopAfter{2, cancel}
	if _, err := Run(ctx, parts); !errors.Is(err, vdm.ErrInterrupted) {
		t.Fatalf("stopped with %v, want vdm.ErrInterrupted", err)
	}
	parts.Log = nil
	got, err := Run(context.Background(), parts)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := got.Losses.Entries[0].Mean, want.Losses.Entries[0].Mean; a != b {
		t.Errorf("loss %v when resumed, %v in one go", a, b)
	}
	if a, b := got.Comparisons[0].Entries[0].Score("crps").Value, want.Comparisons[0].Entries[0].Score("crps").Value; a != b {
		t.Errorf("CRPS %v when resumed, %v in one go", a, b)
	}
}

// stopAfter ends the context after a step of training.
type stopAfter struct {
	step int64
	stop func()
}

func (stopAfter) Line(string) {}
func (s stopAfter) Bar(string) func(vdm.Progress) {
	return func(p vdm.Progress) {
		if p.Step == s.step {
			s.stop()
		}
	}
}

func TestRunRefuses(t *testing.T) {
	good := tiny(t)
	for name, change := range map[string]func(*Options){
		"too few held out":       func(o *Options) { o.HeldOut = 2 },
		"more than the record":   func(o *Options) { o.HeldOut = 13 },
		"no file":                func(o *Options) { o.Data = "no-such-file.nc" },
		"no such variable":       func(o *Options) { o.Variable = "tas" },
		"larger than the record": func(o *Options) { o.size.height = 11 },
		"negative members":       func(o *Options) { o.Members = -1 },
	} {
		o := good
		o.Out = filepath.Join(t.TempDir(), "run")
		change(&o)
		if _, err := Run(context.Background(), o); err == nil {
			t.Errorf("%s: no error", name)
		}
		if _, err := os.Stat(filepath.Join(o.Out, "config.yaml")); err == nil {
			t.Errorf("%s: a run was made", name)
		}
	}
}

func TestDefaultsAreValid(t *testing.T) {
	o := Defaults()
	o.Data, o.Out = "rain.nc", "run"
	if err := o.Validate(); err != nil {
		t.Error(err)
	}
	c, err := o.config(1)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.WithDefaults().Validate(); err != nil {
		t.Error(err)
	}
	if _, err := report.ReadSummary(t.TempDir()); err != nil {
		t.Errorf("a folder without results: %v", err)
	}
}
