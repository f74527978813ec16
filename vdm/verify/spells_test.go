package verify

import (
	"math"
	"math/rand/v2"
	"testing"
)

// markov returns clips of a two-state chain in its stationary distribution: wet stays
// wet with probability wet, dry dry with probability dry.
func markov(r *rand.Rand, frames, cells int, wet, dry float64) []float32 {
	clip := make([]float32, frames*cells)
	for c := range cells {
		isWet := r.Float64() < (1-dry)/(2-wet-dry)
		for t := range frames {
			if t > 0 {
				if isWet {
					isWet = r.Float64() < wet
				} else {
					isWet = r.Float64() > dry
				}
			}
			if isWet {
				clip[t*cells+c] = 1
			}
		}
	}
	return clip
}

// The spells of a Markov chain are geometric: P(longer than l) = pˡ, mean 1/(1 − p),
// though clips of ten frames cut most dry spells of a mean length of ten.
func TestSpellsOfAMarkovChain(t *testing.T) {
	const frames, cells, wet, dry = 10, 4000, 0.7, 0.9
	s := must(NewSpells(frames, cells, 0.5))
	r := rand.New(rand.NewPCG(1, 1))
	for range 10 {
		check(t, s.Add(markov(r, frames, cells, wet, dry)))
	}
	v := s.Value()
	for name, c := range map[string]struct {
		got  SpellLengths
		stay float64
	}{"wet": {v.Wet, wet}, "dry": {v.Dry, dry}} {
		if !near(c.got.Mean, 1/(1-c.stay), 0.03) {
			t.Errorf("%s: mean %v, want %v", name, c.got.Mean, 1/(1-c.stay))
		}
		if len(c.got.Longer) != frames-1 {
			t.Fatalf("%s: %d probabilities, want %d: the longest spell that is seen whole has %d frames", name, len(c.got.Longer), frames-1, frames-2)
		}
		for l, p := range c.got.Longer {
			want := math.Pow(c.stay, float64(l))
			if !(math.Abs(p-want) <= 0.015) {
				t.Errorf("%s: longer than %d with probability %v, want %v", name, l, p, want)
			}
		}
	}
	// What ignoring the censored spells would say.
	naive, n := 0.0, 0.0
	for l, count := range s.dry.ended {
		naive, n = naive+float64(l)*float64(count), n+float64(count)
	}
	if !(naive/n < 5) {
		t.Errorf("the spells that ended within clips last %v on average: the test does not cut any", naive/n)
	}
}

// By hand: dry 2 (early), wet 2, dry 1, wet 1 (cut); and after a missing value nothing
// is known about the beginning.
func TestSpellsByHand(t *testing.T) {
	s := must(NewSpells(6, 2, 1))
	m := missing
	check(t, s.Add([]float32{0, 3, 0, 3, 2, m, 1, 3, 0, 0, 5, 0}))
	v := s.Value()
	if v.Dry.Spells != 2 || v.Dry.Censored != 1 || v.Dry.Early != 1 || v.Wet.Spells != 2 || v.Wet.Censored != 1 || v.Wet.Early != 2 || s.Missing != 1 {
		t.Errorf("%+v, %d missing", v, s.Missing)
	}
	// Dry: of two spells from their beginning one ends after 1 frame, the other is cut at 2.
	if !allNear(v.Dry.Longer, []float64{1, 0.5}, 1e-15) || !near(v.Dry.Mean, 4.0/2, 1e-15) {
		t.Errorf("dry: longer %v, mean %v; want 1, 0.5 and 2", v.Dry.Longer, v.Dry.Mean)
	}
	// Wet: one ends after 2 frames; the one that is cut at 1 tells nothing about that.
	if !allNear(v.Wet.Longer, []float64{1, 1, 0}, 1e-15) || !near(v.Wet.Mean, 4.0/2, 1e-15) {
		t.Errorf("wet: longer %v, mean %v; want 1, 1, 0 and 2", v.Wet.Longer, v.Wet.Mean)
	}
}

func TestSpellsOfLittle(t *testing.T) {
	for name, clip := range map[string][]float32{"all dry": make([]float32, 4), "all missing": {missing, missing, missing, missing}} {
		s := must(NewSpells(4, 1, 0.1))
		check(t, s.Add(clip))
		v := s.Value()
		if !math.IsNaN(v.Dry.Mean) || !math.IsNaN(v.Wet.Mean) || len(v.Dry.Longer)+len(v.Wet.Longer) != 0 || v.Dry.Spells != 0 {
			t.Errorf("%s: %+v", name, v)
		}
	}
	one := must(NewSpells(1, 2, 0.1))
	check(t, one.Add([]float32{0, 5}))
	if v := one.Value(); v.Dry.Early != 1 || v.Wet.Early != 1 || !math.IsNaN(v.Wet.Mean) {
		t.Errorf("a single frame: %+v", v)
	}
	if one.Add([]float32{0}) == nil || one.Merge(must(NewSpells(1, 2, 0.2))) == nil {
		t.Error("another size or threshold is no error")
	}
	for _, c := range []struct {
		frames, cells int
		threshold     float64
	}{{0, 1, 1}, {1, 0, 1}, {1, 1, math.NaN()}, {1, 1, math.Inf(1)}} {
		if _, err := NewSpells(c.frames, c.cells, c.threshold); err == nil {
			t.Errorf("%+v is no error", c)
		}
	}
}

func TestMergeSpells(t *testing.T) {
	laws(t, 0, func() *Spells { return must(NewSpells(5, 20, 0.5)) },
		func(s *Spells, part int) { check(t, s.Add(rain(uint32(part), 100))) },
		(*Spells).Merge, func(s *Spells) []float64 {
			v := s.Value()
			return append(append([]float64{v.Dry.Mean, v.Wet.Mean, float64(v.Wet.Early)}, v.Dry.Longer...), v.Wet.Longer...)
		})
}
