package odim

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// day writes composites of one frame, five minutes apart, to a folder: one of odim.zip with
// other times in its texts.
func day(t testing.TB, number int) (paths []string) {
	t.Helper()
	dir, frame := t.TempDir(), unpacked(t)["dbzh_0.h5"]
	for i := range number {
		clock := fmt.Sprintf("%02d%02d00", i/12, i%12*5)
		path := filepath.Join(dir, clock+".h5")
		if err := os.WriteFile(path, bytes.ReplaceAll(frame, []byte("120000"), []byte(clock)), 0o644); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

// Two hundred files of a frame make one record without a gap.
func TestTwoHundredFiles(t *testing.T) {
	fields, err := cf.ReadFiles(context.Background(), day(t, 200), cf.PrepareOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if f := fields[0]; f.Frames() != 200 || len(f.Gaps()) > 0 || f.Date(199) != "2024-06-15 16:35:00" || f.Data[height*width*100+9] != f.Data[9] {
		t.Errorf("%d frames, gaps %v, to %s", f.Frames(), f.Gaps(), f.Date(f.Frames()-1))
	}
}

// BenchmarkTwoHundredFiles prepares two hundred files of a frame; see also that of netcdf.
func BenchmarkTwoHundredFiles(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		paths, out := day(b, 200), filepath.Join(b.TempDir(), "out")
		b.StartTimer()
		plan, err := cf.PlanPreparation(context.Background(), paths, cf.PrepareOptions{}, nil)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := plan.Run(context.Background(), out, false, nil); err != nil {
			b.Fatal(err)
		}
	}
}
