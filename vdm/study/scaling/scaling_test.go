package scaling

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "github.com/gomlx/compute/gobackend"

	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

func TestMain(m *testing.M) {
	os.Setenv("GOMLX_BACKEND", "go")
	os.Exit(m.Run())
}

// tiny is the smallest study.
func tiny(t *testing.T) Options {
	return Options{
		Out: t.TempDir(), Hours: 120, Season: 24, Side: 8, Frames: 2, Steps: 4, Clips: 3, References: 12, FitSteps: 5,
		Network: unet.Config{Dim: 8, Multiples: []int{1}, Heads: 1, HeadDim: 4},
	}
}

// The study runs with a transform that must be fitted; run again, it trains nothing and
// returns the same; another sampler draws from the same training.
func TestRun(t *testing.T) {
	o := tiny(t)
	s := Setting{Transform: LearntCorrected, UnitVariance: true, Seed: 1}
	path := filepath.Join(o.Out, "results.json")
	if err := RunAll(t.Context(), o, []Setting{s}, path); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var lines said
	o.Log = &lines
	if err := RunAll(t.Context(), o, []Setting{s}, path); err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(before) != string(after) {
		t.Errorf("run again, the results are\n%s\nnot\n%s", after, before)
	}
	if !slices.ContainsFunc(lines.all, func(line string) bool { return strings.Contains(line, "3 of 3 clips are there already") }) {
		t.Errorf("run again, it says %q", lines.all)
	}
	var kept []Result
	if err := json.Unmarshal(after, &kept); err != nil || len(kept) != 1 {
		t.Fatalf("%d results, %v", len(kept), err)
	}
	r := kept[0]
	if r.Setting != s || len(r.Bias) != 64 || len(r.Spatial) == 0 || len(r.Temporal) != 1 || !(r.BelowOne[1] > 0.5 && r.BelowOne[1] < 1) {
		t.Errorf("the result is %+v", r)
	}
	if !(r.Chance > 0) || !(r.AgainstMean >= 0 && r.AgainstMean <= 1) {
		t.Errorf("bias by chance %v, R² %v", r.Chance, r.AgainstMean)
	}
}

type said struct {
	report.Quiet
	all []string
}

func (s *said) Line(text string) { s.all = append(s.all, text) }

// Every setting has a place of its own, but for those that differ in the sampler.
func TestSettings(t *testing.T) {
	all := Settings()
	if len(all) != 17 {
		t.Errorf("%d settings, want 8 at both scales, 8 more seeds and 1 by the other sampler", len(all))
	}
	seen, folders := map[string]bool{}, map[string]bool{}
	for _, s := range all {
		if seen[s.String()] {
			t.Errorf("%s occurs twice", s)
		}
		seen[s.String()] = true
		folders[s.folder()] = true
		if err := s.Validate(); err != nil {
			t.Error(err)
		}
	}
	if len(folders) != 16 {
		t.Errorf("%d trainings, want 16", len(folders))
	}
	if _, err := Run(t.Context(), tiny(t), Setting{Transform: "cube root"}); err == nil || !strings.Contains(err.Error(), `"cube root"; want one of none; square root`) {
		t.Errorf("an unknown transform: %v", err)
	}
}

// The interval over three seeds is that of Student's t with two degrees of freedom.
func TestOver(t *testing.T) {
	g := Group{Results: []Result{{Mean: 1}, {Mean: 2}, {Mean: 3}}}
	i := g.Over(func(r Result) float64 { return float64(r.Mean) })
	if want := 4.302653 / math.Sqrt(3); i.Mean != 2 || math.Abs(i.Half-want) > 1e-5 {
		t.Errorf("the interval is %v ± %v, want 2 ± %v", i.Mean, i.Half, want)
	}
	g.Results = g.Results[:1]
	if i := g.Over(func(r Result) float64 { return float64(r.Mean) }); i.Mean != 1 || !math.IsNaN(i.Half) {
		t.Errorf("the interval of one seed is %v ± %v, want 1 without one", i.Mean, i.Half)
	}
}

// A result takes the place of the one of the same setting.
func TestKeep(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results.json")
	for _, r := range []Result{{Setting: Setting{Seed: 1}, Clips: 1}, {Setting: Setting{Seed: 2}, Clips: 2}, {Setting: Setting{Seed: 1}, Clips: 3}} {
		if err := Keep(path, r); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if text := string(raw); strings.Count(text, `"seed"`) != 2 || strings.Contains(text, `"clips": 1`) || !strings.Contains(text, `"clips": 3`) {
		t.Errorf("the file is %s", text)
	}
	if err := os.WriteFile(path, []byte("{"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := Keep(path, Result{}); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("a damaged file: %v", err)
	}
}

// Each group of results has a row and a curve, and the notes say what chance alone does.
func TestTables(t *testing.T) {
	one := func(s Setting, power float64) Result {
		return Result{
			Setting: s, Steps: 10, Clips: 4, Tests: 8, Levels: quantileLevels, Quantiles: report.Values{1, 0.75, 0.5, 0.5},
			Spatial: report.Values{power, power, power}, Temporal: report.Values{power, power}, BelowOne: [2]float64{0.9, 0.8}, Chance: 0.125,
		}
	}
	results := []Result{
		one(Setting{Transform: SquareRoot, UnitVariance: true, Seed: 1}, 0.75), one(Setting{Transform: None, Seed: 1}, 0.5),
		one(Setting{Transform: None, Seed: 2}, 0.5), one(Setting{Transform: None, Seed: 3}, 0.5), one(Setting{Transform: None, Seed: 1, Ancestral: true}, 0.25),
	}
	text := Table(results).Text()
	for _, want := range []string{"none, extremes", "-50 ± 0 %", "square root, unit variance", "-25 %", "dissertation: learnt", "bias of 0.125, by chance"} {
		if !strings.Contains(text, want) {
			t.Errorf("the table lacks %q:\n%s", want, text)
		}
	}
	if i, j := strings.Index(text, "none, extremes"), strings.Index(text, "square root, unit"); i > j {
		t.Errorf("the square root comes before none:\n%s", text)
	}
	text = SamplerTable(results).Text()
	if !strings.Contains(text, "-75 %") || !strings.Contains(text, "-50 %") || strings.Contains(text, "square root") {
		t.Errorf("the samplers' table is\n%s", text)
	}
	if _, err := PowerPicture(results); err != nil {
		t.Error(err)
	}
	if _, err := DotsPicture(results, "Spatial power", SpatialMedian); err != nil {
		t.Error(err)
	}
	if _, err := PowerPicture(nil); err == nil {
		t.Error("no results are drawn")
	}
}

// The shipped results can be read, are of settings of the study and of its sizes.
func TestShipped(t *testing.T) {
	all, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	sizes := Options{}.withDefaults()
	for _, r := range all {
		if !slices.Contains(Settings(), r.Setting) {
			t.Errorf("%s is no setting of the study", r.Setting)
		}
		if r.Steps != sizes.Steps || r.Clips != sizes.Clips || len(r.Bias) != sizes.Side*sizes.Side {
			t.Errorf("%s: %d steps, %d clips, %d cells of the map", r.Setting, r.Steps, r.Clips, len(r.Bias))
		}
	}
}
