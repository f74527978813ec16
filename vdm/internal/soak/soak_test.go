package soak

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// minutesEnv names the environment variable with the minutes of the soak.
const minutesEnv = "VDM_SOAK"

// look is the state of the process after a day. What Go's heap contains and what Go has
// from the system tell a leak of ours from memory of the engine's, which Go does not see.
type look struct {
	resident, files int
	heap, of        uint64 // bytes of live objects, and of all memory that Go has
	minute          float64
	processor       float64 // seconds that the day took of a processor
	wall            float64 // seconds that it took
}

func seconds(v unix.Timeval) float64 { return float64(v.Sec) + float64(v.Usec)/1e6 }

func now(t *testing.T) (l look) {
	t.Helper()
	debug.FreeOSMemory()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skipf("no memory figures here: %v", err)
	}
	_, after, _ := bytes.Cut(text, []byte("VmRSS:"))
	l.resident, err = strconv.Atoi(strings.Fields(string(after))[0])
	if err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	var used unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	l.heap, l.of = m.HeapAlloc, m.Sys-m.HeapReleased
	l.files, l.processor = len(files), seconds(used.Utime)+seconds(used.Stime)
	return l
}

// median returns the middle of a figure of some looks.
func median(looks []look, figure func(look) float64) float64 {
	all := make([]float64, len(looks))
	for i, l := range looks {
		all[i] = figure(l)
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// day makes 24 hours of rain, prepares them, reads every window, trains on them and draws
// a clip: all that a run does with data, with everything opened and closed.
func day(t *testing.T, dir string, number int) {
	t.Helper()
	data := filepath.Join(dir, "data")
	record := climate.SyntheticRecord{Seed: uint64(number), Hours: 24, Height: 32, Width: 32}
	if _, err := record.Prepare(t.Context(), data, nil, true, nil); err != nil {
		t.Fatal(err)
	}
	p, err := climate.OpenPrepared(data)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	clips, err := climate.NewWindows(climate.WindowOptions{Frames: 4, Height: 16, Width: 16}, p.Fields()...)
	if err != nil {
		t.Fatal(err)
	}
	clip := make([]float32, 4*16*16)
	for i := range clips.Len() {
		if err := clips.Clip(i, clip); err != nil {
			t.Fatal(err)
		}
	}
	m, err := run.Create(filepath.Join(dir, "run"), smallRun(t), clips)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Train(t.Context(), run.TrainOptions{Data: clips, Steps: 2 * (number + 1)}); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Sample(t.Context(), run.SampleOptions{Count: 1, Evaluations: 2, Seed: uint64(number)}); err != nil {
		t.Fatal(err)
	}
}

// Days of data pass through one process. At the end its memory and its open files are
// those of the beginning, and a day takes as long as then.
func TestSoak(t *testing.T) {
	text := os.Getenv(minutesEnv)
	if text == "" {
		t.Skipf("%s is not set: make soak", minutesEnv)
	}
	minutes, err := strconv.ParseFloat(text, 64)
	if err != nil || !(minutes > 0) {
		t.Fatalf("%s is %q, want minutes", minutesEnv, text)
	}
	dir := t.TempDir()
	var all []look
	began, next := time.Now(), 0.0
	for number := 0; time.Since(began).Minutes() < minutes || len(all) < 20; number++ {
		before, start := now(t), time.Now()
		day(t, dir, number)
		wall := time.Since(start).Seconds()
		after := now(t)
		after.processor -= before.processor
		after.wall, after.minute = wall, time.Since(began).Minutes()
		if after.minute >= next {
			t.Logf("minute %5.1f, day %4d: resident %6.1f MB, of which Go has %5.1f, its live objects %5.1f", after.minute, number,
				float64(after.resident)/1000, float64(after.of)/1e6, float64(after.heap)/1e6)
			next += minutes / 20
		}
		all = append(all, after)
	}
	t.Logf("%d days of 24 hours in %.1f minutes", len(all), time.Since(began).Minutes())
	// The first third is left out, because what is filled once is no leak: in 12 minutes
	// resident memory went from 95 MB to 165 on the 59th day, for a reason outside Go that is
	// not known, and from there to 167 on the 138th, with the same 4.7 MB of live objects.
	all = all[max(5, len(all)/3):]
	part := max(5, len(all)/5)
	first, last := all[:part], all[len(all)-part:]
	compare := func(what, unit string, figure func(look) float64) (a, b float64) {
		a, b = median(first, figure), median(last, figure)
		t.Logf("%-22s %10.3f %s in the first %d days, %10.3f %s in the last", what, a, unit, part, b, unit)
		return a, b
	}
	if a, b := compare("resident memory", "MB", func(l look) float64 { return float64(l.resident) / 1000 }); b > 1.05*a+16 {
		t.Errorf("memory grows: %.0f MB, then %.0f MB", a, b)
	}
	if a, b := compare("live objects of Go", "MB", func(l look) float64 { return float64(l.heap) / 1e6 }); b > 1.02*a+0.2 {
		t.Errorf("live objects grow: %.2f MB, then %.2f MB", a, b)
	}
	if a, b := compare("open files", "", func(l look) float64 { return float64(l.files) }); b > a {
		t.Errorf("open files grow: %v, then %v", a, b)
	}
	// A day's processor time, because others may share the machine.
	if a, b := compare("processor for a day", "s", func(l look) float64 { return l.processor }); b > 1.1*a {
		t.Errorf("a day takes %.2f s of a processor, and %.2f s at the end", a, b)
	}
	compare("a day", "s", func(l look) float64 { return l.wall })
}

// A hundred thousand windows are opened in less than a second.
func TestManyWindows(t *testing.T) {
	const frames = 100_009
	dir := filepath.Join(t.TempDir(), "data")
	field := climate.SyntheticRecord{Hours: 24, Height: 4, Width: 4}.Field()
	field.Times, field.From, field.To = make([]float64, frames), nil, nil
	for i := range field.Times {
		field.Times[i] = float64(i)
	}
	field.Data = make([]float32, frames*16)
	for i := range field.Data {
		field.Data[i] = float32(i % 7)
	}
	if err := climate.WritePrepared(dir, []*climate.Field{field}, nil); err != nil {
		t.Fatal(err)
	}
	field.Data = nil
	best := time.Hour
	for range 3 { // others may share the machine
		began := time.Now()
		p, err := climate.OpenPrepared(dir)
		if err != nil {
			t.Fatal(err)
		}
		clips, err := climate.NewWindows(climate.WindowOptions{Frames: 10}, p.Fields()...)
		if err != nil {
			t.Fatal(err)
		}
		took := time.Since(began)
		best = min(best, took)
		if clips.Len() != 100_000 {
			t.Errorf("%d windows", clips.Len())
		}
		clip := make([]float32, 160)
		if err := clips.Clip(99_999, clip); err != nil || clip[0] != float32(99_999*16%7) {
			t.Errorf("the last window begins with %v (%v)", clip[0], err)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Logf("100,000 windows opened in %v", best)
	if best > time.Second {
		t.Errorf("100,000 windows take %v to open, want less than a second", best)
	}
}
