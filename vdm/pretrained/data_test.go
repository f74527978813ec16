//go:build !nonetcdf

package pretrained

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	_ "github.com/climate-vdm/climate-vdm/vdm/climate/netcdf"
)

// The shipped events are what the page beside them says, in the steps and cells of the
// shipped network, and every file of data is named there with its licence.
func TestShippedEvents(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("data", "README.md"))
	if err != nil || !strings.Contains(string(page), "CC BY 4.0") || !strings.Contains(string(page), "Changed were") {
		t.Fatalf("the page says no licence, or not what was changed (%v)", err)
	}
	c, _, err := read(files, Radar)
	if err != nil {
		t.Fatal(err)
	}
	found, err := filepath.Glob(filepath.Join("data", "*.nc"))
	if err != nil || len(found) != 3 {
		t.Fatalf("%d events (%v), want 3", len(found), err)
	}
	for _, path := range found {
		f, err := cf.Read(path, cf.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		row := ""
		for line := range strings.Lines(string(page)) {
			if strings.HasPrefix(line, "| `"+filepath.Base(path)+"`") {
				row = line
			}
		}
		first, last := f.Date(0), f.Date(f.Frames()-1)
		for _, want := range []string{first[len("2010-08-26 "):][:5], last[len("2010-08-26 "):][:5], first[:4]} {
			if !strings.Contains(row, want) {
				t.Errorf("%s begins at %s and ends at %s, the page says %q", path, first, last, row)
			}
		}
		if f.Height() != 256 || f.Width() != 256 || math.Abs(f.Step()-c.Clip.Step) > 1e-6 || math.Abs(f.Grid.Kilometres()-c.Clip.Kilometres) > 0.05*c.Clip.Kilometres {
			t.Errorf("%s: %d × %d cells of %.3g km, %.4g h apart; the network has %.3g km and %.4g h", path, f.Height(), f.Width(), f.Grid.Kilometres(), f.Step(), c.Clip.Kilometres, c.Clip.Step)
		}
	}
}
