package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm/run"
)

const sizeHelp = "`cells` along a side of the clips; a network that belongs to windows of one size denoises larger ones in tiles (default: the size of the run's clips)"

// sized returns the run for clips of a number of cells a side, 0 for its own.
func sized(c *cobra.Command, m *run.Run, size int) (*run.Run, error) {
	switch {
	case size == 0 && !c.Flags().Changed("size"):
		return m, nil
	case size < 1:
		return nil, misuse(c, "--size is %d: want at least 1 cell", size)
	}
	larger, err := m.OnFields(size, size)
	if err != nil {
		return nil, fmt.Errorf("--size %d: %w", size, err)
	}
	if t := larger.Config.Tiles; t.Height > 0 {
		say(c, "the network belongs to windows of %d × %d cells: %d × %d cells are denoised in %d of them that overlap", t.Height, t.Width, size, size, t.Count(size, size))
	}
	return larger, nil
}
