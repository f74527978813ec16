package experiment

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/internal/powercut"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// With the power cut at any moment of drawing, the clips that count are those that were
// drawn, in their order and by the settings beside them: none that was safe is lost, and
// none is zeros that had not reached the disk. Before, the file has clips of another seed.
func TestPowerCutGenerated(t *testing.T) {
	const clips = 6
	config := run.ClipConfig{Frames: 2, Height: 2, Width: 2, Channels: []run.ChannelConfig{{Name: "rain"}}}
	by := func(seed uint64) drawing {
		return drawing{Step: 7, Seed: seed, Shape: [4]int{2, 2, 2, 1}, Recipe: &run.Recipe{Step: 7, Seed: seed}}
	}
	clip := func(seed uint64, i int) []float32 {
		return slices.Repeat([]float32{float32(100*seed) + float32(i) + 1}, 8)
	}
	draw := func(dir string, seed uint64, promise func()) error {
		g, err := openGenerated(filepath.Join(dir, clipsName), config, by(seed))
		if err != nil {
			return err
		}
		for i := g.Len(); i < clips; i++ {
			if err := g.add(clip(seed, i)); err != nil {
				return err
			}
			if i%2 == 1 { // as often enough has passed
				if err := g.sync(); err != nil {
					return err
				}
				promise()
			}
		}
		return g.close()
	}
	powercut.Run(t, powercut.Case{
		Before: func(dir string) error { return draw(dir, 1, func() {}) },
		Write:  func(dir string, promise func()) error { return draw(dir, 2, promise) },
		Check: func(dir string, promises int) error {
			safe := min(2*promises, clips)
			if promises > clips {
				safe = clips
			}
			how := by(2)
			seed := uint64(2)
			if text, err := os.ReadFile(filepath.Join(dir, "generated.json")); err != nil && safe > 0 {
				return err
			} else if by(1).made(text) {
				if how, seed = by(1), 1; safe > 0 {
					return errors.New("the old clips are back")
				}
			}
			g, err := openGenerated(filepath.Join(dir, clipsName), config, how)
			if err != nil {
				return err
			}
			defer g.file.Close()
			if g.Len() < safe {
				return fmt.Errorf("%d clips, %d were safe", g.Len(), safe)
			}
			got := make([]float32, 8)
			for i := range min(g.Len(), clips) {
				if err := g.Clip(i, got); err != nil {
					return err
				}
				if !slices.Equal(got, clip(seed, i)) {
					return fmt.Errorf("clip %d is %v, want %v", i, got[0], clip(seed, i)[0])
				}
			}
			return nil
		},
		States: 150,
	})
}
