//go:build !nonetcdf

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Killed at any moment, again and again, a preparation comes to hold the bytes of
// one that was left alone, and never holds half of anything under its name.
func TestPrepareKilled(t *testing.T) {
	dir := t.TempDir()
	months := filepath.Join(dir, "months")
	succeed(t, "synth", "--out", months, "--hours", "2200", "--height", "24", "--width", "24", "--format", "netcdf")
	files, err := filepath.Glob(filepath.Join(months, "*.nc"))
	if err != nil {
		t.Fatal(err)
	}
	whole, stopped := filepath.Join(dir, "whole"), filepath.Join(dir, "stopped")
	args := func(out string) []string {
		return append([]string{"prepare", "--out", out, "--coarsen", "2"}, files...)
	}
	succeed(t, args(whole)...)
	kills := killed(t, args(stopped))
	t.Logf("killed %d times", kills)
	if kills == 0 {
		t.Error("never killed: the test proves nothing")
	}
	sameBytes(t, stopped, whole)
}

func TestPrepareBadInput(t *testing.T) {
	dir := t.TempDir()
	good := rainRecord(t)
	out := filepath.Join(dir, "out")
	for _, c := range []struct {
		say  []string
		args []string
	}{
		{[]string{"--size needs --around"}, []string{"--size", "8"}},
		{[]string{`--around: "here" is no place`}, []string{"--around", "here"}},
		{[]string{`--around: "52" is no place`}, []string{"--around", "52"}},
		{[]string{`--size is "4.5"`}, []string{"--around", "50,-4", "--size", "4.5"}},
		{[]string{`--size is "0,4"`}, []string{"--around", "50,-4", "--size", "0,4"}},
		{[]string{"--coarsen is 0"}, []string{"--coarsen", "0"}},
		{[]string{`--split is "years"`}, []string{"--split", "years"}},
		{[]string{`--kind is "snow"`}, []string{"--kind", "snow"}},
	} {
		refuse(t, exitUsage, c.say, append([]string{"prepare", good, "--out", out}, c.args...)...)
	}
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(dir, "cut.nc")
	if err := os.WriteFile(cut, whole[:len(whole)/2], 0o644); err != nil {
		t.Fatal(err)
	}
	refuse(t, exitFailed, []string{cut}, "prepare", good, cut, "--out", out)
	refuse(t, exitFailed, []string{good, "overlap in time"}, "prepare", good, good, "--out", out)
	refuse(t, exitFailed, []string{good, `"pr"`, "latitude 10, longitude 20", "outside the grid"}, "prepare", good, "--out", out, "--around", "10,20", "--size", "2")
	refuse(t, exitFailed, []string{good, "would be rows"}, "prepare", good, "--out", out, "--around", "50.5,-3.5", "--size", "20,3")
	if _, err := os.Stat(out); err == nil {
		t.Error("a refusal makes the folder")
	}
	// The same folder for other settings is refused, and replaced on request.
	succeed(t, "prepare", good, "--out", out)
	refuse(t, exitFailed, []string{out, "coarsened", "replace"}, "prepare", good, "--out", out, "--coarsen", "2")
	succeed(t, "prepare", good, "--out", out, "--coarsen", "2", "--replace")
	if r := vdmRun(t, "prepare", good, "--out", out, "--coarsen", "2"); r.status != 0 || !strings.Contains(r.stderr, "nothing to do") {
		t.Errorf("status %d\n%s", r.status, r.stderr)
	}
}
