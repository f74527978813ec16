package run

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// gappy are guessed clips of which one cell of every frame is missing, and another of
// their guess.
type gappy struct{ guessed }

func (g gappy) Clip(i int, dst []float32) error {
	if err := g.guessed.Clip(i, dst); err != nil || i%2 == 0 { // the variances need whole clips
		return err
	}
	cells := g.size * g.size
	for f := range g.frames {
		dst[2*(f*cells+1)] = float32(math.NaN())
		dst[2*(f*cells+2)+1] = float32(math.NaN())
	}
	return nil
}

func nans(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(math.NaN())
	}
	return x
}

// wantFinite fails where a sample has a value that is no rain, or a known one has changed.
func wantFinite(t *testing.T, what string, s *vdm.Samples, err error, known []float32) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	for j, v := range s.At(0) {
		if !(v >= 0) || math.IsInf(float64(v), 1) {
			t.Fatalf("%s: value %d is %v", what, j, v)
		}
		if j < len(known) && known[j] == known[j] && v != known[j] {
			t.Fatalf("%s: known value %d is %v, was given as %v", what, j, v, known[j])
		}
	}
}

// Training takes missing cells of known frames for unknown, without loss, and shows the
// covariate that belongs to the frames all the same, but for what it lacks itself.
func TestMissingCellsOfKnownFramesInTraining(t *testing.T) {
	c, clips := toldConfig(t)
	c.Training.MissingCells = "mask"
	c.Conditions.Tasks, c.Conditions.Dropout = map[string]float64{"forecast": 1}, 0
	m, err := Create(t.TempDir(), c, gappy{clips})
	if err != nil {
		t.Fatal(err)
	}
	r, err := newReader(m.Config, gappy{clips})
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for k := range int64(4) {
		b, err := r.trainingBatch(m.Config, m.schedule, m.weighting, nil, k, 0)
		if err != nil {
			t.Fatal(err)
		}
		for i, clip := range b.clips {
			if clip%2 == 0 {
				continue
			}
			found = true
			at := i * r.size
			top := float32(r.top)
			if b.levels[at] != top || b.levels[at+1] == top || b.mask[at+1] != 0 {
				t.Errorf("levels of a known and of a missing cell of a known frame are %v and %v, the latter counts %v", b.levels[at], b.levels[at+1], b.mask[at+1])
			}
			guess := b.covariates["guess"][2*at:]
			if guess[1] != 1 || guess[2*2+1] != 0 || guess[2*2] != 0 {
				t.Errorf("marks of a covariate that is there and of one that is missing: %v and %v, want 1 and 0", guess[1], guess[2*2+1])
			}
		}
	}
	if !found {
		t.Fatal("no clip with missing cells was drawn")
	}
}

// Conditions that make little sense have a defined result or an error that says what to do.
func TestHostileConditions(t *testing.T) {
	c, clips := toldConfig(t)
	c.Training.MissingCells = "mask"
	m, err := Create(t.TempDir(), c, gappy{clips})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Train(t.Context(), TrainOptions{Data: gappy{clips}, Steps: 2}); err != nil {
		t.Fatal(err)
	}
	size := c.Clip.size()
	frame := size / c.Clip.Frames
	both := make([]float32, 2*size)
	if err := clips.Clip(2, both); err != nil {
		t.Fatal(err)
	}
	clip, guess := take(both, 2, 0, 1), take(both, 2, 1, 2)
	with := func(x []float32, i int) []float32 {
		x = slices.Clone(x)
		x[i] = float32(math.NaN())
		return x
	}
	constant := make([]float32, size)
	for i := range constant {
		constant[i] = 2
	}
	o := SampleOptions{Evaluations: 3, Seed: 1}
	told := func(x []float32) SampleOptions {
		o := o
		o.Covariates = map[string][]float32{"guess": x}
		return o
	}
	all := slices.Repeat([]bool{true}, c.Clip.Frames)

	for what, one := range map[string]struct {
		clip  []float32
		o     SampleOptions
		first int
	}{
		"missing cells in a known frame":       {with(clip, 3), o, 1},
		"the same, with a guess":               {with(clip, 3), told(with(guess, 5)), 1},
		"a constant covariate":                 {clip, told(constant), 1},
		"nothing but dry":                      {make([]float32, size), told(make([]float32, size)), 1},
		"everything known":                     {clip, o, c.Clip.Frames},
		"everything known but missing cells":   {with(clip, 3), o, c.Clip.Frames},
		"a map that names the top of training": {clip, SampleOptions{Evaluations: 3, Guidance: vdm.NoiseLevelMap{Top: c.Schedule.Max}}, 1},
	} {
		if one.o.Guidance != nil {
			one.o.Guidance = vdm.NoiseLevelMap{} // by default the top of the run's range
		}
		s, err := m.Nowcast(t.Context(), one.clip, one.first, one.o)
		wantFinite(t, what, s, err, one.clip[:one.first*frame])
	}

	always := *m // a network that never did without its covariate
	always.Config.Conditions.Dropout = 0
	strict := *m // one that saw no missing cells
	strict.Config.Training.MissingCells = "refuse"
	directed := *m // one that always knew something
	directed.Config.Conditions.Tasks = map[string]float64{"forecast": 1}
	for what, one := range map[string]struct {
		says string
		try  func() (any, error)
	}{
		"a map beyond the range": {"top of its range", func() (any, error) {
			o := o
			o.Guidance = vdm.NoiseLevelMap{Top: 25}
			return m.Nowcast(t.Context(), clip, 1, o)
		}},
		"an untrained task": {"Use another guidance", func() (any, error) {
			return m.Interpolate(t.Context(), clip, slices.Concat(make([]bool, c.Clip.Frames-1), all[:1]), o)
		}},
		"missing cells with a network that saw none": {"not trained for what is known here, which is a case of regions", func() (any, error) { return strict.Nowcast(t.Context(), with(clip, 3), 1, o) }},
		"a covariate with gaps, for such":            {"guess is NaN", func() (any, error) { return strict.Nowcast(t.Context(), clip, 1, told(with(guess, 3))) }},
		"a covariate that is NaN":                    {"missing everywhere", func() (any, error) { return m.Nowcast(t.Context(), clip, 1, told(nans(size))) }},
		"a covariate that is infinite": {"guess is +Inf", func() (any, error) {
			return m.Nowcast(t.Context(), clip, 1, told(append(slices.Clone(guess[1:]), float32(math.Inf(1)))))
		}},
		"a covariate left out":                            {"never trained without it", func() (any, error) { return always.Nowcast(t.Context(), clip, 1, o) }},
		"a forecast from frames that are not known":       {"leave it out", func() (any, error) { return m.Sample(t.Context(), told(guess)) }},
		"a field of NaN":                                  {"all of its known cells are missing", func() (any, error) { return m.Nowcast(t.Context(), nans(size), 1, o) }},
		"a field of NaN, of a network that saw no gaps":   {"no cell is known", func() (any, error) { return strict.Nowcast(t.Context(), nans(size), 1, o) }},
		"nothing known":                                   {"no cell is known", func() (any, error) { return m.Nowcast(t.Context(), clip, 0, o) }},
		"no condition for a network that always had some": {"never with nothing known", func() (any, error) { return directed.Sample(t.Context(), o) }},
		"a sequence from nothing of such": {"never with nothing known", func() (any, error) {
			d := directed
			return d.Rollout(t.Context(), t.TempDir(), nil, RolloutOptions{Frames: 3, Overlap: 1, SampleOptions: o})
		}},
		"a sequence with a covariate": {"takes no covariates", func() (any, error) {
			return m.Rollout(t.Context(), t.TempDir(), clip[:frame], RolloutOptions{Frames: 3, SampleOptions: told(guess)})
		}},
		"a field of no cells": {"clip.height is 0", func() (any, error) { return m.OnFields(0, 4) }},
	} {
		if _, err := one.try(); err == nil || !strings.Contains(err.Error(), one.says) {
			t.Errorf("%s: error %v, want one that says %q", what, err, one.says)
		}
	}
	// A field smaller than the windows of training.
	small, err := m.OnFields(c.Clip.Height-1, c.Clip.Width-2)
	if err != nil {
		t.Fatal(err)
	}
	cells := (c.Clip.Height - 1) * (c.Clip.Width - 2)
	s, err := small.Nowcast(t.Context(), clip[:c.Clip.Frames*cells], 1, o)
	wantFinite(t, "a smaller field", s, err, clip[:cells])
}
