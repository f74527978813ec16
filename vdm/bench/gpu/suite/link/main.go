// Command link links the tests of many packages into one program, which package suite
// describes, and copies their testdata.
//
//	link -o build/quick.test -folders build/tests -tags nonetcdf ./vdm ./vdm/unet
//
// Go links one test program for each package. Here an overlay (see `go help build`)
// shows the compiler each package's x_test.go under another name, as an ordinary file:
// those of the package itself in its folder, those of an external test package foo_test
// in a folder of their own. A generated table names all tests. Packages named main
// cannot be imported, and are refused.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	o := options{leftOut: leftOut}
	flag.StringVar(&o.out, "o", "", "the program to write")
	flag.StringVar(&o.folders, "folders", "", "where the packages' folders with their testdata go")
	flag.StringVar(&o.tags, "tags", "", "build tags, as of go build")
	flag.StringVar(&o.ldflags, "ldflags", "", "flags of the linker, as of go build")
	flag.Parse()
	if err := link(o, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "link:", err)
		os.Exit(1)
	}
}

type options struct {
	out, folders, tags, ldflags string
	leftOut                     map[string]string // tests that are not run, and why
}

// link builds the program of the packages that match the patterns.
func link(o options, patterns []string) error {
	if o.out == "" || o.folders == "" || len(patterns) == 0 {
		return errors.New("want -o FILE, -folders FOLDER and packages")
	}
	listed, err := list(o, patterns)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "link-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	goroot, err := goTool("", "env", "GOROOT")
	if err != nil {
		return err
	}
	v := newOverlay(work, strings.TrimSpace(string(goroot)))
	var all []tested
	for _, p := range listed {
		t, err := find(p)
		if err != nil {
			return err
		}
		if err := v.add(p); err != nil {
			return err
		}
		all = append(all, t)
	}
	// The program's folder exists in the overlay alone.
	module := listed[0].Module
	text, err := table(module.Path, all, o.leftOut)
	if err != nil {
		return err
	}
	const folder = "linked-tests"
	if err := v.write(filepath.Join(module.Dir, folder, "main.go"), text); err != nil {
		return err
	}
	file, err := v.finish()
	if err != nil {
		return err
	}
	out, err := filepath.Abs(o.out)
	if err != nil {
		return err
	}
	// testing.Testing reports a value that the linker sets here, as go test does.
	_, err = goTool(module.Dir, "build", "-overlay", file, "-trimpath", "-buildvcs=false", "-tags", o.tags,
		"-ldflags", strings.TrimSpace(o.ldflags+" -X testing.testBinary=1"), "-o", out, "./"+folder)
	if err != nil {
		return err
	}
	return copyData(o.folders, listed)
}

func list(o options, patterns []string) ([]listing, error) {
	args := append([]string{"list", "-tags", o.tags, "-json=Dir,ImportPath,Name,TestGoFiles,XTestGoFiles,Module", "--"}, patterns...)
	text, err := goTool("", args...)
	if err != nil {
		return nil, err
	}
	var listed []listing
	for d := json.NewDecoder(strings.NewReader(string(text))); d.More(); {
		var p listing
		if err := d.Decode(&p); err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		switch {
		case p.Name == "main":
			return nil, fmt.Errorf("%s is a package main: its tests cannot be linked with others", p.ImportPath)
		case len(p.TestGoFiles)+len(p.XTestGoFiles) == 0:
			return nil, fmt.Errorf("%s has no tests", p.ImportPath)
		}
		listed = append(listed, p)
	}
	return listed, nil
}

// goTool runs the go command in a folder and returns what it prints.
func goTool(dir string, args ...string) ([]byte, error) {
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w\n%s", args[0], err, said.String())
	}
	return out, nil
}

// copyData copies the folder testdata of each package.
func copyData(to string, listed []listing) error {
	for _, p := range listed {
		from := filepath.Join(p.Dir, "testdata")
		if info, err := os.Stat(from); err != nil || !info.IsDir() {
			continue
		}
		dir := filepath.Join(to, filepath.FromSlash(p.path()), "testdata")
		if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
			return err
		}
	}
	return nil
}
