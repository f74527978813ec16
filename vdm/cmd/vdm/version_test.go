package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/internal/installed"
)

// line runs a command in a folder and returns what it prints, without the newline.
func line(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, out, stderr.String())
	}
	return strings.TrimSpace(string(out))
}

// Whatever GOFLAGS says, `make run` builds a program that knows its commit and whether
// the checkout differs from it; outside a checkout of its own it is unknown.
func TestMakeStampsTheCommit(t *testing.T) {
	installed.Programs(t, "make", "git", "go", "sh")
	makefile, err := os.ReadFile("../../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	// A checkout with the project's Makefile, whose vdm prints what the linker told it.
	dir := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("Makefile", string(makefile))
	write("go.mod", "module example.org/stamped\n\ngo 1.26\n")
	write("vdm/cmd/vdm/main.go", "package main\n\nvar commit string\n\nfunc main() { println(commit == \"\", commit) }\n")
	write(".gitignore", "build\n")
	write("inner/Makefile", string(makefile))
	for name, value := range map[string]string{
		"GOFLAGS": "-buildvcs=false", "GOWORK": "off", "MAKEFLAGS": "", "MFLAGS": "",
		"GIT_CONFIG_GLOBAL": os.DevNull, "GIT_CONFIG_SYSTEM": os.DevNull, "GIT_CEILING_DIRECTORIES": filepath.Dir(dir),
		"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org",
	} {
		t.Setenv(name, value)
	}
	for _, name := range []string{"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"} { // as in a hook
		if _, set := os.LookupEnv(name); set {
			t.Setenv(name, "")
			os.Unsetenv(name)
		}
	}
	// build returns make's line that builds vdm.
	build := func(dir string) string {
		for _, said := range strings.Split(line(t, dir, "make", "--no-print-directory", "-n", "run"), "\n") {
			if strings.HasPrefix(said, "go build ") {
				return said
			}
		}
		t.Fatal("make run does not build vdm")
		return ""
	}
	wants := func(what, dir, commit string) {
		t.Helper()
		if said := build(dir); !strings.Contains(said, `-X main.commit=`+commit+`"`) {
			t.Errorf("%s: want commit %q in %s", what, commit, said)
		}
	}

	wants("no checkout", dir, "")
	line(t, dir, "git", "init", "-q")
	wants("no commit", dir, "")
	line(t, dir, "git", "add", ".")
	line(t, dir, "git", "commit", "-q", "-m", "first")
	commit := line(t, dir, "git", "rev-parse", "--short=12", "HEAD")
	wants("a commit", dir, commit)
	wants("a folder of another checkout", filepath.Join(dir, "inner"), "")
	write("vdm/cmd/vdm/more.go", "package main\n")
	wants("a new file", dir, commit+"-changed")

	program := exec.Command("sh", "-c", build(dir)+" && build/bin/vdm")
	program.Dir = dir
	if out, err := program.CombinedOutput(); err != nil || string(out) != "false "+commit+"-changed\n" {
		t.Errorf("the program says %q (%v)", out, err)
	}
}

// What the linker tells is what the program says.
func TestVersionIsTheCommit(t *testing.T) {
	defer func(before string) { commit = before }(commit)
	commit = "0123456789ab-changed"
	if got := succeed(t, "version"); !strings.HasPrefix(got, "vdm 0123456789ab-changed, go") {
		t.Errorf("version prints %q", got)
	}
}
