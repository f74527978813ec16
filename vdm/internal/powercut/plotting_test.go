package powercut_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/climate-vdm/climate-vdm/plotting"
	"github.com/climate-vdm/climate-vdm/vdm/internal/powercut"
)

// A picture is the old one or all of the new one. The test is here because plotting knows
// nothing of this project.
func TestPowerCutPicture(t *testing.T) {
	draw := func(dir string, height float64) error {
		p, err := plotting.Curves([]plotting.Series{{X: []float64{0, 1}, Y: []float64{0, height}}}, plotting.CurveOptions{})
		if err != nil {
			return err
		}
		return p.SavePNG(filepath.Join(dir, "clips.png"))
	}
	bytesOf := func(height float64) string {
		dir := t.TempDir()
		if err := draw(dir, height); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(dir, "clips.png"))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	before, after := bytesOf(1), bytesOf(2)
	powercut.Run(t, powercut.Case{
		Before: func(dir string) error { return draw(dir, 1) },
		Write:  func(dir string, _ func()) error { return draw(dir, 2) },
		Check: func(dir string, promises int) error {
			b, err := os.ReadFile(filepath.Join(dir, "clips.png"))
			if err == nil && string(b) != after && (string(b) != before || promises > 0) {
				err = fmt.Errorf("%d bytes of neither picture", len(b))
			}
			return err
		},
	})
}
