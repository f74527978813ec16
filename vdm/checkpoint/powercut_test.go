package checkpoint

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/internal/powercut"
)

// With the power cut at any moment a file is the old one or all of the new one.
func TestPowerCutFile(t *testing.T) {
	const oldText, newText = "old", "new, and longer"
	path := func(dir string) string { return filepath.Join(dir, "a.json") }
	powercut.Run(t, powercut.Case{
		Before: func(dir string) error { return WriteBytes(path(dir), []byte(oldText)) },
		Write:  func(dir string, _ func()) error { return WriteBytes(path(dir), []byte(newText)) },
		Check: func(dir string, promises int) error {
			got, err := os.ReadFile(path(dir))
			if err != nil || string(got) != newText && (string(got) != oldText || promises > 0) {
				return fmt.Errorf("the file holds %q (%v)", got, err)
			}
			return nil
		},
	})
}

// Exported tensors are those before or those after, and no file of them is in parts.
func TestPowerCutSafetensors(t *testing.T) {
	path := func(dir string) string { return filepath.Join(dir, "weights.safetensors") }
	export := func(dir string, step int64) error {
		return WriteSafetensorsFile(path(dir), snapshotAt(step, 2000).Tensors["weights"], map[string]string{"step": fmt.Sprint(step)})
	}
	powercut.Run(t, powercut.Case{
		Before: func(dir string) error { return export(dir, 1) },
		Write:  func(dir string, _ func()) error { return export(dir, 2) },
		Check: func(dir string, promises int) error {
			tensors, metadata, err := ReadSafetensors(path(dir))
			if err != nil {
				return err
			}
			step := map[string]int64{"1": 1, "2": 2}[metadata["step"]]
			if step == 0 || step == 1 && promises > 0 {
				return fmt.Errorf("the file is of step %q", metadata["step"])
			}
			got, want := &Snapshot{Tensors: map[string][]Tensor{"w": tensors}}, &Snapshot{Tensors: map[string][]Tensor{"w": snapshotAt(step, 2000).Tensors["weights"]}}
			if d := differs(want, got); d != "" {
				return errors.New(d)
			}
			return nil
		},
	})
}

// A folder with some thousand files is the old one or the new one, too.
func TestPowerCutFolder(t *testing.T) {
	fill := func(dir, text string) error {
		for _, name := range []string{"a", "deep/b", "deep/er/c"} {
			path := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				return err
			}
			if err := os.WriteFile(path, []byte(text+name), 0o644); err != nil {
				return err
			}
		}
		return nil
	}
	for _, replaces := range []bool{false, true} {
		t.Run(fmt.Sprint("replaces ", replaces), func(t *testing.T) {
			c := powercut.Case{
				Write: func(dir string, _ func()) error {
					// The name is one that a writer would find again, and clean up.
					temporary := filepath.Join(dir, ".writing")
					if err := os.RemoveAll(temporary); err != nil {
						return err
					}
					if err := fill(temporary, "new "); err != nil {
						return err
					}
					return PublishFolder(temporary, filepath.Join(dir, "store"))
				},
				Check: func(dir string, promises int) error {
					var first string
					for i, name := range []string{"a", "deep/b", "deep/er/c"} {
						b, err := os.ReadFile(filepath.Join(dir, "store", name))
						if errors.Is(err, os.ErrNotExist) && i == 0 && !replaces && promises == 0 {
							if _, err := os.Stat(filepath.Join(dir, "store")); err == nil {
								return errors.New("the store has its name and not its files")
							}
							return nil
						}
						if err != nil {
							return err
						}
						text, ok := strings.CutSuffix(string(b), name)
						if i == 0 {
							first = text
						}
						if !ok || text != first || first != "new " && (first != "old " || promises > 0) {
							return fmt.Errorf("%s holds %q, the first file is of %q", name, b, first)
						}
					}
					return nil
				},
				States: 200,
			}
			if replaces {
				c.Before = func(dir string) error { return fill(filepath.Join(dir, "store"), "old ") }
			}
			powercut.Run(t, c)
		})
	}
}

// Of snapshots the last that was acknowledged is present, or the next, whole; also where
// one of the same step is replaced and older ones are pruned.
func TestPowerCutSnapshots(t *testing.T) {
	for _, step := range []int64{3, 2} {
		t.Run(fmt.Sprint("step ", step), func(t *testing.T) {
			old, next := snapshotAt(2, 500), snapshotAt(step, 700)
			powercut.Run(t, powercut.Case{
				Before: func(dir string) error {
					_, err := Save(filepath.Join(dir, "snapshots"), snapshotAt(1, 500), 0)
					if err == nil {
						_, err = Save(filepath.Join(dir, "snapshots"), old, 0)
					}
					return err
				},
				Write: func(dir string, _ func()) error {
					_, err := Save(filepath.Join(dir, "snapshots"), next, 2)
					return err
				},
				Check: func(dir string, promises int) error {
					got, warnings, err := Latest(filepath.Join(dir, "snapshots"))
					if err != nil || len(warnings) > 0 {
						return fmt.Errorf("%v, %v", warnings, err)
					}
					if differs(next, got) != "" && (promises > 0 || differs(old, got) != "") {
						return fmt.Errorf("the newest is step %d: %s", got.Step, differs(next, got))
					}
					return nil
				},
				States: 100,
			})
		})
	}
}

// The first snapshot of a folder that does not exist: none, or all of it.
func TestPowerCutFirstSnapshot(t *testing.T) {
	first := snapshotAt(0, 500)
	place := func(dir string) string { return filepath.Join(dir, "runs", "mine", "snapshots") }
	powercut.Run(t, powercut.Case{
		Write: func(dir string, _ func()) error {
			_, err := Save(place(dir), first, 2)
			return err
		},
		Check: func(dir string, promises int) error {
			got, warnings, err := Latest(place(dir))
			switch {
			case errors.Is(err, ErrNone) && len(warnings) == 0 && promises == 0:
				return nil
			case err != nil || len(warnings) > 0:
				return fmt.Errorf("%v, %v", warnings, err)
			case differs(first, got) != "":
				return errors.New(differs(first, got))
			}
			return nil
		},
		States: 100,
	})
}
