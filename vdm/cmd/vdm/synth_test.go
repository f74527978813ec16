//go:build !nonetcdf

package main

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/internal/installed"
)

// smallRain are flags of a record of a season and a month, made in a moment.
func smallRain(out string, more ...string) []string {
	return append([]string{"synth", "--out", out, "--hours", "2880", "--height", "6", "--width", "6", "--seed", "3"}, more...)
}

func TestSynth(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "rain")
	if got := succeed(t, smallRain(dir)...); got != dir+"\n" {
		t.Errorf("synth prints %q", got)
	}
	data, err := climate.OpenPrepared(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer data.Close()
	if f := data.Fields()[0]; f.Frames() != 2880 || f.Height() != 6 || f.Units != "mm/h" || data.Split().Train[0] != (climate.Range{From: 2160, To: 2880}) {
		t.Errorf("%d frames of %d rows in %s, split %+v", f.Frames(), f.Height(), f.Units, data.Split())
	}
	if r := vdmRun(t, smallRain(dir)...); r.status != 0 || !strings.Contains(r.stderr, "nothing to do") {
		t.Errorf("again: status %d\n%s", r.status, r.stderr)
	}
	refuse(t, exitFailed, []string{dir, `"seed 3" there, "seed 4" here`, "replace"}, smallRain(dir, "--seed", "4")...)
	succeed(t, smallRain(dir, "--seed", "4", "--replace")...)

	refuse(t, exitUsage, []string{"--out is missing"}, "synth")
	refuse(t, exitUsage, []string{`--format is "grib"`}, smallRain(dir, "--format", "grib")...)
	refuse(t, exitUsage, []string{`--resolution is "5km"`}, smallRain(dir, "--resolution", "5km")...)
	refuse(t, exitUsage, []string{`--split is "halves"`}, smallRain(dir, "--split", "halves")...)
	refuse(t, exitUsage, []string{"600000 hours"}, smallRain(dir, "--hours", "600000")...)
	refuse(t, exitUsage, []string{"--split and --replace"}, smallRain(dir, "--format", "netcdf", "--replace")...)
	refuse(t, exitFailed, []string{"first training season", "--split none"}, smallRain(filepath.Join(dir, "short"), "--hours", "2000")...)
}

// killed runs a command again and again, each time killing it at another moment,
// until it has come to its end; it returns how often it was killed.
func killed(t *testing.T, args []string) (kills int) {
	t.Helper()
	began := time.Now()
	if err := command("version").Run(); err != nil {
		t.Fatal(err)
	}
	most := float64(time.Since(began)) // which grows, so that it comes to an end
	for range 40 {
		c := command(args...)
		var stderr bytes.Buffer
		c.Stderr = &stderr
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- c.Wait() }()
		select {
		case err := <-done:
			if err != nil {
				t.Fatalf("after %d kills: %v\n%s", kills, err, stderr.String())
			}
			return kills
		case <-time.After(time.Duration(rand.Float64() * most)):
			c.Process.Kill()
			<-done
			kills++
		}
		most *= 1.5
	}
	t.Fatal("killed 40 times and not done")
	return kills
}

// sameBytes compares the files of two folders.
func sameBytes(t *testing.T, got, want string) {
	t.Helper()
	read := func(dir string) map[string][]byte {
		all := map[string][]byte{}
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if all[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name())); err != nil {
				t.Fatal(err)
			}
		}
		return all
	}
	a, b := read(got), read(want)
	if len(a) != len(b) {
		t.Errorf("%d files, want %d", len(a), len(b))
	}
	for name, text := range b {
		if !bytes.Equal(a[name], text) {
			t.Errorf("%s is not what it is without a stop", name)
		}
	}
}

// Killed at any moment, again and again, both formats come to hold the bytes of a
// process that was left alone.
func TestSynthKilled(t *testing.T) {
	for _, format := range []string{"prepared", "netcdf"} {
		whole, dir := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "killed")
		args := func(out string) []string {
			return []string{"synth", "--out", out, "--hours", "2200", "--height", "24", "--width", "24", "--format", format}
		}
		succeed(t, args(whole)...)
		kills := killed(t, args(dir))
		t.Logf("%s: killed %d times", format, kills)
		if kills == 0 {
			t.Errorf("%s: never killed: the test proves nothing", format)
		}
		sameBytes(t, dir, whole)
	}
}

// A file that cannot grow, as on a full disk, is an error that names the folder;
// with room again the work goes on.
func TestSynthNoRoom(t *testing.T) {
	installed.Programs(t, "bash")
	dir := filepath.Join(t.TempDir(), "rain")
	c := exec.Command("bash", append([]string{"-c", `ulimit -f 300; exec "$0" "$@"`, os.Args[0]}, smallRain(dir)...)...)
	c.Env = append(os.Environ(), childEnv+"=1")
	var stderr bytes.Buffer
	c.Stderr = &stderr
	var exit *exec.ExitError
	if err := c.Run(); !errors.As(err, &exit) || exit.ExitCode() != exitFailed {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	if !strings.Contains(stderr.String(), dir) || !strings.Contains(stderr.String(), syscall.EFBIG.Error()) || strings.Contains(stderr.String(), "goroutine ") {
		t.Errorf("it says\n%s", stderr.String())
	}
	succeed(t, smallRain(dir)...)
}

// From a seed to a trained network: files in the layout of UKCP18, a dry run,
// prepared data with a split, and training on the split; and the same without
// NetCDF.
func TestSynthPrepareTrain(t *testing.T) {
	dir := t.TempDir()
	months, prepared, direct := filepath.Join(dir, "months"), filepath.Join(dir, "prepared"), filepath.Join(dir, "direct")
	succeed(t, smallRain(months, "--format", "netcdf")...)
	files, err := filepath.Glob(filepath.Join(months, "*.nc"))
	if err != nil || len(files) != 4 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	settings := []string{"--around", fmt.Sprint(climate.BirminghamLat, ",", climate.BirminghamLon), "--size", "4", "--split", "seasons"}
	plan := succeed(t, append(append([]string{"prepare", "--dry-run"}, settings...), files...)...)
	for _, say := range []string{"4 files", files[2], "cropped to 4 × 4", "makes 2880 frames", "no gaps", "720 frames train in 1 ranges, 2160 frames test in 1"} {
		if !strings.Contains(plan, say) {
			t.Errorf("the dry run does not say %q:\n%s", say, plan)
		}
	}
	if _, err := os.Stat(prepared); err == nil {
		t.Error("a dry run makes the folder")
	}
	prepare := append(append([]string{"prepare", "--out", prepared}, settings...), files...)
	if got := succeed(t, prepare...); got != prepared+"\n" {
		t.Errorf("prepare prints %q", got)
	}
	if r := vdmRun(t, prepare...); r.status != 0 || !strings.Contains(r.stderr, "nothing to do") {
		t.Errorf("again: status %d\n%s", r.status, r.stderr)
	}
	succeed(t, smallRain(direct)...)
	for _, data := range []string{prepared, direct} {
		r := vdmRun(t, tiny(data, filepath.Join(dir, "run-"+filepath.Base(data)), "--steps", "2")...)
		if r.status != 0 {
			t.Fatalf("training on %s: status %d\n%s", data, r.status, r.stderr)
		}
		for _, say := range []string{"held out: seasons of 2160 h", "1080 clips of 2×4×4×1", "719 clips of 2×4×4×1", "trained to step 2"} {
			if data == prepared && !strings.Contains(r.stderr, say) {
				t.Errorf("training does not say %q:\n%s", say, r.stderr)
			}
		}
	}
	for _, say := range []string{"prepared\n", "2880 frames of 4 × 4 cells", "made by: cropped to 4 × 4 cells", "split: seasons of 2160 h"} {
		if got := succeed(t, "inspect", prepared); !strings.Contains(got, say) {
			t.Errorf("inspect does not say %q:\n%s", say, got)
		}
	}
	r := vdmRun(t, "verify", filepath.Join(dir, "run-prepared"), "--against", prepared, "--count", "2", "--steps", "2")
	if r.status != 0 || !strings.Contains(r.stderr, "test part: ") || !strings.Contains(r.stderr, "1080 clips of 2×4×4×1") {
		t.Errorf("verify: status %d\n%s", r.status, r.stderr)
	}
	refuse(t, exitFailed, []string{"--held-out is 5 h", "split"}, tiny(prepared, filepath.Join(dir, "other"), "--steps", "2", "--held-out", "5")...)
}
