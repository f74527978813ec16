package vdm

import "fmt"

// Clips is a source of clips by index, from which training and verification read. Clips
// are in physical units; a missing cell is NaN.
type Clips interface {
	Len() int
	Shape() (frames, height, width, channels int)
	// Clip writes clip i to dst, [frame, height, width, channel].
	Clip(i int, dst []float32) error
}

// Samples are clips in physical units, as sampling returns them. A *Samples is itself a
// source of clips.
type Samples struct {
	Frames, Height, Width, Channels int
	Data                            []float32 // [sample, frame, height, width, channel]
}

// NewSamples returns n clips of zeros with the given numbers of frames, rows, columns
// and channels.
func NewSamples(n, frames, height, width, channels int) *Samples {
	return &Samples{frames, height, width, channels, make([]float32, n*frames*height*width*channels)}
}

// Size returns the number of values of one clip.
func (s *Samples) Size() int { return s.Frames * s.Height * s.Width * s.Channels }

// Len returns the number of clips.
func (s *Samples) Len() int { return len(s.Data) / s.Size() }

// Shape returns the numbers of frames, rows, columns and channels of a clip.
func (s *Samples) Shape() (frames, height, width, channels int) {
	return s.Frames, s.Height, s.Width, s.Channels
}

// At returns clip i, [frame, height, width, channel]. The slice shares the memory of
// Data.
func (s *Samples) At(i int) []float32 { return s.Data[i*s.Size() : (i+1)*s.Size()] }

// Clip copies clip i to dst, which must have Size values.
func (s *Samples) Clip(i int, dst []float32) error {
	if i < 0 || i >= s.Len() || len(dst) != s.Size() {
		return fmt.Errorf("clip %d of %d into %d values: want %d values", i, s.Len(), len(dst), s.Size())
	}
	copy(dst, s.At(i))
	return nil
}

// Channel returns channel c of clip i as a copy, [frame, height, width].
func (s *Samples) Channel(i, c int) []float32 {
	clip := s.At(i)
	out := make([]float32, 0, len(clip)/s.Channels)
	for j := c; j < len(clip); j += s.Channels {
		out = append(out, clip[j])
	}
	return out
}
