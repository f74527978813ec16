package report

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/verify"
)

var update = flag.Bool("update", false, "write the page of all scores again")

// The page of all scores in the book is the one that the program prints.
func TestScoresPage(t *testing.T) {
	const path = "../../notebooks/SCORES.md"
	all, err := Explain("all")
	if err != nil {
		t.Fatal(err)
	}
	want := "# The scores of forecasts\n\n" +
		"What `vdm verify` computes, and how to read it; the last six pages are of generated clips beside\n" +
		"data. Each page is what `vdm verify --explain NAME` prints; every number in\n" +
		"an example is computed by the score itself. Made by `go test ./vdm/report -run ScoresPage -update`.\n\n" + all
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("%s is not what the program prints (%v): write it again with -update", path, err)
	}
}

// Every index of clips has a page, is found by the keys of its figures, and every figure
// belongs to one.
func TestEveryIndexIsExplained(t *testing.T) {
	x, err := newIndexing(24, 2, "mm/h", 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := x.add(make([]float32, 48), make([]float64, 24)); err != nil {
		t.Fatal(err)
	}
	indices, err := x.indices()
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, f := range indices.figures("mm/h") {
		i := slices.IndexFunc(indexPages, func(p struct {
			name string
			keys []string
			page
		}) bool {
			return slices.ContainsFunc(p.keys, func(k string) bool { return f.key == k || strings.HasPrefix(f.key, k+"_") })
		})
		if i < 0 {
			t.Errorf("%s has no page", f.key)
			continue
		}
		used[indexPages[i].name] = true
	}
	for _, p := range indexPages {
		if !used[p.name] {
			t.Errorf("%s: no figure has a key of %v", p.name, p.keys)
		}
		for _, name := range append(p.keys, strings.ToUpper(p.name)) {
			text, err := Explain(name)
			if err != nil || !strings.HasPrefix(text, "## "+p.name+": ") || strings.Contains(text, "NaN") || strings.Contains(text, "–\n") {
				t.Errorf("%s is explained by\n%s\n(%v)", name, text, err)
			}
			for line := range strings.Lines(text) {
				if n := len([]rune(line)); n > 125 {
					t.Errorf("%s: a line is %d wide: %s", p.name, n, line)
				}
			}
		}
	}
}

// Every score has a page with all its parts, is found by the names of its figures, and
// reads those figures and no others.
func TestEveryScoreIsExplained(t *testing.T) {
	o := ComparisonOptions{Known: []bool{true, false}, Height: 4, Width: 4, Units: "mm/h"}
	if err := o.prepare(); err != nil {
		t.Fatal(err)
	}
	for _, s := range scoreList {
		text, err := Explain(s.name)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{"## " + s.name + ": ", "**How to read it.** ", "**Figures:** ", "An example:"} {
			if !strings.Contains(text, part) {
				t.Errorf("%s: no %q in\n%s", s.name, part, text)
			}
		}
		if strings.Contains(text, "NaN") || strings.Contains(text, "–\n") {
			t.Errorf("%s: an example without a number\n%s", s.name, text)
		}
		for line := range strings.Lines(text) {
			if n := len([]rune(line)); n > 125 {
				t.Errorf("%s: a line is %d wide: %s", s.name, n, line)
			}
		}
		started, err := s.start(&o)
		if err != nil {
			t.Fatal(err)
		}
		var keys []string
		for _, one := range started {
			clip := slices.Repeat([]float32{0, 1, 2, 3}, 4)
			if err := one.add(verify.NewCase([][]float32{clip, clip}, clip)); err != nil {
				t.Fatal(err)
			}
			for _, r := range one.readings() {
				keys = append(keys, r.Key)
			}
		}
		for _, key := range s.keys {
			if found, err := FindScore(strings.ToUpper(key)); err != nil || found != s.name && key != s.name && !slices.Contains(ScoreNames(), key) {
				t.Errorf("%s is found as %q (%v), want %s", key, found, err, s.name)
			}
			if !slices.Contains(keys, key) && key != excessKey {
				t.Errorf("%s does not read %s, but %v", s.name, key, keys)
			}
		}
		for _, key := range keys {
			if !slices.Contains(s.keys, key) {
				t.Errorf("%s reads %s, which its keys %v lack", s.name, key, s.keys)
			}
		}
	}
	if _, err := Explain("cprs"); err == nil || !strings.Contains(err.Error(), "the scores are crps, twcrps") || !strings.Contains(err.Error(), "the indices wettest, level") {
		t.Errorf("an unknown score: %v", err)
	}
}
