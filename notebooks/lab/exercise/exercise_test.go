package exercise

import (
	"math"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/verify"
)

// α and σ are called right, and each common mistake by its name.
func TestAlphaSigma(t *testing.T) {
	for name, c := range map[string]struct {
		written func(λ float64) (float64, float64)
		want    string
	}{
		"right":   {func(λ float64) (float64, float64) { return vdm.Alpha(λ), vdm.Sigma(λ) }, "✔ α and σ: right at all 7 points"},
		"root":    {func(λ float64) (float64, float64) { return 1 / (1 + math.Exp(-λ)), 1 / (1 + math.Exp(λ)) }, "the root is missing"},
		"zero":    {func(float64) (float64, float64) { return 0, 0 }, "Nothing is written yet"},
		"partly":  {func(λ float64) (float64, float64) { return vdm.Alpha(math.Abs(λ)), vdm.Sigma(math.Abs(λ)) }, "at λ = -1 it gives α = 0.85502, σ = 0.5186; right is α = 0.5186, σ = 0.85502. It is right at 4 of 7 points"},
		"stopped": {func(λ float64) (float64, float64) { var none []float64; return none[0], 0 }, "the program stopped: runtime error: index out of range"},
		"NaN":     {func(λ float64) (float64, float64) { return math.Sqrt(-1 - λ*λ), 1 }, "not even finite"},
		"other":   {func(λ float64) (float64, float64) { return 3, 4 }, "wrong at every point"},
	} {
		if got := AlphaSigma(c.written).String(); !strings.Contains(got, c.want) {
			t.Errorf("%s: %q does not contain %q", name, got, c.want)
		}
	}
}

// Every right answer is right, and no mistake is.
func TestQuestions(t *testing.T) {
	right := map[string]Verdict{
		"AddNoise": AddNoise(func(x, ε, λ float64) float64 { return vdm.Alpha(λ)*x + vdm.Sigma(λ)*ε }),
		"Velocity": Velocity(func(x, ε, λ float64) float64 { return vdm.Alpha(λ)*ε - vdm.Sigma(λ)*x }),
		"Denoised": Denoised(func(z, v, λ float64) float64 { return vdm.Alpha(λ)*z - vdm.Sigma(λ)*v }),
		"BestGuess": BestGuess(func(z, λ, mean, variance float64) float64 { // by precisions
			α, σ := vdm.Alpha(λ), vdm.Sigma(λ)
			return (mean/variance + α*z/(σ*σ)) / (1/variance + α*α/(σ*σ))
		}),
		"Step": Step(func(z, x, from, to float64) float64 {
			ratio := math.Exp((from - to) / 2) // of σ/α
			return vdm.Alpha(to) * (x + ratio*(z/vdm.Alpha(from)-x))
		}),
		"RandomStep": RandomStep(func(z, x, from, to float64) (float64, float64) {
			r := math.Exp(from - to)
			return r*vdm.Alpha(to)/vdm.Alpha(from)*z + (1-r)*vdm.Alpha(to)*x, math.Sqrt(1-r) * vdm.Sigma(to)
		}),
		"CRPS":     CRPS(func(members []float64, truth float64) float64 { return scored(t, members, truth).Plain }),
		"FairCRPS": FairCRPS(func(members []float64, truth float64) float64 { return scored(t, members, truth).Fair }),
		"Brier": Brier(func(members []float64, truth, threshold float64) float64 {
			e, err := verify.NewExceedance(1, threshold)
			if err != nil {
				t.Fatal(err)
			}
			if err := e.Add(singles(members), []float32{float32(truth)}); err != nil {
				t.Fatal(err)
			}
			return e.Brier().Score
		}),
		"SpreadOverError": SpreadOverError(func(members [][]float64, truth []float64) float64 {
			s, err := verify.NewSpreadSkill(1)
			if err != nil {
				t.Fatal(err)
			}
			for i, m := range members {
				if err := s.Add(singles(m), []float32{float32(truth[i])}); err != nil {
					t.Fatal(err)
				}
			}
			return s.Value().Ratio
		}),
	}
	for name, v := range right {
		if !v.Right || !strings.HasPrefix(v.String(), "✔") {
			t.Errorf("%s: %s", name, v)
		}
	}
	for _, written := range []func(a, b, λ float64) float64{
		func(a, b, λ float64) float64 { return vdm.Sigma(λ)*a + vdm.Alpha(λ)*b },
		func(a, b, λ float64) float64 { return 0 },
	} {
		for name, check := range map[string]func(func(a, b, λ float64) float64) Verdict{"AddNoise": AddNoise, "Velocity": Velocity, "Denoised": Denoised} {
			if v := check(written); v.Right {
				t.Errorf("%s: %s", name, v)
			}
		}
	}
	if v := Denoised(func(z, v, λ float64) float64 { return vdm.Sigma(λ)*z + vdm.Alpha(λ)*v }); !strings.Contains(v.Text, "This is the noise ε") {
		t.Error(v)
	}
	if v := CRPS(func(members []float64, truth float64) float64 { return scored(t, members, truth).Fair }); !strings.Contains(v.Text, "This is the fair CRPS") {
		t.Error(v)
	}
}

// scored returns the scores by package verify, which float32 limits to about 1e-7.
func scored(t *testing.T, members []float64, truth float64) verify.KernelValue {
	t.Helper()
	c, err := verify.NewCRPS(1)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Add(singles(members), []float32{float32(truth)}); err != nil {
		t.Fatal(err)
	}
	return c.Value()
}

func singles(members []float64) (out [][]float32) {
	for _, m := range members {
		out = append(out, []float32{float32(m)})
	}
	return out
}
