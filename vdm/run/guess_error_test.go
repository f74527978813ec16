package run

import (
	"math"
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
