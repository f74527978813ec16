//go:build !nonetcdf

package main

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// Ctrl-C, as a real signal to a real process, at moments from the start of the
// program to the middle of training: each time the run can be opened or was not
// begun, it never goes back, and at last it holds the weights of a run that was
// left alone, to the bit.
func TestInterruptAtAnyMoment(t *testing.T) {
	data, dir := rainRecord(t), t.TempDir()
	settings := filepath.Join(dir, "settings.yaml")
	if err := os.WriteFile(settings, []byte("training: {steps: 90, log_every_steps: 1, snapshot_every: 20}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	whole, stopped := filepath.Join(dir, "whole"), filepath.Join(dir, "stopped")
	began := time.Now()
	succeed(t, tiny(data, whole, "--config", settings)...)
	long := time.Since(began)

	last, clean := int64(0), 0
	for n := range 6 {
		c := command(tiny(data, stopped, "--config", settings)...)
		var stderr bytes.Buffer
		c.Stderr = &stderr
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		signal := syscall.SIGINT
		if n == 3 {
			signal = syscall.SIGTERM // what batch queues send
		}
		if n < 4 {
			waitForStep(t, stopped, last+1)
		}
		time.Sleep(time.Duration(rand.Int64N(int64(long) / 10)))
		if err := c.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Fatal(err)
		}
		err := c.Wait()
		text := stderr.String()
		var exit *exec.ExitError
		switch {
		case err == nil: // it was done before
		case errors.As(err, &exit) && exit.ExitCode() == exitInterrupted:
			clean++
			final := text[strings.LastIndex(strings.TrimSpace(text), "\n")+1:]
			if !strings.HasPrefix(final, "vdm: ") || !strings.Contains(final, "interrupted") && !strings.Contains(final, "context canceled") {
				t.Errorf("stop %d ends with %q", n, final)
			}
		case exit != nil && exit.Sys().(syscall.WaitStatus).Signal() == signal: // before main began
		default:
			t.Errorf("stop %d: %v\n%s", n, err, text)
		}
		if strings.Contains(text, "goroutine ") {
			t.Errorf("stop %d: a stack trace\n%s", n, text)
		}
		m, err := run.Open(stopped)
		if err != nil {
			if _, begun := os.Stat(filepath.Join(stopped, "config.yaml")); begun == nil {
				t.Fatalf("after stop %d the run cannot be opened: %v", n, err)
			}
			continue
		}
		if m.Step() < last || len(m.Warnings) > 0 {
			t.Errorf("after stop %d the run is at step %d, was at %d; warnings %v", n, m.Step(), last, m.Warnings)
		}
		last = m.Step()
		t.Logf("stop %d (%v): at step %d", n, signal, last)
	}
	if clean < 4 {
		t.Errorf("only %d stops were clean and within training: the test proves little", clean)
	}
	if out, err := command(tiny(data, stopped, "--config", settings)...).CombinedOutput(); err != nil {
		t.Fatalf("going on at last: %v\n%s", err, out)
	}
	if !reflect.DeepEqual(weightsOf(t, whole), weightsOf(t, stopped)) {
		t.Error("the weights of the stopped run are not those of the one left alone")
	}
}

// command is the program as a process of its own.
func command(args ...string) *exec.Cmd {
	c := exec.Command(os.Args[0], args...)
	c.Env = append(os.Environ(), childEnv+"=1")
	return c
}

// waitForStep waits until a run has recorded a step.
func waitForStep(t *testing.T, dir string, step int64) {
	t.Helper()
	const patience = 2 * time.Minute // on a busy machine
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		records, err := run.ReadMetrics(dir)
		if err == nil && len(records) > 0 && records[len(records)-1].Step >= step {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("step %d was not reached within %v", step, patience)
}

// A stop within training says at which step it saved, and sampling stopped
// writes nothing.
func TestInterruptMessages(t *testing.T) {
	preferredEngine(t) // whose libraries might handle signals themselves
	data, dir := trained(t)
	c := command("train", "--data", data, "--out", dir, "--steps", "1000000")
	var stderr bytes.Buffer
	c.Stderr = &stderr
	stopAt(t, c, func() { waitForStep(t, dir, 10) })
	if status := c.ProcessState.ExitCode(); status != exitInterrupted {
		t.Errorf("status %d", status)
	}
	m, err := run.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if m.Step() < 10 || !strings.Contains(stderr.String(), "vdm: interrupted: saved at step ") || !strings.Contains(stderr.String(), "run again to go on") {
		t.Errorf("at step %d after\n%s", m.Step(), stderr.String())
	}

	out := filepath.Join(t.TempDir(), "out.nc")
	for wait := 1500 * time.Millisecond; ; wait *= 2 {
		c = command("sample", dir, "--steps", "200000", "--out", out)
		stderr.Reset()
		c.Stderr = &stderr
		stopAt(t, c, func() { time.Sleep(wait) })
		beforeMain := c.ProcessState.Sys().(syscall.WaitStatus).Signal() == syscall.SIGINT // on a busy machine
		if !beforeMain || wait > 10*time.Second {
			break
		}
	}
	if status := c.ProcessState.ExitCode(); status != exitInterrupted || !strings.Contains(stderr.String(), "vdm: sample: interrupted") {
		t.Errorf("status %d\n%s", status, stderr.String())
	}
	if left, err := os.ReadDir(filepath.Dir(out)); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}

// stopAt runs a program and sends it SIGINT after a wait.
func stopAt(t *testing.T, c *exec.Cmd, wait func()) {
	t.Helper()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- c.Wait() }()
	wait()
	if err := c.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	select {
	case <-done:
	case <-time.After(2 * time.Minute):
		c.Process.Kill()
		t.Fatal("it did not stop within 2 minutes")
	}
}
