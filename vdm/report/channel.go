package report

import "github.com/climate-vdm/climate-vdm/vdm"

// Channel is one channel of a source of clips, from which the forecasters of package
// forecast draw.
type Channel struct {
	Clips vdm.Clips
	Index int // index of the channel
}

// Len returns the number of clips.
func (c Channel) Len() int { return c.Clips.Len() }

// Shape returns the shape of a clip.
func (c Channel) Shape() (frames, height, width int) {
	frames, height, width, _ = c.Clips.Shape()
	return frames, height, width
}

// Clip writes the channel of clip i to dst, [frame, height, width].
func (c Channel) Clip(i int, dst []float32) error {
	_, _, _, channels := c.Clips.Shape()
	if channels == 1 {
		return c.Clips.Clip(i, dst)
	}
	whole := make([]float32, len(dst)*channels)
	if err := c.Clips.Clip(i, whole); err != nil {
		return err
	}
	copy(dst, channelOf(whole, c.Index, channels))
	return nil
}

// channelOf returns one channel of frames whose channels come last.
func channelOf(frames []float32, channel, channels int) []float32 {
	out := make([]float32, 0, len(frames)/channels)
	for i := channel; i < len(frames); i += channels {
		out = append(out, frames[i])
	}
	return out
}
