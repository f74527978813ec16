package run

import (
	"github.com/climate-vdm/climate-vdm/vdm/transform"
)

// ClipConfig is the shape of a clip with the names and transforms of its channels.
type ClipConfig struct {
	Frames int     `yaml:"frames"`
	Height int     `yaml:"height"`
	Width  int     `yaml:"width"`
	Step   float64 `yaml:"step_hours"` // hours between frames; 0 where unknown

	// Kilometres is the side of a cell; 0 where unknown. A network learns speeds and sizes
	// in cells and frames, so that cells of another size are other weather.
	Kilometres float64 `yaml:"cell_km,omitempty"`

	Channels []ChannelConfig `yaml:"channels"`
}

// ChannelConfig is one variable of a clip.
type ChannelConfig struct {
	Name      string         `yaml:"name"`
	Units     string         `yaml:"units"`
	Transform transform.Spec `yaml:"transform"` // fitted by Create if it is not fitted yet
}

// shape returns the shape of a clip: frames, height, width, channels.
func (c ClipConfig) shape() [4]int { return [4]int{c.Frames, c.Height, c.Width, len(c.Channels)} }

// size returns the number of values of a clip.
func (c ClipConfig) size() int { return c.Frames * c.Height * c.Width * len(c.Channels) }
