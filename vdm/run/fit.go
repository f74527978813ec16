package run

import (
	"iter"
	"math"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// Ranges is a source of clips that knows the extremes of its record, so that a range can
// be fitted without reading every window.
type Ranges interface {
	// Range returns the smallest and largest value of a channel.
	Range(channel int) (low, high float32)
}

// Valued is a source of clips that gives each cell of its record once. For other sources
// transforms are fitted on all clips, which contain the cells in the middle of a record
// more often than those at its edges.
type Valued interface {
	// Values iterates over the cells of a channel. It may be called several times. NaN
	// is missing.
	Values(channel int) iter.Seq[[]float32]
}

// channelRange yields the smallest and the largest value of a channel.
func channelRange(clips vdm.Clips, channel int, failed *error) iter.Seq[[]float32] {
	return func(yield func([]float32) bool) {
		if r, ok := clips.(Ranges); ok {
			low, high := r.Range(channel)
			yield([]float32{low, high})
			return
		}
		low, high := float32(math.Inf(1)), float32(math.Inf(-1))
		for values := range channelValues(clips, channel, failed) {
			for _, v := range values {
				if v == v {
					low, high = min(low, v), max(high, v)
				}
			}
		}
		if low <= high {
			yield([]float32{low, high})
		}
	}
}

// channelValues yields the values of a channel: those of the record if the source has
// one, else those of all clips, clip by clip.
func channelValues(clips vdm.Clips, channel int, failed *error) iter.Seq[[]float32] {
	if v, ok := clips.(Valued); ok {
		return v.Values(channel)
	}
	return func(yield func([]float32) bool) {
		f, h, w, ch := clips.Shape()
		clip, values := make([]float32, f*h*w*ch), make([]float32, f*h*w)
		for i := range clips.Len() {
			if *failed = clips.Clip(i, clip); *failed != nil {
				return
			}
			for j := range values {
				values[j] = clip[j*ch+channel]
			}
			if !yield(values) {
				return
			}
		}
	}
}
