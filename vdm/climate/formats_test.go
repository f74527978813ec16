package climate_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// A format of one's own is a registration: here numbers as text, one line a frame of
// 1 × 2 cells.
func TestAFormatOfOnesOwn(t *testing.T) {
	climate.RegisterFormat(climate.Format{
		Name:       "numbers as text",
		Recognises: func(_ string, head []byte) bool { return bytes.HasPrefix(head, []byte("#numbers\n")) },
		Read: func(path, variable string) (*climate.Field, error) {
			return &climate.Field{Name: variable, Units: "mm/h", Kind: climate.KindRain, Data: []float32{0, 1, 2, 3},
				Times: []float64{0, 1}, Grid: climate.Grid{Height: 1, Width: 2}}, nil
		},
	})
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	f, err := climate.Open(write("rain.txt", "#numbers\n0 1\n2 3\n"), "rain")
	if err != nil || f.Name != "rain" || f.Data[3] != 3 {
		t.Errorf("read %v (%v)", f, err)
	}
	for name, c := range map[string]struct{ text, says string }{
		"other.dat": {"what is this", "no format that is linked"},
		"empty.dat": {"", "an empty file"},
		"page.nc":   {"<!DOCTYPE html><html>404</html>", "no format that is linked (numbers as text)"},
	} {
		path := write(name, c.text)
		if _, err := climate.Open(path, ""); err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v, want one that names the file and says %q", name, err, c.says)
		}
	}
	if _, err := climate.Open(filepath.Join(dir, "none.nc"), ""); !os.IsNotExist(err) {
		t.Errorf("a file that is not there: %v", err)
	}
}
