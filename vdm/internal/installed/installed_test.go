package installed

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// outcome runs f as a test and returns whether f was skipped and did not fail.
func outcome(t *testing.T, name string, f func(t *testing.T)) (skipped bool) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		defer func() { skipped = t.Skipped() && !t.Failed() }()
		f(t)
	})
	return skipped
}

func script(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

func TestPrograms(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	script(t, dir, "whole", "#!/bin/sh\necho one; echo two\n")
	script(t, dir, "broken", "#!/bin/sh\necho no library; exit 3\n")
	script(t, dir, "torn", "#!/no/such/interpreter\n")
	for _, test := range []struct {
		name string
		f    func(t *testing.T)
		want bool
	}{
		{"there", func(t *testing.T) { Programs(t, "whole", "broken") }, false},
		{"one absent", func(t *testing.T) { Programs(t, "whole", "absent") }, true},
		{"runs", func(t *testing.T) {
			if said := Runs(t, "whole"); said != "one\ntwo" {
				t.Errorf("it prints %q", said)
			}
		}, false},
		{"fails", func(t *testing.T) { Runs(t, "broken") }, true},
		{"does not start", func(t *testing.T) { Runs(t, "torn") }, true},
		{"absent", func(t *testing.T) { Runs(t, "absent") }, true},
	} {
		if got := outcome(t, test.name, test.f); got != test.want {
			t.Errorf("%s: skipped: %v, want %v", test.name, got, test.want)
		}
	}
	if _, err := trial(filepath.Join(dir, "broken")); err == nil || !strings.Contains(err.Error(), "exit status 3: no library") {
		t.Errorf("a failure is told as %v", err)
	}
}

// A folder that has a module's name is no module, neither in the working folder nor
// in PYTHONPATH, and a module that fails when it is imported is none either.
func TestPython(t *testing.T) {
	Python(t, "import sys")
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "torrent", "notes"), 0o755); err != nil {
		t.Fatal(err)
	}
	script(t, dir, "shattered.py", "raise OSError('libshattered.so is missing')\n")
	script(t, dir, "sound.py", "answer = 42\n")
	t.Chdir(dir)
	t.Setenv("PYTHONPATH", dir)
	for use, want := range map[string]bool{
		"import sound; sound.answer":             false,
		"import shattered":                       true,
		"import torrent; torrent.answer":         true,
		"import torrent.notes; torrent.notes.of": true,
		"import absent_from_everywhere":          true,
	} {
		if got := outcome(t, use, func(t *testing.T) { Python(t, use) }); got != want {
			t.Errorf("%q: skipped: %v, want %v", use, got, want)
		}
	}
	t.Setenv("PYTHONPATH", "")
	if !outcome(t, "in the working folder", func(t *testing.T) { Python(t, "import torrent") }) {
		t.Error("a folder of the working folder is taken for a module")
	}
}
