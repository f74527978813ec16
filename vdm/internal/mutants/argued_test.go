package main

import (
	"bytes"
	"path"
	"slices"
	"strings"
	"testing"
)

// Each argument is about code that is there, and about a change that the program makes.
func TestArgumentsAreOfTheCode(t *testing.T) {
	reasons, err := arguments(root)
	if err != nil {
		t.Fatal(err)
	}
	if len(reasons) != len(argued) {
		t.Errorf("%d places of %d arguments: two are about one change", len(reasons), len(argued))
	}
	var packages []string
	for _, a := range argued {
		if p := path.Dir(a.file); !slices.Contains(packages, p) {
			packages = append(packages, p)
		}
		if len(strings.Fields(a.what)) < 5 {
			t.Errorf("the argument of %s is %q: want a sentence", a.name, a.what)
		}
	}
	all, err := load(t.Context(), root, module, packages)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		for _, c := range p.changes() {
			delete(reasons, c.place())
		}
	}
	for place, why := range reasons {
		t.Errorf("%s (%s): no such change is made", place, why)
	}
}

// A change that survives is counted as argued only where it is the argued one, in that
// place.
func TestSummaryTellsArguedFromOpen(t *testing.T) {
	var out bytes.Buffer
	texts := map[string]string{"vdm/p/p.go": "x < y\nx < y\n"}
	s := search{trials: trials{out: &out}, packages: []string{"vdm/p"}, texts: texts, reasons: map[string]string{}}
	first := change{file: "vdm/p/p.go", from: 0, to: 5, line: 1, kind: "comparison", wrong: "x <= y"}
	second := first
	second.from, second.to, second.line = 6, 11, 2
	other := first
	other.wrong = "x > y"
	results := map[string]result{}
	var changes []numbered
	for i, c := range []change{first, second, other} {
		changes = append(changes, numbered{c, i})
		results[s.key(c)] = result{}
	}
	s.reasons[first.place()] = "they are never equal"
	s.summary(changes, results)
	text := out.String()
	for _, want := range []string{"0 of 3 noticed", "1 of the others argued, 2 open", "argued: they are never equal"} {
		if !strings.Contains(text, want) {
			t.Errorf("the summary lacks %q:\n%s", want, text)
		}
	}
	if strings.Count(text, "SURVIVES") != 2 {
		t.Errorf("want two survivors without an argument:\n%s", text)
	}
}
