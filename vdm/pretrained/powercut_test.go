package pretrained

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/internal/powercut"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// A shipped model is installed with its card and its weights, or not at all.
func TestPowerCutInstall(t *testing.T) {
	place := func(dir string) string { return filepath.Join(dir, "models", "rain") }
	powercut.Run(t, powercut.Case{
		Write: func(dir string, _ func()) error {
			_, err := Install(Synthetic, place(dir))
			return err
		},
		Check: func(dir string, promises int) error {
			if _, err := os.Stat(place(dir)); errors.Is(err, fs.ErrNotExist) && promises == 0 {
				return nil
			}
			m, err := run.Open(place(dir))
			if err != nil || len(m.Warnings) > 0 {
				return fmt.Errorf("%v, warnings %q", err, m.Warnings)
			}
			want, err := Card(Synthetic)
			if err != nil {
				return err
			}
			if card, err := os.ReadFile(filepath.Join(place(dir), CardName)); err != nil || string(card) != want {
				return fmt.Errorf("the card has %d bytes, want %d (%v)", len(card), len(want), err)
			}
			return nil
		},
		States: 8,
	})
}

// Weights are exported with the configuration that belongs to them: those of before or
// those of after.
func TestPowerCutExport(t *testing.T) {
	models := map[string]*run.Run{}
	for _, name := range []string{"old", "new"} {
		m, err := Install(Synthetic, filepath.Join(t.TempDir(), name))
		if err != nil {
			t.Fatal(err)
		}
		if name == "new" {
			weights := m.Weights(true)
			for variable, values := range weights {
				weights[variable] = slices.Clone(values)
				for i := range values {
					weights[variable][i] /= 2
				}
			}
			c := m.Config
			c.Training.Rate /= 2
			if m, err = run.CreateWith(filepath.Join(t.TempDir(), "changed"), c, weights); err != nil {
				t.Fatal(err)
			}
		}
		models[name] = m
	}
	powercut.Run(t, powercut.Case{
		Before: func(dir string) error { return Write(models["old"], dir, "rain") },
		Write:  func(dir string, _ func()) error { return Write(models["new"], dir, "rain") },
		Check: func(dir string, promises int) error {
			start, err := Start(filepath.Join(dir, "rain.safetensors"))
			if err != nil {
				return err
			}
			is := func(name string) bool {
				m := models[name]
				for _, v := range m.Config.Network.Variables() {
					want, got := m.Weights(true)[v.Name], start.Weights[v.Name]
					for i := range want {
						if d := want[i] - got[i]; d > max(want[i], -want[i])/100 || -d > max(want[i], -want[i])/100 {
							return false
						}
					}
				}
				return start.Config.Training.Rate == m.Config.Training.Rate
			}
			if !is("new") && (promises > 0 || !is("old")) {
				return errors.New("the weights are not those of the configuration")
			}
			return nil
		},
		States: 20,
	})
}
