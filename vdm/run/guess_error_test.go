package run

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/spectral"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
)

// likely are clips of guessed with a third channel, how wrong the guess is, and a guess
// that is off by as much: by a pattern times a factor that differs from clip to clip.
type likely struct{ guessed }

func (l likely) Shape() (int, int, int, int) { return l.frames, l.size, l.size, 3 }

func (l likely) Clip(i int, dst []float32) error {
	cells := len(dst) / 3
	x := make([]float32, cells)
	if err := l.blobs.Clip(i, x); err != nil {
		return err
	}
	factor := float32(1 + i)
	for j, v := range x {
		pattern := float32(math.Sin(float64(3 * j)))
		dst[3*j], dst[3*j+1], dst[3*j+2] = v, v-0.01*factor*pattern, factor
	}
	return nil
}

// The variances of what is left of the clip by its guess are fitted per unit of the guess's
// likely error: they are those of the pattern, although the clips differ by its size.
func TestVariancesArePerUnitOfTheLikelyError(t *testing.T) {
	c, clips := toldConfig(t)
	identity, err := transform.Parse("identity")
	if err != nil {
		t.Fatal(err)
	}
	c.Clip.Channels[0].Transform = identity
	c.Conditions.Covariates = append(c.Conditions.Covariates, CovariateConfig{Name: "error", Units: "mm/h", KnownFrames: 1, GuessError: true, Transform: identity})
	m, err := Create(t.TempDir(), c, likely{clips})
	if err != nil {
		t.Fatal(err)
	}
	one := func(i int, x []float32) error {
		for j := range x {
			x[j] = float32(0.01 * math.Sin(float64(3*j)))
		}
		return nil
	}
	want, err := spectral.Fit(c.Clip.shape(), 1, true, one)
	if err != nil {
		t.Fatal(err)
	}
	for j, v := range m.Weights(false)[spectral.GivenName] {
		if math.Abs(float64(v-want[j])) > 1e-3*float64(want[j])+1e-7 {
			t.Fatalf("wave %d has the variance %v, want %v", j, v, want[j])
		}
	}
	if err := m.Train(t.Context(), TrainOptions{Data: likely{clips}, Steps: 1}); err != nil {
		t.Fatal(err)
	}
	for says, change := range map[string]func(c *ConditionsConfig){
		"alternate_frames is true: want known_frames": func(c *ConditionsConfig) { c.Covariates[0].AlternateFrames = true },
		"alternate_frames is true, and false of the error": func(c *ConditionsConfig) {
			c.Covariates[0].AlternateFrames, c.Tasks = true, map[string]float64{"alternate-frames": 1}
		},
		"guess_error is true: want another covariate": func(c *ConditionsConfig) { c.Covariates[0].FirstGuess = false },
		"of a second covariate": func(c *ConditionsConfig) {
			c.Covariates = append(c.Covariates, CovariateConfig{Name: "more", GuessError: true})
		},
	} {
		changed := c
		changed.Conditions.Covariates = append([]CovariateConfig(nil), c.Conditions.Covariates...)
		change(&changed.Conditions)
		if err := changed.WithDefaults().Validate(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, want one that says %q", err, says)
		}
	}
}

// both are clips of likely with two more channels: the guess and its likely error from
// every second frame, which are half as wrong.
type both struct{ likely }

func (b both) Shape() (int, int, int, int) { return b.frames, b.size, b.size, 5 }

func (b both) Clip(i int, dst []float32) error {
	three := make([]float32, len(dst)/5*3)
	if err := b.likely.Clip(i, three); err != nil {
		return err
	}
	for j := range len(dst) / 5 {
		x, guess, likely := three[3*j], three[3*j+1], three[3*j+2]
		copy(dst[5*j:], []float32{x, guess, likely, (x + guess) / 2, likely})
	}
	return nil
}

// A network is told a guess from the first frames with the mark 1, one from every second
// frame with the mark 2 where exactly these are known, and none elsewhere; either has
// variances of its own. Sampling tells it the same as training.
func TestGuessFromEverySecondFrame(t *testing.T) {
	c, clips := toldConfig(t)
	identity, err := transform.Parse("identity")
	if err != nil {
		t.Fatal(err)
	}
	c.Clip.Channels[0].Transform = identity
	c.Clip.Frames, clips.frames = 5, 5
	c.Conditions.Tasks = map[string]float64{"forecast": 1, "alternate-frames": 1, "random-frames": 1}
	c.Conditions.Covariates = append(c.Conditions.Covariates, CovariateConfig{Name: "error", Units: "mm/h", GuessError: true, Transform: identity})
	for i := range c.Conditions.Covariates {
		c.Conditions.Covariates[i].KnownFrames, c.Conditions.Covariates[i].AlternateFrames = 2, true
	}
	data := both{likely{clips}}
	m, err := Create(t.TempDir(), c, data)
	if err != nil {
		t.Fatal(err)
	}
	w := m.Weights(false)
	const least = 1e-5 // of the fitted variances
	compared := 0
	for j, v := range w[spectral.GivenName] {
		if v/4 <= 2*least {
			continue
		}
		compared++
		if got := w[spectral.AlternateName][j]; math.Abs(float64(got-v/4)) > 1e-3*float64(v) {
			t.Fatalf("wave %d has the variance %v where the guess is half as wrong, want a quarter of %v", j, got, v)
		}
	}
	if compared < 5 {
		t.Fatalf("only %d waves are compared", compared)
	}
	r, err := newReader(m.Config, data)
	if err != nil {
		t.Fatal(err)
	}
	clip := make([]float32, 5*len(w[spectral.VariableName]))
	if err := data.Clip(0, clip); err != nil {
		t.Fatal(err)
	}
	cells := len(clip) / 5
	for name, known := range map[string][]bool{
		"first": {true, true, false, false, false}, "alternate": {true, false, true, false, true}, "others": {true, false, false, true, false},
	} {
		channel, mark := map[string]int{"first": 1, "alternate": 3}[name], map[string]float32{"first": 1, "alternate": 2}[name]
		frames := m.Config.Clip.shownFrames(func(i int) bool { return known[i/(cells/5)] })
		b := &batch{covariates: map[string][]float32{}}
		told := map[string][]float32{}
		for i, v := range m.Config.Conditions.Covariates {
			b.covariates[v.Name] = make([]float32, 2*cells)
			for j := range cells {
				told[v.Name] = append(told[v.Name], clip[5*j+max(1, channel)+i])
			}
		}
		r.tell(b, 0, clip, nil, frames, nil)
		for i, v := range m.Config.Conditions.Covariates {
			for j := range cells {
				want := float32(0)
				if channel > 0 {
					want = clip[5*j+channel+i]
				}
				if got := b.covariates[v.Name][2*j : 2*j+2]; got[0] != want || got[1] != mark {
					t.Fatalf("%s: value %d of %s is %v, want %v with the mark %v", name, j, v.Name, got, want, mark)
				}
			}
		}
		err := m.Config.Conditions.checkTold(told, frames)
		if (err == nil) != (channel > 0) {
			t.Errorf("%s: telling the network its covariates gives the error %v", name, err)
		}
		if channel == 0 {
			continue
		}
		sampled, err := m.covariates(told, frames.alternate)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range m.Config.Conditions.Covariates {
			if got, want := sampled[v.Name].Values, b.covariates[v.Name]; !slices.Equal(got, want) {
				t.Errorf("%s: %s is not the same in sampling as in training", name, v.Name)
			}
		}
	}
}
