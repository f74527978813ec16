package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root is the folder of go.mod as seen from this package.
const root = "../../.."

// Each text that the table changes is in the code still, in one place, and the changes
// of a file do not get into each other's way.
func TestTableIsOfTheCode(t *testing.T) {
	for _, n := range table {
		if _, err := found(root, []named{n}); err != nil {
			t.Error(err)
		}
	}
	changes, err := found(root, table)
	if err != nil {
		t.Fatal(err)
	}
	for file, own := range byFile(changes) {
		text, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		changed, err := switchable(string(text), own)
		if err != nil {
			t.Error(err)
		}
		if n := strings.Count(changed, prefix+"Pick("); n < len(own) {
			t.Errorf("%s has %d of its %d changes", file, n, len(own))
		}
	}
	var names []string
	for _, n := range table {
		if slices.Contains(names, n.name) {
			t.Errorf("two changes are named %s", n.name)
		}
		names = append(names, n.name)
	}
}

// The tests that should notice a change exist.
func TestTableNamesTests(t *testing.T) {
	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`)
	for _, n := range table {
		for _, by := range n.by {
			pattern, err := regexp.Compile(by.pattern)
			if err != nil {
				t.Fatal(err)
			}
			files, err := filepath.Glob(filepath.Join(root, by.pkg, "*_test.go"))
			if err != nil {
				t.Fatal(err)
			}
			matches := false
			for _, file := range files {
				text, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				for _, m := range declared.FindAllStringSubmatch(string(text), -1) {
					matches = matches || pattern.MatchString(m[1])
				}
			}
			if !matches {
				t.Errorf("change %s: no test of %s matches %s", n.name, by.pkg, by.pattern)
			}
		}
	}
}

// A text that is nowhere, or in two places, is refused by name.
func TestTableRefusesOtherCode(t *testing.T) {
	for text, want := range map[string]string{
		"package p; var x = 1 + 2":           "",
		"package p; var x = 1 - 2":           `"1 + 2" is in 0 places of p.go`,
		"package p; var x, y = 1 + 2, 1 + 2": `"1 + 2" is in 2 places of p.go`,
	} {
		_, err := named{name: "sum", file: "p.go", old: "1 + 2", new: "1 - 2"}.change(text)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("of %q the error is %v, want %q", text, err, want)
		}
	}
	_, err := named{name: "one", file: "p.go", in: "1 + 1", old: "1", new: "2"}.change("package p; var x = 1 + 1")
	if err == nil || !strings.Contains(err.Error(), `in 2 places of "1 + 1"`) {
		t.Errorf("an expression that is twice in its text gives the error %v", err)
	}
}
