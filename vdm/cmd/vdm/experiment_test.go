package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Both experiments, from made data to pages; the lines for scripts.
func TestExperiment(t *testing.T) {
	dir := t.TempDir()
	data, run := filepath.Join(dir, "data"), filepath.Join(dir, "run")
	succeed(t, "synth", "--out", data, "--hours", "2880", "--height", "4", "--width", "4")
	unconditional := []string{"experiment", "unconditional", "--data", data, "--out", run, "--frames", "2", "--dim", "8", "--multiples", "1",
		"--heads", "1", "--head-dim", "4", "--steps", "1", "--batch", "1", "--clips", "2", "--evaluations", "1", "--reference-clips", "4"}
	text := succeed(t, unconditional...)
	if !strings.Contains(text, "\nreport: "+filepath.Join(run, "report", "index.html")+"\n") {
		t.Errorf("no page in\n%s", text)
	}
	text = succeed(t, "experiment", "conditional", "--data", data, "--run", run, "--windows", "2", "--members", "2", "--evaluations", "1", "--weights", "0,3")
	if n := strings.Count(text, "\nconditional task="); n != 9 { // nowcast of two weights and two references, interpolation of three
		t.Errorf("%d lines for scripts in\n%s", n, text)
	}
	page := filepath.Join(run, "conditional", "report", "index.html")
	if _, err := os.Stat(page); err != nil || !strings.HasSuffix(text, "\nreport: "+page+"\n") {
		t.Errorf("no page (%v) in\n%s", err, text)
	}
	other := filepath.Join(dir, "other")
	succeed(t, "synth", "--out", other, "--hours", "2880", "--height", "4", "--width", "4", "--seed", "5")
	refuse(t, exitFailed, []string{"trained on other data", run, other}, "experiment", "conditional", "--data", other, "--run", run)
}
