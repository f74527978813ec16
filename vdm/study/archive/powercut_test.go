package archive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/internal/powercut"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// A description speaks of the file beside it, or does not exist; and clips that were kept
// are those that are drawn.
func TestPowerCutKeptClips(t *testing.T) {
	model := tinyModel(t, 1)
	sample := func(dir string, seed uint64) (*Clips, error) {
		m := *model
		m.Dir = dir
		return Sample(context.Background(), &m, "clips", Place{Like: like()}, run.SampleOptions{Count: 2, Seed: seed, Evaluations: 1})
	}
	wants := map[uint64]*Clips{}
	powercut.Run(t, powercut.Case{
		Before: func(dir string) error {
			_, err := sample(dir, 1)
			return err
		},
		Write: func(dir string, _ func()) error {
			_, err := sample(dir, 2)
			return err
		},
		Check: func(dir string, promises int) error {
			path := filepath.Join(dir, run.SamplesDir, "clips")
			d, err := readDraw(path)
			if errors.Is(err, fs.ErrNotExist) && promises == 0 {
				return nil
			}
			if err != nil {
				return err
			}
			if d.Recipe.Seed == 1 && promises > 0 {
				return errors.New("the old description is back")
			}
			source, err := climate.HashSource(path + ".nc")
			if err != nil || source.SHA256 != d.SHA256 {
				return fmt.Errorf("the description is of another file (%v)", err)
			}
			want := wants[d.Recipe.Seed]
			if want == nil {
				other, err := os.MkdirTemp("", "powercut-clips-*")
				if err != nil {
					return err
				}
				defer os.RemoveAll(other)
				if want, err = sample(other, d.Recipe.Seed); err != nil {
					return err
				}
				wants[d.Recipe.Seed] = want
			}
			if got, err := sample(dir, d.Recipe.Seed); err != nil || !slices.Equal(got.Data, want.Data) {
				return fmt.Errorf("the clips are not those of seed %d (%v)", d.Recipe.Seed, err)
			}
			return nil
		},
		States: 8,
	})
}
