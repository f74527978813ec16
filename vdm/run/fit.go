package run

import (
	"iter"
	"math"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
)

// Ranges is a source of clips that knows the extremes of its record, so that a range can
// be fitted without reading every window.
type Ranges interface {
	// Range returns the smallest and largest value of a channel.
	Range(channel int) (low, high float32)
}

// FitTransform returns the transform of a channel fitted on training clips: on their
// values, or on the extremes of their record where these are all that it needs. A transform
// that is fitted already is returned as it is.
func FitTransform(spec transform.Spec, clips vdm.Clips, channel int) (transform.Spec, error) {
	if spec.Fitted() {
		return spec, nil
	}
	var failed error
	values := channelRange(clips, channel, &failed)
	if spec.NeedsValues() {
		values = channelValues(clips, channel, &failed)
	}
	fitted, err := spec.Fit(values)
	if failed != nil {
		return spec, failed
	}
	return fitted, err
}

// fitTolerance is the largest difference, in the network's units, that a value has under
// two fits on nearly the same data: the clips of a record and all of its cells, on which
// runs were fitted once.
const fitTolerance = 0.5

// fitsClips reports whether a fitted transform takes the values of training clips to
// nearly the same as one that is fitted on them.
func fitsClips(spec transform.Spec, clips vdm.Clips, channel int) (fits bool, err error) {
	refit, err := FitTransform(spec.Unfitted(), clips, channel)
	if err != nil {
		return false, err
	}
	before, err := spec.Build()
	if err != nil {
		return false, err
	}
	now, err := refit.Build()
	if err != nil {
		return false, err
	}
	for values := range channelValues(clips, channel, &err) {
		for _, v := range values {
			if v == v && !(math.Abs(before.Forward(float64(v))-now.Forward(float64(v))) <= fitTolerance) {
				return false, nil
			}
		}
	}
	return err == nil, err
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
		for values := range clipValues(clips, channel, clips.Len(), failed) {
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

// fitClips is the most clips on whose values a transform is fitted.
const fitClips = 800

// channelValues yields the values of a channel in clips at even distances, all of a small
// source, clip by clip, and the extremes of the others. Clips are what the network is
// trained on: their mean differs from the record's where the cells in its middle lie in
// more clips than the cells at its edges. A network that has to learn what is left of
// the mean, at noise levels at which nothing else can be seen, learns it late. (Of a record of 13
// hours in windows of 10 it was 0.17 standard deviations, and all that was generated was
// too light by as much.)
func channelValues(clips vdm.Clips, channel int, failed *error) iter.Seq[[]float32] {
	n := min(fitClips, clips.Len())
	if n == clips.Len() {
		return clipValues(clips, channel, n, failed)
	}
	return func(yield func([]float32) bool) {
		for _, part := range []iter.Seq[[]float32]{channelRange(clips, channel, failed), clipValues(clips, channel, n, failed)} {
			for values := range part {
				if !yield(values) {
					return
				}
			}
			if *failed != nil {
				return
			}
		}
	}
}

// clipValues yields the values of a channel in n clips at even distances, clip by clip.
func clipValues(clips vdm.Clips, channel, n int, failed *error) iter.Seq[[]float32] {
	return func(yield func([]float32) bool) {
		f, h, w, ch := clips.Shape()
		clip, values := make([]float32, f*h*w*ch), make([]float32, f*h*w)
		for i := range n {
			if *failed = clips.Clip(int(int64(i)*int64(clips.Len())/int64(n)), clip); *failed != nil {
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
