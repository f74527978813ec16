package main

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// example is a package of the module with a change of each kind, and beside each line
// what it can become.
const example = `package bulk

import (
	"errors"
	"math"
)

func everything(x, y float64, n int, a []int, ok bool) (float64, int, bool) {
	s := -x + y*3    // x | -x - y*3 | y / 3 | (2 * 3) | (-3)
	c := math.Sin(s) // math.Cos
	for i := range n { // n - 1
		c -= float64(a[i]) // -(float64(a[i])) | max(0, i - 1) | i + 1
	}
	n++                                  // n += 0
	d := math.Pow(x, c)                  // c, x
	m := max(n, a[0])                    // min(n, a[0]) | (0 + 1) | (0 - 1)
	return d, m, ok && m < n || x == y // ok && m < n && x == y | ok || m < n | m <= n | m >= n | x != y
}

func failing() (int, int, error) {
	return 7, everywhere + 1, errors.New("7") // everywhere - 1 | (1 + 1) | (1 - 1)
}

var everywhere = 5 // (5 + 1) | (5 - 1)

const size = 2 + 3 // no constant that the language needs as such

var _ [2]int

var _ = make([]int, 0, 7) // (0 + 1) | (0 - 1)
`

// exampleOf is the package with that text.
func exampleOf(t *testing.T, text string) *loaded {
	t.Helper()
	all, err := load(t.Context(), root, module, []string{"vdm/internal/mutants/chosen"})
	if err != nil {
		t.Fatal(err)
	}
	p := all[0]
	p.path, p.files = "vdm/bulk", []source{{name: "vdm/bulk/a.go", text: text}}
	if errs := p.check(nil); len(errs) > 0 {
		t.Fatal(errs[0])
	}
	return p
}

// Every line offers the changes that stand beside it and no others, and all compile at
// once where no two are of the same bytes.
func TestChangesOfEachKind(t *testing.T) {
	p := exampleOf(t, example)
	all := p.changes()
	for i, line := range strings.Split(example, "\n") {
		_, comment, _ := strings.Cut(line, "// ")
		var want, got []string
		if !strings.HasPrefix(comment, "no constant") && comment != "" {
			want = strings.Split(comment, " | ")
		}
		for _, c := range all {
			if c.line == i+1 {
				got = append(got, c.wrong)
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("line %d, %q\ncan become %q\nexpected   %q", i+1, line, got, want)
		}
	}
	var some []numbered
	for i, c := range drawn(all, len(all), 3) {
		some = append(some, numbered{c, i})
	}
	compiled, err := p.compilable(some)
	if err != nil {
		t.Fatal(err)
	}
	if len(compiled) != len(some) || len(some) < 15 {
		t.Errorf("%d of %d changes compile", len(compiled), len(some))
	}
}

// A change that does not compile is left out, and its neighbours in other lines stay.
func TestWhatDoesNotCompileIsLeftOut(t *testing.T) {
	p := exampleOf(t, "package bulk\n\nvar A = [...]string{1: \"b\"}\n\nvar B = 2\n")
	all := drawn(p.changes(), 10, 1)
	var some []numbered
	for i, c := range all {
		some = append(some, numbered{c, i})
	}
	compiled, err := p.compilable(some)
	if err != nil {
		t.Fatal(err)
	}
	if len(some) != 2 || len(compiled) != 1 || compiled[0].line != 5 {
		t.Errorf("%d changes, of which %v compile, expected that of line 5 of two", len(some), compiled)
	}
}

// A search in a package with one test finds what the test sees and what not, keeps the
// results, and does not try again what has one.
func TestSearch(t *testing.T) {
	folder, text := t.TempDir(), map[string]string{
		"go.mod":              "module " + module + "\n\ngo 1.26\n",
		"vdm/p/p.go":          "package p\n\nfunc Sum(x, y int) int { return x + y }\n\nfunc Less(x, y int) bool {\n\treturn x < y\n}\n",
		"vdm/p/p_test.go":     "package p\n\nimport \"testing\"\n\nfunc TestSum(t *testing.T) {\n\tif Sum(1, 2) != 3 || !Less(1, 2) {\n\t\tt.Fatal()\n\t}\n}\n",
		"vdm/p/other_test.go": "package p\n\nimport \"testing\"\n\nfunc TestNothing(*testing.T) {}\n",
	}
	code, err := os.ReadFile("chosen/chosen.go")
	if err != nil {
		t.Fatal(err)
	}
	text["vdm/internal/mutants/chosen/chosen.go"] = string(code)
	for name, content := range text {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	s := search{
		trials:   trials{root: folder, folder: t.TempDir(), results: filepath.Join(folder, "build", "results.jsonl"), out: &out},
		packages: []string{"vdm/p"}, count: 10, seed: 1, texts: map[string]string{},
	}
	runOnce := func(want ...string) {
		t.Helper()
		out.Reset()
		if err := s.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !strings.Contains(out.String(), w) {
				t.Errorf("the search says\n%s\nexpected %q in it", out.String(), w)
			}
		}
	}
	// The two of "x < y" are of the same bytes, so that one of them is drawn.
	s.count = 1
	s.glob = "p.go"
	runOnce("3 places", "1 changes drawn, of which 1 are to be tried")
	s.count = 10
	runOnce("2 changes drawn, of which 1 are to be tried", "all: ")
	runOnce("2 changes drawn, of which 0 are to be tried", "all: ")
	results, err := read(s.results)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]result{}
	for _, r := range results {
		seen[r.New] = r
	}
	if r := seen["x - y"]; r.By != "TestSum" || r.Reached != 1 {
		t.Errorf("the change of the sum has the result %+v, expected that TestSum alone reaches it and notices", r)
	}
	if r, ok := seen["x <= y"]; ok && r.By != "" {
		t.Errorf("the change to ≤ is noticed by %s, and 1 < 2 cannot", r.By)
	}
	if r, ok := seen["x >= y"]; ok && r.By != "TestSum" {
		t.Errorf("the change to ≥ is noticed by %q", r.By)
	}
	// The same draw makes the same binary, of which is known what its tests reach.
	reached := func() []string { return must(filepath.Glob(filepath.Join(folder, "build", "mutants-reach", "*"))) }
	before := reached()
	if err := os.Remove(s.results); err != nil {
		t.Fatal(err)
	}
	s.folder = t.TempDir()
	runOnce("2 changes drawn, of which 2 are to be tried")
	if after := reached(); len(before) != 2 || !slices.Equal(before, after) {
		t.Errorf("files of what is reached: %q, then %q; want the same two, of two draws", before, after)
	}
	s.count, s.retry = 0, true
	survivors := 0
	for _, r := range results {
		if r.By == "" {
			survivors++
		}
	}
	runOnce(fmt.Sprintf("%d changes drawn, of which %[1]d are to be tried", survivors))
	s.glob = "no such file"
	runOnce("0 places", "all: 0 of 0 noticed")
}

// Intervals of Wilson's from tables (Newcombe 1998, Stat. Med. 17, table I): 81 of 263,
// 15 of 148, 0 of 20 and 1 of 29.
func TestWilson(t *testing.T) {
	for _, c := range []struct {
		k, n      int
		low, high float64
	}{{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}, {0, 0, 0, 1}} {
		if low, high := wilson(c.k, c.n); math.Abs(low-c.low) > 6e-5 || math.Abs(high-c.high) > 6e-5 {
			t.Errorf("%d of %d: %.4f to %.4f, expected %.4f to %.4f", c.k, c.n, low, high, c.low, c.high)
		}
	}
}

// The lines that a diff adds, where one hunk only takes away.
func TestHunks(t *testing.T) {
	got := hunks("diff --git a/x.go b/x.go\n--- a/x.go\n+++ b/x.go\n@@ -1 +1 @@ package\n-a\n+b\n@@ -8,2 +8,0 @@\n-c\n-d\n@@ -20,0 +19,3 @@\n+e\n")
	want := []lines{{"x.go", 1, 1}, {"x.go", 19, 21}}
	if !slices.Equal(got, want) {
		t.Errorf("lines %v, expected %v", got, want)
	}
	some := onLines([]change{{file: "x.go", line: 2}, {file: "x.go", line: 20}, {file: "y.go", line: 20}}, got)
	if len(some) != 1 || some[0].line != 20 || some[0].file != "x.go" {
		t.Errorf("changes %v of those lines, expected that of line 20", some)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
