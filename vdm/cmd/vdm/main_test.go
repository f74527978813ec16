package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/gomlx/compute"

	"github.com/climate-vdm/climate-vdm/vdm/backend"
)

// childEnv makes the test binary the program itself, for tests of whole
// processes and signals.
const childEnv = "VDM_TEST_BE_THE_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" || os.Getenv(backend.ProveEnv) != "" {
		main()
	}
	// The pure Go engine compiles nothing, so tiny networks start at once. Tests
	// of what the engine matters for ask for the preferred one.
	if os.Getenv(compute.ConfigEnvVar) == "" {
		os.Setenv(compute.ConfigEnvVar, "go")
		chosenHere = true
	}
	os.Exit(m.Run())
}

// chosenHere says that the engine is not the choice of who runs the tests.
var chosenHere bool

// preferredEngine lets a test run on the engine that the program prefers.
func preferredEngine(t *testing.T) {
	if chosenHere {
		t.Setenv(compute.ConfigEnvVar, "")
	}
}

// result is what a command line came to.
type result struct {
	stdout, stderr string
	status         int
}

// vdmRun runs a command line in this process.
func vdmRun(t testing.TB, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status := runArguments(args, &stdout, &stderr)
	r := result{stdout.String(), stderr.String(), status}
	if text := r.stdout + r.stderr; strings.Contains(text, "goroutine ") || strings.Contains(text, "internal error") {
		t.Errorf("vdm %s: a stack trace or an internal error:\n%s", strings.Join(args, " "), text)
	}
	return r
}

// succeed runs a command line that must succeed, and returns its data.
func succeed(t testing.TB, args ...string) string {
	t.Helper()
	r := vdmRun(t, args...)
	if r.status != 0 {
		t.Fatalf("vdm %s: status %d\n%s", strings.Join(args, " "), r.status, r.stderr)
	}
	return r.stdout
}

// refuse runs a command line that must fail with one line of complaint that says
// all the texts, and no help.
func refuse(t testing.TB, status int, texts []string, args ...string) {
	t.Helper()
	r := vdmRun(t, args...)
	if r.status != status {
		t.Errorf("vdm %s: status %d, want %d\n%s", strings.Join(args, " "), r.status, status, r.stderr)
	}
	var complaint string
	for line := range strings.Lines(r.stderr) {
		if strings.HasPrefix(line, "vdm: ") {
			complaint += line
		}
	}
	if strings.Count(complaint, "\n") != 1 || !strings.HasSuffix(r.stderr, complaint) {
		t.Errorf("vdm %s: want one line of complaint at the end of\n%s", strings.Join(args, " "), r.stderr)
	}
	for _, text := range texts {
		if !strings.Contains(complaint, text) {
			t.Errorf("vdm %s: %q is not said in\n%s", strings.Join(args, " "), text, complaint)
		}
	}
	if strings.Contains(r.stdout+r.stderr, "Usage:") {
		t.Errorf("vdm %s: help nobody asked for\n%s", strings.Join(args, " "), r.stderr)
	}
}
