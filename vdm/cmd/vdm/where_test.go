//go:build !nonetcdf

package main

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// A clip lies where and when people say it does, as by the numbers of frame, row and column.
func TestWhereAClipLies(t *testing.T) {
	data := rainRecord(t)
	dir := longer(t, data)
	truth := field(t, data, "pr", -1)
	made := func(command string, args ...string) *climate.Field {
		out := filepath.Join(t.TempDir(), "out.nc")
		succeed(t, append([]string{command, dir, "--data", data, "--members", "1", "--evaluations", "1", "--out", out}, args...)...)
		return field(t, out, "pr", 0)
	}
	want := made("nowcast", "--start", "5", "--row", "0", "--col", "2")
	// Rows are a quarter of a degree from 50° N, columns from 4° W: of 4 × 4 cells one lies
	// below and to the left of the one at the place.
	for _, place := range []string{"50.25N,3.25W", "3.25W,50.25N", "50.3,-3.2", "50°15'N 3°15'W", "50 15 N, 3 15 W", "50.3/−3.2"} {
		got := made("nowcast", "--start", strings.Replace(truth.Date(5), " ", "T", 1), "--around", place)
		if !slices.Equal(got.Times, want.Times) || !slices.Equal(got.Grid.Y, want.Grid.Y) || !slices.Equal(got.Grid.X, want.Grid.X) || !slices.Equal(got.Data, want.Data) {
			t.Errorf("around %s: frames from %s, rows %v, columns %v; want those of %s, %v, %v", place, got.Date(0), got.Grid.Y, got.Grid.X, want.Date(0), want.Grid.Y, want.Grid.X)
		}
	}
	if f := made("interpolate", "--last"); f.Times[0] != truth.Times[recordFrames-3] { // frames 0 and 2 are known
		t.Errorf("an interpolation of the last frames begins at %s", f.Date(0))
	}
	if f := made("nowcast", "--start", "5", "--known", "1", "--leads", "120, 180min"); !slices.Equal(f.Times, []float64{truth.Times[5], truth.Times[7], truth.Times[8]}) {
		t.Errorf("leads of two and three hours are those of %v", f.Times)
	}
	refuse(t, exitFailed, []string{"--start: the data have no frame at 1980-01-01", "nearest is frame 11"}, "nowcast", dir, "--data", data, "--start", "1980-01-01")
	refuse(t, exitFailed, []string{"--around 51.2N,3W", "the grid has 0 to"}, "nowcast", dir, "--data", data, "--last", "--around", "51.2N,3W")
	refuse(t, exitUsage, []string{"--leads has 90 min: want multiples of 1 h"}, "nowcast", dir, "--data", data, "--last", "--leads", "90min")
	refuse(t, exitUsage, []string{"--leads has 3 h: the clip ends 2 h ahead"}, "nowcast", dir, "--data", data, "--last", "--leads", "1,3h")
}

// What the files of a source leave open is said once, when a run is trained on them; a flag
// has the last word, and units are not put on a file that names others.
func TestReadAsInTraining(t *testing.T) {
	dir := t.TempDir()
	amounts := func(name, units string) string { // of 10 minutes, with a fill that nothing says
		return writeRecord(t, filepath.Join(dir, name), func(f *cf.SampleFile) {
			f.Channels[0].Units, f.Channels[0].StandardName = units, ""
			f.Channels[0].Data[3] = -99
			for i := range f.Times {
				f.Times[i] = 1000 + float64(i)/6
			}
		})
	}
	data, others := amounts("odd.nc", "oddities"), amounts("others.nc", "cm")
	m := filepath.Join(dir, "run")
	succeed(t, tiny(data, m, "--steps", "1", "--interval", "10min", "--fill", "-99", "--units", "mm")...)
	r := vdmRun(t, "nowcast", m, "--data", data, "--start", "4", "--members", "1", "--evaluations", "1", "--out", filepath.Join(dir, "out.nc"))
	if r.status != 0 || !strings.Contains(r.stderr, "read as in training: --fill -99 --interval 10min --units mm") {
		t.Fatalf("%d: %s", r.status, r.stderr)
	}
	stored, f := field(t, data, "pr", -1), field(t, filepath.Join(dir, "out.nc"), "pr", 0)
	if got, want := f.Data[0], 6*stored.Frame(4)[recordWidth+1]; math.Abs(float64(got-want)) > 1e-5 {
		t.Errorf("a known cell is %v mm/h, want %v", got, want)
	}
	r = vdmRun(t, "nowcast", m, "--data", others, "--start", "4", "--members", "1", "--evaluations", "1", "--out", filepath.Join(dir, "out.nc"))
	if r.status != 0 || !strings.Contains(r.stderr, `pr is in "cm" here and was in "oddities" in training`) {
		t.Fatalf("%d: %s", r.status, r.stderr)
	}
	if got, want := field(t, filepath.Join(dir, "out.nc"), "pr", 0).Data[0], 60*stored.Frame(4)[recordWidth+1]; math.Abs(float64(got-want)) > 1e-4 {
		t.Errorf("a known cell in cm is %v mm/h, want %v", got, want)
	}
	if r := vdmRun(t, "nowcast", m, "--data", data, "--start", "4", "--members", "1", "--evaluations", "1", "--fill", "-98"); r.status == 0 {
		t.Error("another --fill than in training is not taken")
	}
	succeed(t, tiny(data, m, "--steps", "2")...) // going on asks for nothing again
}

// A picture has the form that its name says.
func TestPicturesObeyTheirNames(t *testing.T) {
	data := rainRecord(t)
	dir, out := longer(t, data), t.TempDir()
	for name, begins := range map[string]string{"a.png": "\x89PNG", "a.apng": "\x89PNG", "a.svg": "<?xml", "a.PDF": "%PDF"} {
		for _, command := range [][]string{{"sample", dir, "--count", "2"}, {"nowcast", dir, "--data", data, "--start", "1", "--members", "2"},
			{"interpolate", dir, "--data", data, "--start", "1", "--members", "2"}} {
			path := filepath.Join(out, name)
			succeed(t, append(command, "--evaluations", "1", "--picture", path, "--out", filepath.Join(out, "x.nc"))...)
			drawn, err := os.ReadFile(path)
			if err != nil || !strings.HasPrefix(string(drawn), begins) || bytes.Contains(drawn, []byte("acTL")) != (name == "a.apng") {
				t.Errorf("%s --picture %s: %.20q (%v)", command[0], name, drawn, err)
			}
		}
	}
}

// Manual pages and completions are made of the commands' own definitions.
func TestManAndCompletion(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "man1")
	if got := succeed(t, "man", dir); got != filepath.Join(dir, "vdm.1")+"\n" {
		t.Errorf("man prints %q", got)
	}
	for page, words := range map[string][]string{"vdm.1": {"vdm-train(1)"}, "vdm-nowcast.1": {"--around", "60.2N,24.9E"}, "vdm-weights-export.1": {"export"}} {
		text, err := os.ReadFile(filepath.Join(dir, page))
		for _, word := range words {
			if plain := strings.NewReplacer(`\-`, "-", `\&`, "", `\fB`, "", `\fP`, "").Replace(string(text)); err != nil || !strings.Contains(plain, word) {
				t.Errorf("%s does not have %q (%v)", page, word, err)
			}
		}
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if succeed(t, "completion", shell) == "" {
			t.Errorf("no completion for %s", shell)
		}
	}
	for typed, words := range map[string][]string{
		"sample run --sampler d": {"ddim"}, "forecast ": {"blend", "persistence", "advection", "steps"}, "verify --by ": {"lead", "season", "intensity", "region"},
		"verify --score f": {"fss"}, "verify --explain s": {"spread", "sal", "spells"}, "verify --rival ": {"steps", "none"}, "inspect --calendar n": {"noleap"}, "nowcast --picture ": {"apng"},
	} {
		if typed = succeed(t, append([]string{"__complete"}, strings.Split(typed, " ")...)...); !containsAll(typed, words) {
			t.Errorf("%q are not among the completions %q", words, typed)
		}
	}
}

func containsAll(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// Forecasts without chance are drawn once, however many members are written; the picture says
// what made them.
func TestEqualMembersAreDrawnOnce(t *testing.T) {
	data, out := rainRecord(t), t.TempDir()
	draw := func(name string, members string) string {
		path := filepath.Join(out, name+members+".svg")
		succeed(t, "forecast", name, "--data", data, "--start", "4", "--known", "3", "--frames", "6", "--members", members, "--picture", path, "--out", filepath.Join(out, "x.nc"))
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	one, three, steps := draw("persistence", "1"), draw("persistence", "3"), draw("steps", "3")
	if one != three || len(steps) < 2*len(one) {
		t.Errorf("pictures of %d, %d and of an ensemble %d bytes", len(one), len(three), len(steps))
	}
}
