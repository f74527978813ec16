// Package suite runs the tests of many packages out of one program, for machines that
// have neither Go nor the source. Each package runs as `go test` runs it: in a process
// of its own, in its own folder, under its own TestMain, so that tests that start the
// test program again find it. The command in folder link makes such a program.
//
//	quick.test [PACKAGE…] [-test.run=… -test.v …]
//
// It is started in the folder that contains the packages' folders with their testdata,
// runs the named packages (all without a name), prints a line for each as `go test`
// does, and exits with 1 if any failed.
package suite

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Package lists the tests in one package's test files.
type Package struct {
	Path       string // below the module's root, as "vdm/unet"
	Main       func(*testing.M)
	Tests      []testing.InternalTest
	Benchmarks []testing.InternalBenchmark
	Fuzz       []testing.InternalFuzzTarget // their seeds and stored inputs run as tests
	Examples   []testing.InternalExample
}

// LeftOut returns a test that only says why it cannot be run out of one program.
func LeftOut(why string) func(*testing.T) {
	return func(t *testing.T) { t.Skip(why) }
}

// Main is the program: it does not return. start is testing.MainStart with a
// package's tests.
func Main(start func(Package) *testing.M, packages []Package) {
	exe, err := os.Executable()
	if err != nil {
		fail(err)
	}
	// The package follows from the name under which the program was started, since tests
	// start the program again with other arguments and environments.
	name := filepath.Base(exe)
	if i := slices.IndexFunc(packages, func(p Package) bool { return p.programName() == name }); i >= 0 {
		packages[i].run(start)
	}
	flags := os.Args[1:]
	var names []string
	for len(flags) > 0 && !strings.HasPrefix(flags[0], "-") {
		names, flags = append(names, flags[0]), flags[1:]
	}
	if len(flags) > 0 && !strings.HasPrefix(flags[0], "-test.") {
		fmt.Fprintf(os.Stderr, "usage: %s [PACKAGE…] [-test.run=… -test.v …]\npackages: %s\n", name, paths(packages))
		os.Exit(2)
	}
	chosen, err := choose(packages, names)
	if err != nil {
		fail(err)
	}
	// An interrupt from the keyboard reaches the package's process, too.
	heard := make(chan os.Signal, 1)
	signal.Notify(heard, os.Interrupt)
	status := 0
	for _, p := range chosen {
		err := p.spawn(exe, flags)
		if err != nil {
			status = 1
		}
		if interrupted(err, heard) {
			fail(errors.New("interrupted"))
		}
	}
	os.Exit(status)
}

// interrupted reports whether a package's process, which ended with err, or this
// process was interrupted. On a busy machine the package's process may have ended
// long before the signal has come through to this process's channel, so the ending
// counts by itself. A process that ends in another way when it is interrupted looks
// like one whose tests failed: then the signal is given some time.
func interrupted(err error, heard <-chan os.Signal) bool {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if s, ok := exit.Sys().(syscall.WaitStatus); ok && s.Signaled() && s.Signal() == syscall.SIGINT {
			return true
		}
	}
	patience := time.Duration(0)
	if err != nil {
		patience = time.Second
	}
	select {
	case <-heard:
		return true
	case <-time.After(patience):
		return len(heard) > 0
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "tests:", err)
	os.Exit(1)
}

func paths(packages []Package) string {
	var names []string
	for _, p := range packages {
		names = append(names, p.Path)
	}
	return strings.Join(names, " ")
}

func choose(packages []Package, names []string) ([]Package, error) {
	if len(names) == 0 {
		return packages, nil
	}
	var chosen []Package
	for _, name := range names {
		i := slices.IndexFunc(packages, func(p Package) bool { return p.Path == name })
		if i < 0 {
			return nil, fmt.Errorf("no package %q in this program; there are: %s", name, paths(packages))
		}
		chosen = append(chosen, packages[i])
	}
	return chosen, nil
}

// run is the main function of the process of one package.
func (p Package) run(start func(Package) *testing.M) {
	m := start(p)
	if p.Main == nil {
		os.Exit(m.Run())
	}
	p.Main(m)
	// As in the program that `go test` makes: a TestMain may return.
	os.Exit(int(reflect.ValueOf(m).Elem().FieldByName("exitCode").Int()))
}

func (p Package) programName() string { return strings.ReplaceAll(p.Path, "/", ".") + ".test" }

// spawn starts the process of one package and prints how it ended.
func (p Package) spawn(exe string, flags []string) error {
	program, err := p.program(exe)
	if err != nil {
		fail(err)
	}
	dir, err := filepath.Abs(filepath.FromSlash(p.Path))
	if err == nil {
		err = os.MkdirAll(dir, 0o755)
	}
	if err != nil {
		fail(err)
	}
	cmd := exec.Command(program, flags...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, os.Stdout, os.Stderr
	began := time.Now()
	err = cmd.Run()
	word := "ok  "
	if err != nil {
		word = "FAIL"
	}
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		word += " (" + err.Error() + ")"
	}
	fmt.Printf("%s\t%s\t%.3fs\n", word, p.Path, time.Since(began).Seconds())
	return err
}

// program returns the program under the package's name: a hard link beside it, or a copy
// where the file system has none.
func (p Package) program(exe string) (string, error) {
	dir := exe + ".packages"
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	path := filepath.Join(dir, p.programName())
	whole, err := os.Stat(exe)
	if err != nil {
		return "", err
	}
	if there, err := os.Stat(path); err == nil && os.SameFile(whole, there) {
		return path, nil
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	if err := os.Link(exe, path); err == nil {
		return path, nil
	} else if errors.Is(err, syscall.ENOSPC) {
		return "", err
	}
	return path, copyProgram(exe, path)
}

func copyProgram(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
