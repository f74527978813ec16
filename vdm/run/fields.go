package run

import (
	"fmt"

	"github.com/climate-vdm/climate-vdm/vdm/tiles"
)

// OnFields returns the run for fields of another size than its training clips had, with
// the same weights. Sample from it, but do not train it. The cells must have the same
// size in km as in training. The network is applied to the whole field where it can be; a
// network with a preconditioning and without a first guess belongs to windows of one size,
// and denoises larger fields in tiles that overlap by half, see [Run.OnTiles].
func (m *Run) OnFields(height, width int) (*Run, error) {
	c := m.Config
	if height == c.Clip.Height && width == c.Clip.Width {
		return m, nil
	}
	if c.Preconditioning != "" && c.Conditions.firstGuess() < 0 {
		trained := c.trainedSize()
		return m.OnTiles(height, width, min(trained[0], trained[1])/2)
	}
	return m.onFields(height, width, tiles.Tiling{})
}

// OnTiles returns the run for larger fields than its training clips had, which it
// denoises in windows of that size, all together at every step of the sampler: x̂ of a
// cell is the mean over the windows in which it lies. Neighbours have at least overlap
// cells in common. Time and memory are those of as many clips as there are windows.
func (m *Run) OnTiles(height, width, overlap int) (*Run, error) {
	trained := m.Config.trainedSize()
	t := tiles.Tiling{Height: trained[0], Width: trained[1], Overlap: overlap}
	if err := t.Validate(height, width); err != nil {
		return nil, fmt.Errorf("fields of %d × %d: the run was trained on clips of %d × %d: %w", height, width, trained[0], trained[1], err)
	}
	return m.onFields(height, width, t)
}

func (m *Run) onFields(height, width int, t tiles.Tiling) (*Run, error) {
	c := m.Config
	c.TrainedSize, c.Tiles = c.trainedSize(), t
	c.Clip.Height, c.Clip.Width = height, width
	if err := c.Validate(); err != nil {
		return nil, err
	}
	larger := *m
	larger.Config = c
	return &larger, nil
}
