package report

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/plotting"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// numbered is a source whose clips hold their own number.
type numbered int

func (n numbered) Len() int                  { return int(n) }
func (numbered) Shape() (int, int, int, int) { return 1, 1, 1, 1 }
func (n numbered) Clip(i int, dst []float32) error {
	dst[0] = float32(i)
	return nil
}

// Windows of four hours at 100 places each: eight clips must not all lie at the
// same two places, nor leave a large part of the record out.
func TestTakeSpreads(t *testing.T) {
	s, err := Take(numbered(400), 8)
	if err != nil {
		t.Fatal(err)
	}
	places, quarters := map[int]bool{}, map[int]bool{}
	for i := range s.Len() {
		places[int(s.At(i)[0])%100/5] = true
		quarters[int(s.At(i)[0])/100] = true
	}
	if len(places) < 7 || len(quarters) != 4 {
		t.Errorf("%v: %d places and %d hours, want at least 7 and 4", s.Data, len(places), len(quarters))
	}
	if few, err := Take(numbered(3), 8); err != nil || few.Len() != 3 {
		t.Errorf("%d clips of 3 (%v)", few.Len(), err)
	}
}

func TestSummary(t *testing.T) {
	dir := t.TempDir()
	if s, err := ReadSummary(dir); s != nil || err != nil {
		t.Fatalf("an empty folder has a summary: %v, %v", s, err)
	}
	p, err := plotting.Curves([]plotting.Series{{X: []float64{0, 1}, Y: []float64{0, 1}}}, plotting.CurveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	figures, err := Save(filepath.Join(dir, "figures"), Drawing{File: "a.png", Title: "A & B", Caption: "<c>", Picture: p})
	if err != nil {
		t.Fatal(err)
	}
	if w, _ := p.Size(); math.Abs(float64(figures[0].Width)-w/2.54*96) > 1 {
		t.Errorf("a picture of %.1f cm takes %d pixels of a page, want %.0f", w, figures[0].Width, w/2.54*96)
	}
	if file, err := os.ReadFile(filepath.Join(dir, "figures", figures[0].PDF)); err != nil || !strings.HasPrefix(string(file), "%PDF") {
		t.Errorf("a figure as a PDF file begins with %.8q (%v)", file, err)
	}
	recipe := run.Recipe{Step: 3, Weights: "ab", Count: 2, Version: "1"}
	s := &Summary{Origin: "sources: a\n", Recipes: []run.Recipe{recipe}, Version: 1, Title: "A <title>", Figures: figures, Speed: Speed{Engine: "none", Sampler: 2, SamplerBatch: 4},
		Stages: []Stage{{"training", 90}, {"sampling", 30.04}}, PeakBytes: 3 << 29}
	if err := s.Write(dir); err != nil {
		t.Fatal(err)
	}
	if s.Complete(dir, "figures") {
		t.Error("complete without a page")
	}
	if err := s.WritePage(dir, "figures"); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, PageDir, PageName))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"A &lt;title&gt;", `src="../figures/a.png"`, `href="../figures/a.pdf"`, "A &amp; B", "&lt;c&gt;", "2m0s", "1.5 GiB"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the page has no %s", want)
		}
	}
	again, err := ReadSummary(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !again.Complete(dir, "figures") || again.String() != s.String() {
		t.Errorf("read back as %+v", again)
	}
	later, other := recipe, recipe
	later.Version, other.Weights = "2", "cd" // of the program; of the clips
	for name, c := range map[string]struct {
		change func(*Summary)
		same   bool
	}{
		"as it was":       {func(*Summary) {}, true},
		"another program": {func(s *Summary) { s.Recipes = []run.Recipe{later} }, true},
		"other weights":   {func(s *Summary) { s.Recipes = []run.Recipe{other} }, false},
		"more clips":      {func(s *Summary) { s.Recipes = append(s.Recipes, recipe) }, false},
		"other data":      {func(s *Summary) { s.Origin = "sources: b\n" }, false},
		"other scores":    {func(s *Summary) { s.Version++ }, false},
	} {
		now := *s
		if c.change(&now); again.SameOrigin(&now) != c.same {
			t.Errorf("%s: the summary of before is of the same clips and data is %v, want %v", name, !c.same, c.same)
		}
	}
	if err := os.Remove(filepath.Join(dir, "figures", "a.png")); err != nil {
		t.Fatal(err)
	}
	if again.Complete(dir, "figures") {
		t.Error("complete without its figure")
	}
	for name, text := range map[string]string{"newer": `{"format": 99}`, "torn": `{"format": 1, "key`} {
		if err := os.WriteFile(filepath.Join(dir, ResultsName), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadSummary(dir); err == nil || !strings.Contains(err.Error(), ResultsName) {
			t.Errorf("%s results: %v, want an error that names the file", name, err)
		}
	}
}
