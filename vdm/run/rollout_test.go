package run

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// rolloutDir and rolloutRun name the environment variables that make the test
// binary roll a clip out instead of testing.
const (
	rolloutDir = "VDM_TEST_ROLLOUT_DIR"
	rolloutRun = "VDM_TEST_ROLLOUT_RUN"
)

func rolloutChild(dir string) {
	m, err := Open(os.Getenv(rolloutRun))
	if err == nil {
		_, err = m.Rollout(context.Background(), dir, rolloutStart(m), rolloutKilled)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

var rolloutKilled = RolloutOptions{Frames: 50, Overlap: 2, Stride: 1, SampleOptions: SampleOptions{Count: 3, Batch: 2, Evaluations: 2, Seed: 6}}

// longModel is an untrained run of clips of 4 frames of 4 × 4.
func longModel(t testing.TB) *Run {
	c := tinyConfig(t)
	c.Clip.Frames = 4
	c.Clip.Channels[0].Transform = parse(t, "sqrt+affine:0:3")
	return create(t, c, nil)
}

func rolloutStart(m *Run) []float32 {
	x := make([]float32, 3*m.Config.Clip.Height*m.Config.Clip.Width)
	noise.Key{Seed: 2, Stream: noise.Synthetic}.Uniform(x, 0, 9)
	return x
}

func rolledOut(t testing.TB, m *Run, dir string, start []float32, o RolloutOptions) *Sequences {
	t.Helper()
	e, err := m.Rollout(context.Background(), dir, start, o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// sequence is all there is of a member.
func (e *Sequences) sequence(t testing.TB, member int) []float32 {
	t.Helper()
	x := make([]float32, e.Frames(member)*e.FrameSize())
	if err := e.Read(member, 0, x); err != nil {
		t.Fatal(err)
	}
	return x
}

// Which frames each clip knows and adds, by hand for a start of 3 frames.
func TestCourse(t *testing.T) {
	for _, c := range []struct {
		rolloutPlan
		borders []int // of clips 0, 1, 2, 3
	}{
		{rolloutPlan{start: 3, overlap: 2, stride: 1}, []int{3, 4, 5, 6}},
		{rolloutPlan{start: 0, overlap: 2, stride: 1}, []int{0, 3, 4, 5}},
		{rolloutPlan{start: 1, overlap: 5, stride: 3}, []int{1, 8, 11, 14}},
		{rolloutPlan{start: 7, overlap: 5, stride: 5}, []int{7, 12, 17, 22}},
	} {
		for k, want := range c.borders {
			if got := c.firstNewFrame(k); got != want {
				t.Errorf("%+v: clip %d adds from frame %d, want %d", c.rolloutPlan, k, got, want)
			}
		}
		for done := range 25 {
			k := c.next(done)
			if done >= c.start && (c.firstNewFrame(k) > done || c.firstNewFrame(k+1) <= done) {
				t.Errorf("%+v: after %d frames clip %d is next, which adds %d to %d", c.rolloutPlan, done, k, c.firstNewFrame(k), c.firstNewFrame(k+1)-1)
			}
			for frames := done + 1; frames < 30; frames++ {
				n, at := 0, done
				for at < frames {
					at = c.firstNewFrame(c.next(at) + 1)
					n++
				}
				if got := c.clips(done, frames); got != n {
					t.Errorf("%+v: %d clips from %d to %d frames, want %d", c.rolloutPlan, got, done, frames, n)
				}
			}
		}
	}
}

// The first clip is Nowcast's, the second a nowcast from the first one's end, and
// a sequence that begins freely begins with Sample's by the same sampler.
func TestRolloutDrawsTheClipsOfNowcast(t *testing.T) {
	m := longModel(t)
	start := rolloutStart(m)
	o := RolloutOptions{Frames: 6, Overlap: 2, Stride: 2, SampleOptions: SampleOptions{Count: 3, First: 5, Batch: 2, Evaluations: 3, Seed: 6}}
	e := rolledOut(t, m, t.TempDir(), start, o)
	clip := slices.Concat(start[16:], make([]float32, 32))
	whole, err := m.Nowcast(context.Background(), clip, 2, o.SampleOptions)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		got := e.sequence(t, 5+i)
		if len(got) != 6*16 || !slices.Equal(got[:48], start) {
			t.Fatalf("member %d: %d values, which begin %v", 5+i, len(got), got[:3])
		}
		if !slices.Equal(got[48:80], whole.At(i)[32:]) {
			t.Errorf("member %d: the first clip adds %v, Nowcast %v", 5+i, got[48:52], whole.At(i)[32:36])
		}
		if slices.Equal(got[48:64], got[80:]) {
			t.Errorf("member %d: the second clip adds what the first did", 5+i)
		}
	}
	if !slices.Equal(e.Members(), []int{5, 6, 7}) {
		t.Errorf("members %v", e.Members())
	}
	o.Sampler = vdm.DefaultGuidedSampler // a sequence has one, that of the clips that know others
	free := rolledOut(t, m, t.TempDir(), nil, o)
	drawn, err := m.Sample(context.Background(), o.SampleOptions)
	if err != nil {
		t.Fatal(err)
	}
	if got := free.sequence(t, 6); !slices.Equal(got[:64], drawn.At(1)) {
		t.Errorf("a free start is %v, Sample's %v", got[:4], drawn.At(1)[:4])
	}
}

// On every engine: asked for more frames, then for more members, then opened with
// the batch left to the folder, the sequences are what one call would have made;
// and members do not depend on how many there are.
func TestRolloutGoesOn(t *testing.T) {
	m := longModel(t)
	start := rolloutStart(m)
	for _, name := range []string{"go", "onnx"} {
		t.Run(name, func(t *testing.T) {
			if !enginetest.Has(name) {
				t.Skip("not at hand")
			}
			m := m.on(t, name)
			o := RolloutOptions{Frames: 14, Overlap: 2, Stride: 2, SampleOptions: SampleOptions{Count: 5, Batch: 4, Evaluations: 1, Seed: 6}}
			whole := rolledOut(t, m, t.TempDir(), start, o)
			dir := t.TempDir()
			for _, size := range [][2]int{{4, 1}, {8, 1}, {9, 2}, {3 + 1, 3}, {14, 5}} {
				o.Frames, o.Count, o.Batch = size[0], size[1], 4
				if size[1] > 1 {
					o.Batch = 0
				}
				steps := 0
				o.Progress = func(p vdm.Progress) {
					if steps++; p.Step != int64(steps) || p.Steps < p.Step {
						t.Errorf("step %d of %d is said to be %d", steps, p.Steps, p.Step)
					}
				}
				e := rolledOut(t, m, dir, start, o)
				for i := range size[1] {
					if e.Frames(i) < size[0] {
						t.Errorf("%v: member %d has %d frames", size, i, e.Frames(i))
					}
				}
			}
			e, err := OpenSequences(dir)
			if err != nil {
				t.Fatal(err)
			}
			for i := range 5 {
				if !slices.Equal(e.sequence(t, i), whole.sequence(t, i)) {
					t.Errorf("member %d is not that of one call", i)
				}
			}
			steps := 0
			o.Progress = func(vdm.Progress) { steps++ }
			if rolledOut(t, m, dir, start, o); steps != 0 {
				t.Errorf("asked again for what is there it took %d steps", steps)
			}
		})
	}
}

// A process that rolls clips out is killed at random moments; the folder can be read each
// time, never goes back, and ends with the bytes of an uninterrupted one.
func TestKilledRolloutsEndBitEqual(t *testing.T) {
	m := longModel(t)
	whole := rolledOut(t, m, t.TempDir(), rolloutStart(m), rolloutKilled)
	dir := t.TempDir()
	r := noise.Key{Seed: uint64(time.Now().UnixNano()), Stream: noise.Synthetic}.Rand()
	kills, last := 0, 0
	for last < 3*rolloutKilled.Frames {
		child := exec.Command(os.Args[0], "-test.run=^$")
		child.Env = append(os.Environ(), rolloutDir+"="+dir, rolloutRun+"="+m.Dir)
		child.Stderr = os.Stderr
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		died := make(chan error, 1)
		go func() { died <- child.Wait() }()
		if kills < 9 {
			for target := last + 1 + r.IntN(12); framesWritten(dir) < min(target, 3*rolloutKilled.Frames-20); {
				time.Sleep(time.Millisecond)
			}
			time.Sleep(time.Duration(r.Int64N(int64(8 * time.Millisecond))))
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			kills++
			<-died
		} else if err := <-died; err != nil {
			t.Fatal(err)
		}
		now := framesWritten(dir)
		if now < last {
			t.Fatalf("after %d kills the folder went back from %d frames to %d", kills, last, now)
		}
		last = now
	}
	t.Logf("killed %d times", kills)
	if kills < 8 {
		t.Errorf("it ended after %d kills, want at least 8: make it longer", kills)
	}
	for i := range 3 {
		a, err := os.ReadFile(memberPath(whole.Dir, i))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(memberPath(dir, i))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(a, b) {
			t.Errorf("member %d differs between the whole rollout and the killed one", i)
		}
	}
}

// framesWritten returns the number of frames of a folder, 0 where there is none yet.
func framesWritten(dir string) (sum int) {
	e, err := OpenSequences(dir)
	if err != nil {
		return 0
	}
	for _, m := range e.Members() {
		sum += e.Frames(m)
	}
	return sum
}

// What a machine that lost its power can leave: a line of progress cut short or of
// zeros, and frames that no line speaks of.
func TestRolloutAfterAPowerCut(t *testing.T) {
	m := longModel(t)
	o := RolloutOptions{Frames: 6, Overlap: 2, Stride: 1, SampleOptions: SampleOptions{Evaluations: 1}}
	whole := rolledOut(t, m, t.TempDir(), rolloutStart(m), o)
	log := `{"first":0,"members":1,"frames":4}` + "\n"
	for _, tail := range []string{`{"first":0,"mem`, "\x00\x00\x00", "\x00\x00\n", ""} {
		dir := t.TempDir()
		o.Frames = 4
		rolledOut(t, m, dir, rolloutStart(m), o)
		for name, text := range map[string]string{sequencesLog: log + tail, "member-000000.f32": ""} {
			path := filepath.Join(dir, name)
			if name == sequencesLog {
				if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
				continue
			}
			f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(binary.Write(f, binary.LittleEndian, make([]float32, 21)), f.Close()); err != nil {
				t.Fatal(err)
			}
		}
		o.Frames = 6
		if e := rolledOut(t, m, dir, rolloutStart(m), o); !slices.Equal(e.sequence(t, 0), whole.sequence(t, 0)) {
			t.Errorf("after a tail of %q the frames differ", tail)
		}
	}
}

// Stopped by its context, a rollout keeps the clips that are finished.
func TestRolloutStops(t *testing.T) {
	m, dir := longModel(t), t.TempDir()
	ctx, stop := context.WithCancel(context.Background())
	o := RolloutOptions{Frames: 12, Overlap: 2, Stride: 1, SampleOptions: SampleOptions{Evaluations: 4}}
	o.Progress = func(p vdm.Progress) {
		if p.Step == 10 {
			stop()
		}
	}
	if _, err := m.Rollout(ctx, dir, rolloutStart(m), o); !errors.Is(err, vdm.ErrInterrupted) {
		t.Errorf("stopped: %v", err)
	}
	if n := framesWritten(dir); n != 5 { // two clips of four steps each
		t.Errorf("%d frames, want 5", n)
	}
}

// Missing cells of the start stay, and are drawn in no frame that is added.
func TestRolloutFromMissingCells(t *testing.T) {
	m := longModel(t)
	start := rolloutStart(m)
	start[20] = float32(math.NaN())
	got := rolledOut(t, m, t.TempDir(), start, RolloutOptions{Frames: 5, SampleOptions: SampleOptions{Evaluations: 2}}).sequence(t, 0)
	for i, v := range got {
		if (v != v) != (i == 20) {
			t.Errorf("value %d is %v", i, v)
		}
	}
}

func TestRolloutRefuses(t *testing.T) {
	m, dir := longModel(t), t.TempDir()
	start := rolloutStart(m)
	o := RolloutOptions{Frames: 5, SampleOptions: SampleOptions{Evaluations: 1}}
	try := func(dir string, start []float32, change func(o *RolloutOptions)) error {
		o := o
		change(&o)
		_, err := m.Rollout(context.Background(), dir, start, o)
		return err
	}
	none := func(*RolloutOptions) {}
	if err := try(dir, start, none); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(o *RolloutOptions)
		says   []string
	}{
		"frames":      {func(o *RolloutOptions) { o.Frames = 3 }, []string{"frames is 3", "start has 3"}},
		"overlap":     {func(o *RolloutOptions) { o.Overlap = 4 }, []string{"overlap is 4", "1 to 3"}},
		"stride":      {func(o *RolloutOptions) { o.Overlap, o.Stride = 2, 3 }, []string{"stride is 3", "1 to 2"}},
		"each":        {func(o *RolloutOptions) { o.Each = func(int, []float32) error { return nil } }, []string{"Each is set"}},
		"evaluations": {func(o *RolloutOptions) { o.Evaluations = -1 }, []string{"evaluations is -1"}},
		"other seed":  {func(o *RolloutOptions) { o.Seed = math.MaxUint64 }, []string{"begun with other settings", "seed was 0, is 18446744073709551615"}},
		"other step":  {func(o *RolloutOptions) { o.Stride, o.Evaluations = 1, 7 }, []string{"evaluations was 1, is 7", "stride was 2, is 1"}},
	} {
		enginetest.WantError(t, name, try(dir, start, c.change), append(c.says, "extend: ")...)
	}
	other := slices.Clone(start)
	other[0]++
	enginetest.WantError(t, "another start", try(dir, other, none), "start_sha256")
	enginetest.WantError(t, "half a frame", try(dir, start[:20], none), "20 values", "16 of a frame")
	other[3] = -1
	enginetest.WantError(t, "domain", try(dir, other, none), "value -1 in frame 0 is outside the domain")
	mustTrain(t, m, TrainOptions{Data: blobs{n: 40, frames: 4, size: 4}, Steps: 1})
	enginetest.WantError(t, "other weights", try(dir, start, none), "training_step was 0, is 1", "weights was")

	torn := t.TempDir()
	if err := os.WriteFile(filepath.Join(torn, sequencesName), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	enginetest.WantError(t, "torn header", try(torn, start, none), sequencesName)
	if err := os.WriteFile(filepath.Join(torn, sequencesName), []byte(`{"format":2}`), 0o644); err != nil {
		t.Fatal(err)
	}
	enginetest.WantError(t, "newer format", try(torn, start, none), "format is 2, want 1")
	if err := os.WriteFile(filepath.Join(dir, sequencesLog), []byte("nonsense\n{}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := OpenSequences(dir)
	enginetest.WantError(t, "progress", err, sequencesLog, "line 1", "nonsense")
	if err := os.Remove(filepath.Join(dir, sequencesName)); err != nil {
		t.Fatal(err)
	}
	enginetest.WantError(t, "header gone", try(dir, start, none), "no "+sequencesName)
	_, err = OpenSequences(t.TempDir())
	enginetest.WantError(t, "no sequences", err, sequencesName)
}
