//go:build !nonetcdf

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/forecast"
	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// Forecasts of several starts are pooled from a folder beside every rival by name and one
// by files, in groups, and written in every format.
func TestVerifyFolder(t *testing.T) {
	dir := t.TempDir()
	data := rainRecord(t)
	mine, theirs := filepath.Join(dir, "steps"), filepath.Join(dir, "advection")
	for _, folder := range []string{mine, theirs} {
		if err := os.Mkdir(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, start := range []string{"0", "2", "4"} {
			succeed(t, "forecast", filepath.Base(folder), "--data", data, "--start", start, "--known", "3", "--frames", "5", "--members", "2", "--out", filepath.Join(folder, start+".nc"))
		}
	}
	args := []string{"verify", mine, "--against", data, "--rival", theirs, "--by", "lead,region", "--threshold", "2,0.5", "--window", "3", "--seed", "4"}
	for _, name := range forecast.Names() {
		args = append(args, "--rival", map[bool]string{true: "moved=" + theirs, false: name}[name == "advection"])
	}
	for _, ext := range []string{".csv", ".json", ".nc", ".txt"} {
		out := filepath.Join(dir, "scores"+ext)
		text := succeed(t, append(args, "--out", out)...)
		if info, err := os.Stat(out); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", ext, err)
		}
		for _, want := range []string{"3 cases", "steps", "advection", "moved", "climatology", "linear", "CSI, ≥ 0.5 mm/h", "forecasts in pairs", "pr by lead", "+1 h", "pr by region", "north-east", "interval (3 cases, coverage below 0.7)"} {
			if !strings.Contains(text, want) {
				t.Errorf("no %q in\n%s", want, text)
			}
		}
	}
	// A name without an ending is a folder of figures and numbers, each score also by itself.
	out := filepath.Join(dir, "scores")
	succeed(t, "verify", mine, "--against", data, "--score", "crps", "--out", out)
	raw, err := os.ReadFile(filepath.Join(out, "verification.json"))
	if err != nil {
		t.Fatal(err)
	}
	var numbers struct {
		Forecasts []struct {
			Entries []struct {
				CRPS   float64
				Scores map[string]struct{ Value float64 }
			}
		}
	}
	if err := json.Unmarshal(raw, &numbers); err != nil {
		t.Fatal(err)
	}
	if e := numbers.Forecasts[0].Entries[0]; !(e.CRPS > 0) || e.CRPS != e.Scores["crps"].Value {
		t.Errorf("the CRPS is %v by itself and %v among the scores", e.CRPS, e.Scores["crps"].Value)
	}
	// Of one score and nobody beside.
	text := succeed(t, "verify", mine, "--against", data, "--score", "ETS,fss", "--rival", "none")
	for want, has := range map[string]bool{"ETS": true, "FSS": true, "CRPS, mm/h": false, "persistence": false, "in pairs": false} {
		if strings.Contains(text, want) != has {
			t.Errorf("%q is in the table: %v\n%s", want, !has, text)
		}
	}
}

// Every score is explained by the command, as the list has it; all prints all.
func TestVerifyExplain(t *testing.T) {
	for _, name := range append(report.ScoreNames(), report.IndexNames()...) {
		if text := succeed(t, "verify", "--explain", name); !strings.Contains(text, "How to read it") || !strings.HasPrefix(text, "## "+name) {
			t.Errorf("%s: %s", name, text)
		}
		if help := succeed(t, "verify", "--help"); !strings.Contains(help, name) {
			t.Errorf("the help does not name %s", name)
		}
	}
	if text := succeed(t, "verify", "--explain", "csi"); !strings.HasPrefix(text, "## contingency") {
		t.Errorf("csi is explained as %.40s", text)
	}
	if text := succeed(t, "verify", "--explain", "all"); strings.Count(text, "\n## ")+1 != len(report.ScoreNames())+len(report.IndexNames()) {
		t.Error("all are not all")
	}
	refuse(t, exitUsage, []string{`no score "cprs"`, "crps, twcrps"}, "verify", "--explain", "cprs")
}

// What cannot be meant is refused before data are read, mistakes of one kind together.
func TestVerifyRefuses(t *testing.T) {
	data := rainRecord(t)
	path := filepath.Join(t.TempDir(), "f.nc")
	succeed(t, "forecast", "persistence", "--data", data, "--start", "0", "--known", "2", "--frames", "4", "--out", path)
	for _, c := range []struct {
		status int
		texts  []string
		args   []string
	}{
		{exitUsage, []string{`--by is "month"`, `--score: there is no score "cprs"`}, []string{"--by", "month", "--score", "cprs"}},
		{exitUsage, []string{"--out is scores.xlsx", ".txt, .json, .csv, .nc", "or a folder"}, []string{"--out", "scores.xlsx"}},
		{exitUsage, []string{"--window has 4", "odd"}, []string{"--window", "4"}},
		{exitUsage, []string{`--regions is "2"`, "2x3"}, []string{"--regions", "2"}},
		{exitUsage, []string{"--intensity is [2 1]"}, []string{"--intensity", "2,1"}},
		{exitUsage, []string{"--rival", `"stps"`, "persistence, linear"}, []string{"--rival", "stps"}},
		{exitUsage, []string{`two forecasters are called "linear"`}, []string{"--rival", "linear", "--rival", "linear"}},
		{exitUsage, []string{"--data-clips is 0"}, []string{"--data-clips", "0"}},
		{exitFailed, []string{"a window of 33 cells", "at most 13"}, []string{"--window", "33"}},
		{exitFailed, []string{"steps needs 2 known frames, there is 1"}, []string{"--rival", "steps", "--known", "1"}},
		{exitFailed, []string{"no folder"}, []string{"--out", "absent/scores.csv"}},
		{exitFailed, []string{"which frames were known?", "give --known"}, []string{"--known", "4"}},
	} {
		refuse(t, c.status, c.texts, append([]string{"verify", path, "--against", data}, c.args...)...)
	}
	refuse(t, exitFailed, []string{"no file that ends in .nc"}, "verify", t.TempDir(), "--against", data)
	refuse(t, exitUsage, []string{"--against: stat absent.nc", "; --against: stat b.nc", "; --known is 0", "; --data-clips is 0", "; --out is a.xlsx", "; --window has 4", `; --regions is "2"`, `; --rival: rival "stps"`, `--by is "month"`, `"cprs"`},
		"verify", path, "--against", "absent.nc", "--against", "b.nc", "--known", "0", "--data-clips", "0", "--out", "a.xlsx", "--window", "4,3", "--regions", "2", "--rival", "stps", "--by", "month", "--score", "cprs")
}
