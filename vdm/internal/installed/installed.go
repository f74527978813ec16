// Package installed tells tests which programs the machine has. Tests compare with
// independent programs, such as Python's netCDF4 or cdo, where they are installed; where
// one is absent or broken, such a test is skipped with the reason.
package installed

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// Interpreter is Debian's Python: Debian's packages of modules belong to it, whatever
// other python3 the PATH has.
const Interpreter = "/usr/bin/python3"

// patience is the time for one trial. Reading PyTorch from a cold disk takes half a
// minute.
const patience = 2 * time.Minute

// Programs skips the test unless all of the programs are in the PATH.
func Programs(t testing.TB, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("no %s here: %v", name, err)
		}
	}
}

// Runs returns the output of a program with arguments, and skips the test if it fails. A
// program can be in the PATH and broken.
func Runs(t testing.TB, name string, args ...string) string {
	t.Helper()
	Programs(t, name)
	said, err := trial(name, args...)
	if err != nil {
		t.Skipf("the %s here does not run: %v", name, err)
	}
	return said
}

// Python returns Interpreter, and skips the test unless the Python program use runs to
// its end. The program should use what the test needs from each module: a module can be
// present and broken, and Python takes any folder of that name in the working folder or
// in PYTHONPATH for an (empty) module.
func Python(t testing.TB, use string) string {
	t.Helper()
	if _, err := trial(Interpreter, "-c", use); err != nil {
		t.Skipf("no Python here that can run %q: %v", use, err)
	}
	return Interpreter
}

// HasPython reports whether Interpreter runs the program use to its end. Call it for a
// part of a test.
func HasPython(use string) bool {
	_, err := trial(Interpreter, "-c", use)
	return err == nil
}

type result struct {
	said string
	err  error
}

var (
	mu    sync.Mutex
	tried = map[string]result{} // by command line
)

// trial runs a command once in a process, in a folder without Python modules.
func trial(name string, args ...string) (string, error) {
	mu.Lock()
	defer mu.Unlock()
	key := strings.Join(append([]string{name}, args...), "\x00")
	if r, ok := tried[key]; ok {
		return r.said, r.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = "/"
	cmd.WaitDelay = time.Second // a child of the program may keep the pipe open
	out, err := cmd.CombinedOutput()
	said := strings.TrimSpace(string(out))
	switch {
	case err == nil:
	case ctx.Err() != nil:
		err = fmt.Errorf("it did not end within %v", patience)
	case said != "" && errors.As(err, new(*exec.ExitError)):
		err = fmt.Errorf("%w: %s", err, said[strings.LastIndex(said, "\n")+1:])
	}
	tried[key] = result{said, err}
	return said, err
}
