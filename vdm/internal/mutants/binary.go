package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/internal/mutants/chosen"
)

// binary is the test binary of a package, built with changes.
type binary struct {
	folder string // of the package
	path   string
}

// built compiles the tests of a package with an overlay.
func built(ctx context.Context, root, folder, overlay, pkg string) (binary, error) {
	b := binary{filepath.Join(root, pkg), filepath.Join(folder, strings.ReplaceAll(pkg, "/", "-")+".test")}
	c := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", b.path, "./"+pkg)
	c.Dir = root
	out, err := c.CombinedOutput()
	if err != nil {
		return b, fmt.Errorf("building the tests of %s with the changes: %w\n%s", pkg, err, out)
	}
	return b, nil
}

// most is the largest memory of the tests of a changed program, in bytes: a wrong length
// can ask for all memory.
const most = 6 << 30

// outcome is the result of a run of tests.
type outcome struct {
	failed bool
	by     string // what failed: a test, or the way in which the tests ended
	output string
}

// run runs the tests that match a pattern, with a change if id is not negative, until
// the first fails.
func (b binary) run(ctx context.Context, pattern string, id int, limit time.Duration, environment ...string) (outcome, error) {
	limited, stop := context.WithTimeout(ctx, limit+5*time.Second) // for tests that do not end themselves
	defer stop()
	c := exec.CommandContext(limited, b.path, "-test.run", pattern, "-test.failfast", "-test.timeout", limit.String())
	var out bytes.Buffer
	c.Dir, c.Stdout, c.Stderr = b.folder, &out, &out
	c.Env = append(append(os.Environ(), chosen.Mutant+"="+strconv.Itoa(id)), environment...)
	c.WaitDelay = 5 * time.Second
	if err := c.Start(); err != nil {
		return outcome{}, err
	}
	done, greedy := make(chan struct{}), false
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		for {
			select {
			case <-done:
				return
			case <-time.After(300 * time.Millisecond):
				if resident(c.Process.Pid) > most {
					greedy = true
					_ = c.Process.Kill()
				}
			}
		}
	}()
	err := c.Wait()
	close(done)
	<-watched
	if ctx.Err() != nil {
		return outcome{}, ctx.Err()
	}
	o := outcome{failed: err != nil, output: out.String()}
	first, running := failure.FindStringSubmatch(o.output), endless.FindStringSubmatch(o.output)
	switch {
	case err == nil:
	case greedy:
		o.by = "too much memory"
	case running != nil:
		o.by = running[1] + ", which does not end"
	case limited.Err() != nil:
		o.by = fmt.Sprintf("no end within %.0f s", limit.Seconds())
	case first != nil:
		o.by = first[1]
	default:
		o.by = "a crash"
	}
	return o, nil
}

var (
	failure = regexp.MustCompile(`(?m)^--- FAIL: (\w+)`)
	endless = regexp.MustCompile(`panic: test timed out after \S+\s+running tests:\s+(\w+)`)
)

// tests returns the names of the tests and examples.
func (b binary) tests(ctx context.Context) ([]string, error) {
	c := exec.CommandContext(ctx, b.path, "-test.list", "^(Test|Example|Fuzz)")
	c.Dir = b.folder
	out, err := c.Output()
	if err != nil {
		return nil, fmt.Errorf("listing the tests of %s: %w", b.folder, err)
	}
	return strings.Fields(string(out)), nil
}

// resident returns the memory of a process in bytes, 0 where the system does not say.
func resident(pid int) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}
