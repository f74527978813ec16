package experiment

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// untrained is a tiny run of prepared data, and the smallest conditional
// experiment on it.
func untrained(t *testing.T) ConditionalOptions {
	t.Helper()
	o := tiny(t)
	o.Data, o.Frames, o.TrainOnly, o.TrainFor = prepared(t, 4, true), 4, true, -1
	if _, err := Unconditional(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	return ConditionalOptions{Run: o.Out, Data: o.Data, Windows: 3, Members: 2, Evaluations: 2, SamplerBatch: 2}
}

// stored are the files of clips of a run by the beginning of their names, up to
// the checksum.
func stored(t *testing.T, run string) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(run, ConditionalDir, "*.f32"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(path)
		files[name[:strings.LastIndex(name, "-")]] = raw
	}
	return files
}

// From a run to a page: all tasks and methods, known frames as they were, and the
// rest not; again, nothing is drawn.
func TestConditional(t *testing.T) {
	o := untrained(t)
	o.Weights, o.Guidance = []float64{0, 3}, []string{"reconstruction-mean:1e6"}
	s, err := Conditional(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(o.Run, ConditionalDir)
	if !s.Complete(dir, run.FiguresDir) || len(s.Figures) != 12 {
		t.Errorf("%d figures, want 12, and all of them there", len(s.Figures))
	}
	lines := Lines(s)
	if len(lines) != 2*5+1 { // three methods, persistence, climatology; once linear interpolation
		t.Errorf("%d lines:\n%s", len(lines), strings.Join(lines, "\n"))
	}
	for i, want := range []string{`conditional task=nowcast method="w_r = 0" windows=3 members=2 crps=`, `conditional task=nowcast method="w_r = 3" `} {
		if !strings.HasPrefix(lines[i], want) {
			t.Errorf("line %q does not begin with %q", lines[i], want)
		}
	}
	seasons, err := openSeasons(o.Data, 4, report.Quiet{})
	if err != nil {
		t.Fatal(err)
	}
	defer seasons.Close()
	windows := report.SpreadGolden(3, seasons.test.Len())
	const size = 4 * 4 * 4
	truth := make([]float32, size)
	files := stored(t, o.Run)
	for _, task := range TaskNames() {
		marks := known(task, 4)
		for _, method := range []string{"w0", "w3", "reconstruction-mean-1e6"} {
			raw := files[task+"-"+method]
			if len(raw) != 4*6*size {
				t.Fatalf("%s, %s: %d bytes, want 6 clips", task, method, len(raw))
			}
			for i := range 6 {
				if err := seasons.test.Clip(windows[i/2], truth); err != nil {
					t.Fatal(err)
				}
				changed := 0
				for j, want := range truth {
					got := float32At(raw, i*size+j)
					if marks[j/16] && got != want {
						t.Fatalf("%s, %s, clip %d: known value %d is %v, was %v", task, method, i, j, got, want)
					}
					if !marks[j/16] && got != want {
						changed++
					}
				}
				if changed < size/4 {
					t.Errorf("%s, %s, clip %d: %d of %d values generated", task, method, i, changed, size/2)
				}
			}
		}
		if slices.Equal(files[task+"-w0"], files[task+"-w3"]) {
			t.Errorf("%s: the weight changes nothing", task)
		}
	}
	c := s.Comparisons[0]
	e := c.Entries[slices.IndexFunc(c.Entries, func(e report.Entry) bool { return e.Name == "persistence" })]
	sum := 0.0 // its mean absolute error, by hand
	for _, w := range windows {
		if err := seasons.test.Clip(w, truth); err != nil {
			t.Fatal(err)
		}
		for j := size / 2; j < size; j++ {
			sum += math.Abs(float64(truth[j]-truth[size/4+j%16])) / float64(3*size/2)
		}
	}
	if math.Abs(float64(e.Score("crps").Value)-sum) > 1e-6*sum || !e.Reference {
		t.Errorf("persistence: CRPS %v, by hand %v", e.Score("crps").Value, sum)
	}
	drawn := &said{}
	o.Log = drawn
	again, err := Conditional(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if drawn.bars > 0 || !slices.Equal(Lines(again), lines) {
		t.Errorf("again, %d tasks are drawn, and the scores are\n%s", drawn.bars, strings.Join(Lines(again), "\n"))
	}
}

func float32At(raw []byte, i int) float32 {
	var bits uint32
	for k := range 4 {
		bits |= uint32(raw[4*i+k]) << (8 * k)
	}
	return math.Float32frombits(bits)
}

// said counts what a log is told, and ends a context at a step of a bar.
type said struct {
	bars, at int
	stop     func()
	lines    []string
}

func (s *said) Line(text string) { s.lines = append(s.lines, text) }

func (s *said) Bar(string) func(vdm.Progress) {
	s.bars++
	return func(p vdm.Progress) {
		if s.stop != nil && s.bars == 2 && int(p.Step) == s.at {
			s.stop()
		}
	}
}

// Stopped within a batch, or killed within a clip, the same clips come; with more
// windows the first are kept; drawn in another way, they stay and others come.
func TestConditionalResumes(t *testing.T) {
	o := untrained(t)
	o.Weights, o.Tasks = []float64{0, 1}, []string{Nowcast}
	ctx, cancel := context.WithCancel(t.Context())
	o.Log = &said{at: 3, stop: cancel} // of 3 batches with 2 steps each, within the second
	if _, err := Conditional(ctx, o); !errors.Is(err, vdm.ErrInterrupted) {
		t.Fatalf("stopped with %v", err)
	}
	o.Log = nil
	const clip = 4 * 4 * 4 * 4
	parts := stored(t, o.Run)
	if len(parts["nowcast-w0"]) != 6*clip || len(parts["nowcast-w1"]) != 2*clip {
		t.Fatalf("stopped with %d and %d bytes, want 6 and 2 clips", len(parts["nowcast-w0"]), len(parts["nowcast-w1"]))
	}
	if _, err := Conditional(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	resumed := stored(t, o.Run)
	if err := os.RemoveAll(filepath.Join(o.Run, ConditionalDir)); err != nil {
		t.Fatal(err)
	}
	if _, err := Conditional(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	whole := stored(t, o.Run)
	for name, raw := range whole {
		if len(raw) != 6*clip || !slices.Equal(raw, resumed[name]) {
			t.Errorf("%s: clips drawn after a stop differ", name)
		}
	}
	paths, err := filepath.Glob(filepath.Join(o.Run, ConditionalDir, "*-w1-*.f32"))
	if err != nil || len(paths) != 1 {
		t.Fatalf("%v, %v", paths, err)
	}
	if err := os.Truncate(paths[0], 3*clip+10); err != nil {
		t.Fatal(err)
	}
	o.Windows = 4
	if _, err := Conditional(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	for name, raw := range stored(t, o.Run) {
		if len(raw) != 8*clip || !slices.Equal(raw[:6*clip], whole[name]) {
			t.Errorf("%s: of %d bytes the first are not those of before", name, len(raw))
		}
	}
	o.Seed = 1
	if _, err := Conditional(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if paths, err = filepath.Glob(filepath.Join(o.Run, ConditionalDir, "*.f32")); err != nil || len(paths) != 4 {
		t.Errorf("%d files of clips after another seed, want 4 (%v)", len(paths), err)
	}
}

// By the clock: what is complete is scored, what is not is named.
func TestDrawFor(t *testing.T) {
	o := untrained(t)
	log := &said{}
	o.DrawFor, o.Log = time.Nanosecond, log
	if s, err := Conditional(t.Context(), o); s != nil || err != nil {
		t.Errorf("without time: %v, %v", s, err)
	}
	if text, want := strings.Join(log.lines, "\n"), "Not complete: interpolation, w_r = 3: 0 of 6 clips"; !strings.Contains(text, want) {
		t.Errorf("no %q in\n%s", want, text)
	}
	o.DrawFor, o.Tasks, o.Weights = 0, []string{Interpolation}, []float64{3}
	if _, err := Conditional(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	o.DrawFor, o.Tasks, o.Weights = time.Nanosecond, nil, nil
	s, err := Conditional(t.Context(), o)
	if err != nil || len(s.Comparisons) != 1 || s.Comparisons[0].Entries[0].Name != "w_r = 3" {
		t.Fatalf("%v: %+v", err, s)
	}
	if want := "left out: nowcast, w_r = 0: 0 of 6 clips"; !strings.Contains(strings.Join(s.Limits, " "), want) {
		t.Errorf("%q does not say %q", s.Limits, want)
	}
}

func TestConditionalRefuses(t *testing.T) {
	good := untrained(t)
	other := filepath.Join(t.TempDir(), "other")
	record := climate.SyntheticRecord{Seed: 3, Hours: 120, Height: 4, Width: 4, Coarse: 4}
	split, err := climate.SeasonSplit{Hours: 24}.Split(record.Field().Times)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := record.Prepare(t.Context(), other, split, false, func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	for says, change := range map[string]func(*ConditionalOptions){
		"no run: name":                   func(o *ConditionalOptions) { o.Run = "" },
		"no data: name":                  func(o *ConditionalOptions) { o.Data = "" },
		"no run in":                      func(o *ConditionalOptions) { o.Run = t.TempDir() },
		"trained on other data":          func(o *ConditionalOptions) { o.Data = other },
		"no split into":                  func(o *ConditionalOptions) { o.Data = prepared(t, 4, false) },
		`task "hindcast"`:                func(o *ConditionalOptions) { o.Tasks = []string{"hindcast"} },
		"windows is 1, want":             func(o *ConditionalOptions) { o.Windows = 1 },
		"members is -2":                  func(o *ConditionalOptions) { o.Members = -2 },
		"guidance is -1":                 func(o *ConditionalOptions) { o.Weights = []float64{-1} },
		`guidance "magic"`:               func(o *ConditionalOptions) { o.Guidance = []string{"magic"} },
		`the weight is "much"`:           func(o *ConditionalOptions) { o.Guidance = []string{"reconstruction:much"} },
		"replacement is asked for twice": func(o *ConditionalOptions) { o.Guidance = []string{"replacement"} },
		"no weights and no":              func(o *ConditionalOptions) { o.Weights = []float64{} },
		`sampler "best"`:                 func(o *ConditionalOptions) { o.Sampler = "best" },
		"time for drawing is -1s":        func(o *ConditionalOptions) { o.DrawFor = -time.Second },
	} {
		o := good
		change(&o)
		if _, err := Conditional(t.Context(), o); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v does not say %q", err, says)
		}
	}
	if _, err := os.Stat(filepath.Join(good.Run, ConditionalDir)); err == nil {
		t.Error("a refused call made a folder")
	}
	// A run of before its data were recorded: what its transform was fitted on counts.
	if err := os.Remove(filepath.Join(good.Run, climate.OriginName)); err != nil {
		t.Fatal(err)
	}
	log := &said{}
	good.Log, good.DrawFor = log, time.Nanosecond
	if _, err := Conditional(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	if text := fmt.Sprint(log.lines); !strings.Contains(text, "does not say on which data") {
		t.Errorf("nothing of the data in %s", text)
	}
	good.Data = other
	if _, err := Conditional(t.Context(), good); err == nil || !strings.Contains(err.Error(), "was trained on other data: its transform of") {
		t.Errorf("other data: %v", err)
	}
}
