package powercut

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// childDir names the environment variable that makes a test the writer in a folder.
const childDir = "VDM_POWERCUT_DIR"

// Run records the writer of a case in a process of its own, and checks, for states that a
// cut may leave, that the folder is good and that the writer resumes in it. The test that
// calls it is called once more, up to here, by that process.
func Run(t *testing.T, c Case) {
	t.Helper()
	if dir := os.Getenv(childDir); dir != "" {
		c.child(dir)
	}
	if err := c.run(t); err != nil {
		t.Fatal(err)
	}
}

// run returns an error that tells the first cut after which the folder is not good.
func (c Case) run(t *testing.T) error {
	n, seed := c.states(t)
	dir := folder(t)
	if c.Before != nil {
		if err := c.Before(dir); err != nil {
			return fmt.Errorf("the state before: %w", err)
		}
	}
	if err := c.Check(dir, 0); err != nil {
		return fmt.Errorf("the check refuses the state before: %w", err)
	}
	before, err := readDisk(dir)
	if err != nil {
		return err
	}
	operations, err := record(before.clone(), dir, os.Args[0], []string{"-test.run=" + pattern(t.Name()), "-test.count=1"},
		append(os.Environ(), childDir+"="+dir))
	if errors.Is(err, errNotTraced) {
		t.Skipf("processes cannot be traced here: %v", err)
	}
	if err != nil {
		return fmt.Errorf("recording the writer: %w", err)
	}
	if err := c.Check(dir, Resumed); err != nil {
		return fmt.Errorf("without a cut: %w", err)
	}
	usual, err := paths(dir)
	if err != nil {
		return err
	}
	moments := newCuts(before, operations, seed)
	if now, err := readDisk(dir); err != nil || digest(now.files(), 0) != digest(moments.complete(), 0) {
		return errors.Join(errors.New("what was recorded does not lead to what the writer left"), err)
	}
	chosen := moments.some(n)
	for _, s := range chosen {
		if err := c.try(t, s, usual); err != nil {
			return fmt.Errorf("%w\n%s\nall states: %s=%d, others: %s_SEED=1", err, s.story, Env, 1<<30, Env)
		}
	}
	t.Logf("%d operations; looked at %d different states, of at most %d that a cut may leave", len(operations), len(chosen), moments.total)
	return nil
}

// try checks one state, lets the writer resume in it and checks again.
func (c Case) try(t *testing.T, s state, usual []string) error {
	dir := folder(t)
	defer os.RemoveAll(dir)
	if err := put(dir, s.files); err != nil {
		return err
	}
	if err := c.Check(dir, s.promises); err != nil {
		return fmt.Errorf("after a cut, %d promises made: %w", s.promises, err)
	}
	if err := c.Write(dir, func() {}); err != nil {
		return fmt.Errorf("the writer does not resume: %w", err)
	}
	if err := c.Check(dir, Resumed); err != nil {
		return fmt.Errorf("after the resume: %w", err)
	}
	now, err := paths(dir)
	if err != nil {
		return err
	}
	for _, path := range now {
		if !slices.Contains(usual, path) && (c.MayStay == nil || !c.MayStay(path)) {
			return fmt.Errorf("%s stays after the resume", path)
		}
	}
	return nil
}

// child runs the writer and ends the process.
func (c Case) child(dir string) {
	promise := func() { _, _ = os.Lstat(filepath.Join(dir, promiseName)) }
	if err := c.Write(dir, promise); err != nil {
		fmt.Fprintln(os.Stderr, "the writer fails:", err)
		os.Exit(1)
	}
	promise()
	os.Exit(0)
}

// pattern returns the regular expression that selects one test.
func pattern(test string) string {
	parts := strings.Split(test, "/")
	for i, p := range parts {
		parts[i] = "^" + regexp.QuoteMeta(p) + "$"
	}
	return strings.Join(parts, "/")
}

// folder returns a new folder, in memory where the system has one.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "powercut-*")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
