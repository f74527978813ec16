package climate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// KnownFrames says for each frame of a clip whether it is given; the others are
// generated or forecast. A []bool with one mark for each frame converts to it.
type KnownFrames []bool

// FirstFrames returns marks of the first frames of a clip as known, as for a nowcast:
// none where first is below 1, all where it is at least frames.
func FirstFrames(frames, first int) KnownFrames {
	k := make(KnownFrames, frames)
	for i := range k {
		k[i] = i < first
	}
	return k
}

// EverySecondFrame returns marks of frames 0, 2, 4, … as known, as for an interpolation
// in time.
func EverySecondFrame(frames int) KnownFrames {
	k := make(KnownFrames, frames)
	for i := range k {
		k[i] = i%2 == 0
	}
	return k
}

// ParseKnownFrames reads the numbers of frames, from 0, as [KnownFrames.String] writes
// them, or "the first 3". ok is false where the text names no frame, or one that a clip
// of the given number of frames does not have.
func ParseKnownFrames(text string, frames int) (known KnownFrames, ok bool) {
	var first int
	if _, err := fmt.Sscanf(text, "the first %d", &first); err == nil && first >= 0 && first <= frames {
		return FirstFrames(frames, first), true
	}
	known = make(KnownFrames, frames)
	for word := range strings.SplitSeq(text, ",") {
		i, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil || i < 0 || i >= frames {
			return nil, false
		}
		known[i] = true
	}
	return known, true
}

// Numbers returns the numbers of the known frames, in order, from 0.
func (k KnownFrames) Numbers() []int { return k.where(true) }

// Ahead returns the numbers of the frames that are not known, in order, from 0.
func (k KnownFrames) Ahead() []int { return k.where(false) }

func (k KnownFrames) where(known bool) (all []int) {
	for i, is := range k {
		if is == known {
			all = append(all, i)
		}
	}
	return all
}

// String returns the numbers of the known frames: "0, 1, 2".
func (k KnownFrames) String() string {
	var all []string
	for _, i := range k.Numbers() {
		all = append(all, strconv.Itoa(i))
	}
	return strings.Join(all, ", ")
}

// Span returns how many frames a clip has up to the last known one, 0 where none is
// known: the number of frames that data must have.
func (k KnownFrames) Span() int {
	for i := range slices.Backward(k) {
		if k[i] {
			return i + 1
		}
	}
	return 0
}

// Lead returns how many frames at the start are known. ok is true where there are some
// and no others are known: the clip is then a nowcast.
func (k KnownFrames) Lead() (first int, ok bool) {
	first = k.Span()
	return first, first > 0 && first < len(k) && !slices.Contains(k[:first], false)
}

// First returns how many frames at the start are known, whether others are or not.
func (k KnownFrames) First() int {
	if i := slices.Index(k, false); i >= 0 {
		return i
	}
	return len(k)
}

// Enclosed reports whether an unknown frame has a known one on both sides, so that
// interpolation is possible.
func (k KnownFrames) Enclosed() bool {
	first := slices.Index(k, true)
	return first >= 0 && slices.Contains(k[first:k.Span()], false)
}

// Cells returns the marks of the values of one clip or several, one after another,
// [frame, height, width, channel]: each value has the mark of its frame. The number of
// values must be a multiple of the number of values of a clip.
func (k KnownFrames) Cells(values, clip int) []bool {
	cells := make([]bool, values)
	frame := clip / len(k)
	for i := range cells {
		cells[i] = k[i/frame%len(k)]
	}
	return cells
}

// Of returns the known frames of a clip, one after another.
func (k KnownFrames) Of(clip []float32) []float32 { return k.frames(clip, true) }

// Unknown returns the frames of a clip that are not known, one after another.
func (k KnownFrames) Unknown(clip []float32) []float32 { return k.frames(clip, false) }

func (k KnownFrames) frames(clip []float32, known bool) (out []float32) {
	frame := len(clip) / len(k)
	for _, i := range k.where(known) {
		out = append(out, clip[i*frame:(i+1)*frame]...)
	}
	return out
}
