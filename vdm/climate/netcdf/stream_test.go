package netcdf

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	. "github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// Members and frames in any order and in pieces are read back in their place, what
// was not written is missing, and the name holds nothing until all is written.
func TestSamplesInAStream(t *testing.T) {
	path := filepath.Join(t.TempDir(), "samples.nc")
	s := &SampleFile{Members: 3, Grid: climate.Grid{Height: 2, Width: 3}, Times: []float64{0, 1, 2, 3},
		Channels: []SampleChannel{{Name: "pr", Units: "mm/h"}, {Name: "tas", Units: "K"}}}
	value := func(m, t, cell, c int) float32 { return float32(1000*m + 100*t + 10*c + cell) }
	w, err := CreateSamples(path, s)
	if err != nil {
		t.Fatal(err)
	}
	for _, piece := range [][3]int{{2, 1, 4}, {0, 2, 3}, {0, 0, 2}, {1, 0, 4}} {
		var x []float32
		for t := piece[1]; t < piece[2]; t++ {
			for cell := range 6 {
				x = append(x, value(piece[0], t, cell, 0), value(piece[0], t, cell, 1))
			}
		}
		if piece[0] == 1 {
			x[3] = float32(math.NaN())
		}
		if err := w.Write(piece[0], piece[1], x); err != nil {
			t.Fatal(err)
		}
	}
	for _, bad := range [][3]int{{3, 0, 12}, {-1, 0, 12}, {0, 4, 12}, {0, -1, 12}, {0, 3, 24}, {0, 0, 5}, {0, 0, 0}} {
		if err := w.Write(bad[0], bad[1], make([]float32, bad[2])); err == nil || !strings.Contains(err.Error(), "3 members of 4 frames of 2 × 3 × 2 channels") {
			t.Errorf("%d values to member %d, frame %d: %v", bad[2], bad[0], bad[1], err)
		}
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the name is taken before the end")
	}
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	for c, name := range []string{"pr", "tas"} {
		for m := range 3 {
			f, err := Read(path, ReadOptions{Variable: name, Kind: climate.KindOther, Index: map[string]int{"member": m}})
			if err != nil {
				t.Fatal(err)
			}
			for i, got := range f.Data {
				missing := m == 2 && i < 6 || m == 0 && i >= 18 || m == 1 && c == 1 && i == 1
				if want := value(m, i/6, i%6, c); missing != (got != got) || !missing && got != want {
					t.Fatalf("%s, member %d, value %d is %v, want %v (missing: %v)", name, m, i, got, want, missing)
				}
			}
		}
	}
	if names, _ := os.ReadDir(filepath.Dir(path)); len(names) != 1 {
		t.Errorf("the folder holds %v", names)
	}
}

func TestAbortedSamplesLeaveNothing(t *testing.T) {
	dir := t.TempDir()
	w, err := CreateSamples(filepath.Join(dir, "samples.nc"), samples())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Abort(); err != nil {
		t.Fatal(err)
	}
	if names, _ := os.ReadDir(dir); len(names) != 0 {
		t.Errorf("the folder holds %v", names)
	}
}
