package climate

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestSyntheticRecordLayout(t *testing.T) {
	fine := SyntheticRecord{Hours: 1440, Coarse: 1}
	if fine.Months() != 2 || fine.FileName(0) != "pr_rcp85_land-cpm_uk_2.2km_01_1hr_19801201-19801230.nc" ||
		fine.FileName(1) != "pr_rcp85_land-cpm_uk_2.2km_01_1hr_19810101-19810130.nc" {
		t.Errorf("%d months, %s, %s", fine.Months(), fine.FileName(0), fine.FileName(1))
	}
	g := fine.Grid()
	if err := g.Validate(); err != nil {
		t.Fatal(err)
	}
	if g.Height != 606 || g.Width != 484 || math.Abs(g.Y[1]-g.Y[0]-0.02) > 1e-12 || g.X[483] < 4 || g.X[0] > -4 {
		t.Errorf("%d × %d cells, %v to %v", g.Height, g.Width, g.X[0], g.X[483])
	}
	if r := fine.Rain(); r.OuterScale != 160 {
		t.Errorf("outer scale of %v cells", r.OuterScale)
	}
	coarse := SyntheticRecord{Hours: 172800 + 100}
	if coarse.Grid().Height != 64 || coarse.Months() != 241 || coarse.Rain().OuterScale != 40 ||
		coarse.FileName(240) != "pr_rcp85_land-cpm_uk_8.8km_01_1hr_20201201-20201205.nc" {
		t.Errorf("%s", coarse.FileName(240))
	}
	f := coarse.Month(240)
	if f.Frames() != 100 || f.Date(0) != "2020-12-01 00:30:00" || f.Date(99) != "2020-12-05 03:30:00" {
		t.Errorf("%d frames from %s to %s", f.Frames(), f.Date(0), f.Date(f.Frames()-1))
	}
	for _, s := range []SyntheticRecord{{}, {Hours: 518401}, {Hours: 5, Coarse: -1}, {Hours: 5, Height: 1}} {
		if err := s.Validate(); err == nil {
			t.Errorf("%+v is accepted", s)
		}
	}
}

// Stopped anywhere and gone on with, the data are those made in one go, on one
// thread or several; made again, nothing is done.
func TestSyntheticPrepareGoesOn(t *testing.T) {
	s := SyntheticRecord{Seed: 9, Hours: 3*720 + 100, Height: 6, Width: 5, Coarse: 40}
	split, err := SeasonSplit{Hours: 700, Every: 3}.Split(s.Field().Times)
	if err != nil {
		t.Fatal(err)
	}
	whole, stopped := t.TempDir(), t.TempDir()
	last := 0
	if made, err := s.Prepare(context.Background(), whole, split, false, func(hours, total int) {
		if hours < last || total != s.Hours {
			t.Errorf("progress: %d after %d, of %d", hours, last, total)
		}
		last = hours
	}); err != nil || !made || last != s.Hours {
		t.Fatalf("made %v, %d hours, %v", made, last, err)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // one thread, other than above
	for n, stop := range []int{1, 730, 1500, 2200} {
		ctx, cancel := context.WithCancel(context.Background())
		made, err := s.Prepare(ctx, stopped, split, false, func(hours, _ int) {
			if hours >= stop {
				cancel()
			}
		})
		cancel()
		if !errors.Is(err, context.Canceled) || made {
			t.Errorf("stop %d: made %v, %v", n, made, err)
		}
	}
	if made, err := s.Prepare(context.Background(), stopped, split, false, nil); err != nil || !made {
		t.Fatalf("made %v, %v", made, err)
	}
	want := contents(t, whole)
	if got := contents(t, stopped); len(got) != 2 || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("stopped and gone on with, the folder holds %v, or other bytes", list(t, stopped))
	}
	if made, err := s.Prepare(context.Background(), whole, split, false, nil); err != nil || made {
		t.Errorf("made again: %v, %v", made, err)
	}
	s.Seed++
	if _, err := s.Prepare(context.Background(), whole, split, false, nil); err == nil || !strings.Contains(err.Error(), `"seed 9" there, "seed 10" here`) {
		t.Errorf("another seed: %v", err)
	}
	if _, err := s.Prepare(context.Background(), filepath.Join(whole, manifestName, "x"), nil, false, nil); err == nil {
		t.Error("a folder below a file is made")
	}
}
