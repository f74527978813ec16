package netcdf

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	. "github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/internal/powercut"
)

// either returns a check that a file is the one that a writer makes first or, which must be
// if that was promised, the one that it makes next, to the byte.
func either(t *testing.T, name string, first, next func(path string) error) func(dir string, promises int) error {
	t.Helper()
	bytesOf := func(write func(path string) error) string {
		path := filepath.Join(t.TempDir(), name)
		if err := write(path); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	before, after := bytesOf(first), bytesOf(next)
	if before == after {
		t.Fatal("both files are the same")
	}
	return func(dir string, promises int) error {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err == nil && string(b) != after && (string(b) != before || promises > 0) {
			err = fmt.Errorf("%s, %d bytes, is neither of the two files", name, len(b))
		}
		return err
	}
}

// Samples, nowcasts and forecasts have one writer; the library's own writes are cut, too.
func TestPowerCutSamples(t *testing.T) {
	write := func(title string) func(path string) error {
		return func(path string) error {
			s := samples()
			s.Attributes["title"] = title
			return WriteSamples(path, s)
		}
	}
	powercut.Run(t, powercut.Case{
		Before: func(dir string) error { return write("old")(filepath.Join(dir, "nowcast.nc")) },
		Write:  func(dir string, _ func()) error { return write("new")(filepath.Join(dir, "nowcast.nc")) },
		Check:  either(t, "nowcast.nc", write("old"), write("new")),
	})
}

// Scores as arrays.
func TestPowerCutArrays(t *testing.T) {
	write := func(value float64) func(path string) error {
		return func(path string) error {
			return WriteArrays(path, []Array{{Name: "crps", Dims: []string{"lead"}, Shape: []int{2}, Values: []float64{value, 2}}}, nil)
		}
	}
	powercut.Run(t, powercut.Case{
		Before: func(dir string) error { return write(1)(filepath.Join(dir, "scores.nc")) },
		Write:  func(dir string, _ func()) error { return write(3)(filepath.Join(dir, "scores.nc")) },
		Check:  either(t, "scores.nc", write(1), write(3)),
	})
}

// A synthetic record: its recipe and its month are whole or absent.
func TestPowerCutSynthetic(t *testing.T) {
	record := climate.SyntheticRecord{Seed: 2, Hours: 24, Height: 4, Width: 4, Coarse: 1}
	write := func(dir string) error {
		_, err := WriteSynthetic(context.Background(), filepath.Join(dir, "rain"), record, nil)
		return err
	}
	whole := t.TempDir()
	if err := write(whole); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadDir(filepath.Join(whole, "rain"))
	if err != nil || len(want) < 2 {
		t.Fatalf("%d files (%v), want a month and a recipe", len(want), err)
	}
	powercut.Run(t, powercut.Case{
		Write: func(dir string, _ func()) error { return write(dir) },
		Check: func(dir string, promises int) error {
			for _, e := range want {
				a, err := os.ReadFile(filepath.Join(whole, "rain", e.Name()))
				if err != nil {
					return err
				}
				b, err := os.ReadFile(filepath.Join(dir, "rain", e.Name()))
				if errors.Is(err, fs.ErrNotExist) && promises == 0 {
					continue
				}
				if err != nil || string(a) != string(b) {
					return fmt.Errorf("%s has %d bytes, want those of an uninterrupted call (%v)", e.Name(), len(b), err)
				}
			}
			return nil
		},
		States: 4, // a month takes seconds to make
	})
}

// What a killed process has left is removed by the next that writes the name; what a
// living one writes stays, and what another name has.
func TestLeftoversAreRemoved(t *testing.T) {
	dir := t.TempDir()
	living, err := create(filepath.Join(dir, "a.nc"), &Header{Dims: []Dimension{{Name: "x", Length: 2}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{".writing-a-17.nc", ".writing-ab-17.nc", ".writing-a-b-17.nc"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := WriteSamples(filepath.Join(dir, "a.nc"), samples()); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(dir, ".writing-*"))
	if err != nil || len(left) != 3 || strings.Contains(fmt.Sprint(left), "-a-17.nc") {
		t.Errorf("%q stay (%v), want those of the living writer and of other names", left, err)
	}
	if err := living.Commit(); err != nil {
		t.Error(err)
	}
}
