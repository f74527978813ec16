package verify

import (
	"fmt"
	"math"
)

// Spells estimates how long dry and wet spells last in a cell, from clips that are
// shorter than some of them. A spell is a run of frames whose values all lie below the
// threshold (dry), or all reach it (wet).
//
// A clip cuts spells at both ends, and leaving these out would make spells too short. So
// the distribution of lengths is by the product-limit estimator (Kaplan and Meier 1958,
// JASA 53, 457): a spell that begins within the clip and is still going on at its end is
// right-censored, and counts as one that did not end up to there. A spell that began
// before the clip, or before a missing value, has an unknown age; it is left out of the
// distribution and counted in Early. The mean length is frames over ends (renewal
// theory), for which spells of unknown age count too.
//
// Make it with [NewSpells].
type Spells struct {
	Missing int64 // number of NaN

	frames, cells int
	threshold     float64
	dry, wet      spellCounts
}

// spellCounts contains what was seen of the spells of one state.
type spellCounts struct {
	ended, cut   []int64 // spells seen from their beginning that ended after l frames, or were cut there
	early        int64   // spells that had begun before they were seen
	pairs, exits int64   // frames with a frame after them, and those of them that the other state follows
}

// SpellsValue is the result of Spells.
type SpellsValue struct{ Dry, Wet SpellLengths }

// SpellLengths is the distribution of the lengths of the spells of one state.
type SpellLengths struct {
	Mean     float64   // frames: all frames of the state over all its ends; NaN where none ended
	Longer   []float64 // probability that a spell lasts longer than l frames, from l = 0 (where it is 1) as far as the clips tell
	Spells   int64     // spells that were seen from their beginning
	Censored int64     // of these, how many were still going on at the end of what was seen
	Early    int64     // spells that had begun before they were seen
}

// NewSpells returns empty counts for clips of a number of frames and of cells a frame. A
// value is wet where it reaches the threshold, in the units of the data.
func NewSpells(frames, cells int, threshold float64) (*Spells, error) {
	if err := clipSize("spells", frames, cells); err != nil {
		return nil, err
	}
	if math.IsNaN(threshold) || math.IsInf(threshold, 0) {
		return nil, fmt.Errorf("spells: the threshold is %v; want a finite number", threshold)
	}
	counts := func() spellCounts {
		return spellCounts{ended: make([]int64, frames+1), cut: make([]int64, frames+1)}
	}
	return &Spells{frames: frames, cells: cells, threshold: threshold, dry: counts(), wet: counts()}, nil
}

// clipSize refuses clips without frames or cells.
func clipSize(who string, frames, cells int) error {
	if frames < 1 || cells < 1 {
		return fmt.Errorf("%s: clips of %d frames of %d cells; want at least 1 of each", who, frames, cells)
	}
	return nil
}

// ofSize refuses a clip of another size.
func ofSize(who string, clip []float32, frames, cells int) error {
	if len(clip) != frames*cells {
		return fmt.Errorf("%s: a clip of %d values; want %d frames of %d cells", who, len(clip), frames, cells)
	}
	return nil
}

// Add adds the spells of every cell of a clip.
func (s *Spells) Add(clip []float32) error {
	if err := ofSize("spells", clip, s.frames, s.cells); err != nil {
		return err
	}
	for cell := range s.cells {
		s.series(clip, cell)
	}
	return nil
}

// series adds the spells of one cell.
func (s *Spells) series(clip []float32, cell int) {
	var state *spellCounts // of the spell that is going on; nil after a missing value and at the start
	length, whole := 0, false
	finish := func(ended bool) {
		switch {
		case state == nil:
		case !whole:
			state.early++
		case ended:
			state.ended[length]++
		default:
			state.cut[length]++
		}
	}
	for t := range s.frames {
		v := clip[t*s.cells+cell]
		if v != v {
			s.Missing++
			finish(false)
			state = nil
			continue
		}
		now := &s.dry
		if v >= float32(s.threshold) {
			now = &s.wet
		}
		if state != nil {
			state.pairs++
		}
		switch {
		case now == state:
			length++
		case state == nil:
			state, length, whole = now, 1, false
		default:
			state.exits++
			finish(true)
			state, length, whole = now, 1, true
		}
	}
	finish(false)
}

// Merge adds the spells of o, which must have the same settings.
func (s *Spells) Merge(o *Spells) error {
	if s.frames != o.frames || s.cells != o.cells || s.threshold != o.threshold {
		return fmt.Errorf("spells: merging %d frames of %d cells from %v on with %d of %d from %v on; want equal settings",
			s.frames, s.cells, s.threshold, o.frames, o.cells, o.threshold)
	}
	s.Missing += o.Missing
	s.dry.merge(o.dry)
	s.wet.merge(o.wet)
	return nil
}

func (c *spellCounts) merge(o spellCounts) {
	for l := range c.ended {
		c.ended[l] += o.ended[l]
		c.cut[l] += o.cut[l]
	}
	c.early += o.early
	c.pairs += o.pairs
	c.exits += o.exits
}

// Value returns the distributions of the lengths of dry and of wet spells.
func (s *Spells) Value() SpellsValue { return SpellsValue{Dry: s.dry.value(), Wet: s.wet.value()} }

func (c spellCounts) value() SpellLengths {
	v := SpellLengths{Mean: math.NaN(), Early: c.early}
	if c.exits > 0 {
		v.Mean = float64(c.pairs) / float64(c.exits)
	}
	for l := range c.ended {
		v.Spells += c.ended[l] + c.cut[l]
		v.Censored += c.cut[l]
	}
	// At risk of ending after l frames are the spells that lasted so long and whose next
	// frame was seen.
	risk, longer := v.Spells, 1.0
	for l := 0; l < len(c.ended); l++ {
		risk -= c.cut[l]
		if risk <= 0 {
			break
		}
		longer *= 1 - float64(c.ended[l])/float64(risk)
		v.Longer = append(v.Longer, longer)
		risk -= c.ended[l]
	}
	return v
}
