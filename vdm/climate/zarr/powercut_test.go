package zarr

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/internal/powercut"
)

// titleOf returns the title of a store of samples whose values are those of [samples].
func titleOf(path string) (string, error) {
	head, err := cf.HeadSamples(path)
	if err != nil {
		return "", err
	}
	r, err := cf.OpenSamples(path)
	if err != nil {
		return "", err
	}
	defer r.Close()
	want := samples()
	clip := make([]float32, 3*6*2)
	for m := range 2 {
		if err := r.Read(m, 0, clip); err != nil {
			return "", err
		}
		for i, got := range clip {
			if w := want.Channels[i%2].Data[(m*len(clip)+i)/2]; got != w && w == w {
				return "", fmt.Errorf("value %d of member %d is %v, want %v", i, m, got, w)
			}
		}
	}
	return head.Attributes["title"], nil
}

// A store of samples, nowcasts or forecasts is the old one or all of the new one.
func TestPowerCutStore(t *testing.T) {
	write := func(dir, title string) error {
		s := samples()
		s.Attributes["title"] = title
		return cf.WriteSamples(filepath.Join(dir, "nowcast.zarr"), s)
	}
	powercut.Run(t, powercut.Case{
		Before: func(dir string) error { return write(dir, "old") },
		Write:  func(dir string, _ func()) error { return write(dir, "new") },
		Check: func(dir string, promises int) error {
			title, err := titleOf(filepath.Join(dir, "nowcast.zarr"))
			if err == nil && title != "new" && (title != "old" || promises > 0) {
				err = fmt.Errorf("the store has the title %q", title)
			}
			return err
		},
	})
}

// A preparation to a store: absent or whole, and continued from any chunks that a cut
// leaves, torn ones among them.
func TestPowerCutPreparedStore(t *testing.T) {
	source := t.TempDir()
	if os.Getenv("VDM_POWERCUT_SOURCE") != "" { // of the parent process, the same for both
		source = os.Getenv("VDM_POWERCUT_SOURCE")
	} else {
		frames(t, source)
		t.Setenv("VDM_POWERCUT_SOURCE", source)
	}
	powercut.Run(t, powercut.Case{
		Write: func(dir string, _ func()) error {
			out := filepath.Join(dir, "out.zarr")
			if _, err := os.Stat(out); err == nil {
				return nil
			}
			return planned(t, source, -99).Write(context.Background(), out, false, nil)
		},
		Check: func(dir string, promises int) error {
			path := filepath.Join(dir, "out.zarr")
			if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) && promises == 0 {
				return nil
			}
			f, err := cf.Read(path, cf.ReadOptions{})
			if err != nil {
				return err
			}
			for i, got := range f.Data {
				want := float32(i % 6)
				if i%6 == 0 {
					want = float32(i / 6)
				}
				if got != want {
					return fmt.Errorf("value %d is %v, want %v", i, got, want)
				}
			}
			return nil
		},
	})
}
