package run

import (
	"github.com/climate-vdm/climate-vdm/vdm/transform"
)

// ClipConfig is the shape of a clip, and what its channels are.
type ClipConfig struct {
	Frames   int             `yaml:"frames"`
	Height   int             `yaml:"height"`
	Width    int             `yaml:"width"`
	Step     float64         `yaml:"step_hours"` // between frames; 0 where unknown
	Channels []ChannelConfig `yaml:"channels"`
}

// ChannelConfig is one variable.
type ChannelConfig struct {
	Name      string         `yaml:"name"`
	Units     string         `yaml:"units"`
	Transform transform.Spec `yaml:"transform"` // fitted by Create where it is not yet
}

// shape is that of a clip: frames, height, width, channels.
func (c ClipConfig) shape() [4]int { return [4]int{c.Frames, c.Height, c.Width, len(c.Channels)} }

// size is the number of values of a clip.
func (c ClipConfig) size() int { return c.Frames * c.Height * c.Width * len(c.Channels) }
