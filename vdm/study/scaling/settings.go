package scaling

import (
	"fmt"
	"slices"
	"strings"
)

// These are the transforms that the dissertation compares, and the last with its gradient
// corrected (package learnt).
const (
	None            = "none"
	SquareRoot      = "square root"
	Learnt          = "learnt, as it was run"
	LearntCorrected = "learnt, corrected"
)

// Transforms returns the names of the transforms.
func Transforms() []string { return []string{None, SquareRoot, Learnt, LearntCorrected} }

// Setting is one training, and one way to draw from it.
type Setting struct {
	Transform    string `json:"transform"`
	UnitVariance bool   `json:"unit_variance"` // scaled to unit variance; else to [−1, 1] by the extremes
	Seed         uint64 `json:"seed"`          // of weights, batches and clips
	Ancestral    bool   `json:"ancestral"`     // drawn by the dissertation's sampler; else by the recommended one
}

// Settings returns all settings in the order in which they are run: each transform at both
// scales; two more seeds of the two transforms that the dissertation fixes; and the
// dissertation's own sampler on the network that is nearest to its first one.
func Settings() []Setting {
	var first, seeds []Setting
	for _, t := range Transforms() {
		for _, unit := range []bool{false, true} {
			first = append(first, Setting{Transform: t, UnitVariance: unit, Seed: 1})
			if t != None && t != SquareRoot {
				continue
			}
			for seed := uint64(2); seed <= 3; seed++ {
				seeds = append(seeds, Setting{Transform: t, UnitVariance: unit, Seed: seed})
			}
		}
	}
	slices.SortStableFunc(seeds, func(a, b Setting) int { return int(a.Seed) - int(b.Seed) })
	return append(append(first, seeds...), Setting{Transform: None, Seed: 1, Ancestral: true})
}

// Scale returns the name of the scale.
func (s Setting) Scale() string {
	if s.UnitVariance {
		return "unit variance"
	}
	return "extremes"
}

// Sampler returns the name of the way to draw.
func (s Setting) Sampler() string {
	if s.Ancestral {
		return fmt.Sprintf("ancestral, %d", ancestralEvaluations)
	}
	return fmt.Sprintf("%s, %d", recommendedSampler, recommendedEvaluations)
}

// String returns the setting in words.
func (s Setting) String() string {
	return fmt.Sprintf("%s, %s, seed %d, %s", s.Transform, s.Scale(), s.Seed, s.Sampler())
}

// folder returns the name of the run's folder: settings that differ in the sampler alone
// share a training.
func (s Setting) folder() string {
	return strings.NewReplacer(", ", "-", " ", "-").Replace(fmt.Sprintf("%s-%s-%d", s.Transform, s.Scale(), s.Seed))
}

// Validate returns an error where the setting is none of those that can be run.
func (s Setting) Validate() error {
	if !slices.Contains(Transforms(), s.Transform) {
		return fmt.Errorf("scaling: transform %q; want one of %s", s.Transform, strings.Join(Transforms(), "; "))
	}
	return nil
}
