package forecasting

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/gomlx/compute"

	"github.com/climate-vdm/climate-vdm/vdm"
	_ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

func TestMain(m *testing.M) {
	if os.Getenv(compute.ConfigEnvVar) == "" {
		os.Setenv(compute.ConfigEnvVar, "go")
	}
	os.Exit(m.Run())
}

// Synthetic rain stands for the record where the test asks for little: frames in all, and
// those held out.
const syntheticFrames, syntheticHeldOut = 200, 60

// opened is a synthetic record, in a folder of the test, made once and then read.
func opened(t *testing.T) *Record {
	t.Helper()
	t.Setenv("VDM_FORECASTING", t.TempDir())
	made := 0
	read := func() (*climate.Field, []climate.Source, error) {
		made++
		f, err := synthetic(t.Context())
		return f, nil, err
	}
	r, err := open("synthetic", "Synthetic rain.", syntheticHeldOut, read)
	if err != nil {
		t.Fatal(err)
	}
	again, err := open("synthetic", "Synthetic rain.", syntheticHeldOut, read)
	if err != nil {
		t.Fatal(err)
	}
	if made != 1 || again.Fields[0].Data[777] != r.Fields[0].Data[777] || r.Fields[0].Frames() != syntheticFrames || r.Split.Test[0] != (climate.Range{From: syntheticFrames - syntheticHeldOut, To: syntheticFrames}) {
		t.Errorf("made %d times, %d frames, of which %v are held out", made, r.Fields[0].Frames(), r.Split.Test)
	}
	return r
}

func synthetic(ctx context.Context) (*climate.Field, error) {
	rain := climate.SyntheticRain{Seed: 1}
	f := &climate.Field{
		Name: "rain", LongName: "synthetic rain rate", StandardName: "lwe_precipitation_rate", Units: climate.RainUnits, Kind: climate.KindRain,
		Grid: climate.Grid{Height: 64, Width: 64}, Calendar: climate.ThreeSixtyDay, Epoch: climate.Epoch,
	}
	err := rain.Block(ctx, 0, syntheticFrames, func(hour int, frame []float32) error {
		f.Times = append(f.Times, float64(hour))
		f.Data = append(f.Data, frame...)
		return nil
	})
	return f, errors.Join(err, f.Validate())
}

// Cases lie in the held-out part, in order, and are chosen by what is known; all
// baselines score, and a perfect forecast scores as one.
func TestCasesAndScores(t *testing.T) {
	r := opened(t)
	ctx := context.Background()
	for _, known := range []climate.KnownFrames{FirstKnown(5), EverySecondKnown()} {
		c, err := r.Cases(known, 2)
		if err != nil {
			t.Fatal(err)
		}
		last := -1
		for _, i := range c.Index {
			start, _, _, _ := c.Windows.Origin(i)
			if start <= last {
				t.Errorf("case starts %d after %d", start, last)
			}
			last = start
		}
		all, err := c.Baselines(ctx, 2)
		if err != nil {
			t.Fatal(err)
		}
		perfect := Forecasts{Name: "truth"}
		for _, truth := range c.Truth {
			perfect.Members = append(perfect.Members, [][]float32{truth})
		}
		s, err := c.Score(append([]Forecasts{perfect}, all...)...)
		if err != nil {
			t.Fatal(err)
		}
		for key, want := range map[string]report.Value{"crps": 0, "twcrps": 0, "fss": 1, "csi": 1, "brier_skill": 1, "roc": 1, "power_off": 1, "sal_location": 0} {
			if got := s.Entries[0].Score(key).Value; got != want {
				t.Errorf("%s of the truth is %v, want %v", key, got, want)
			}
		}
		for _, e := range s.Entries[1:] {
			if crps := e.Score("crps"); !(crps.Value > 0) || !(e.Score("crps_excess").Value > 0) || len(crps.ByFrame) != 5 {
				t.Errorf("%s: %+v", e.Name, crps)
			}
		}
		table := s.Table()
		if err := table.Validate(); err != nil || len(table.Rows) < 25 {
			t.Errorf("%v: %d rows", err, len(table.Rows))
		}
		if _, err := s.ReliabilityPicture(1); err != nil {
			t.Error(err)
		}
		if _, err := c.FilmPicture(1, 2, all...); err != nil {
			t.Error(err)
		}
	}
}

// A tiny model fills cases in, refines and extends, and what must hold exactly
// holds.
func TestModelOfCases(t *testing.T) {
	r := opened(t)
	ctx := context.Background()
	train, _, err := r.Windows()
	if err != nil {
		t.Fatal(err)
	}
	config, err := r.Config("affine")
	if err != nil {
		t.Fatal(err)
	}
	config.Network = unet.Config{Dim: 8, Multiples: []int{1}, Heads: 1, HeadDim: 4}
	m, err := run.Create(filepath.Join(r.Folder, "tiny"), config, train)
	if err != nil {
		t.Fatal(err)
	}
	c, err := r.Cases(FirstKnown(5), 2)
	if err != nil {
		t.Fatal(err)
	}
	f, err := c.Model(ctx, m, "model", "cases", 2, run.SampleOptions{Evaluations: 1})
	if err != nil {
		t.Fatal(err)
	}
	for i, members := range f.Members {
		for _, clip := range members {
			for j := range len(clip) / 2 {
				if clip[j] != c.Truth[i][j] {
					t.Fatalf("case %d: known value %d is %v, was %v", i, j, clip[j], c.Truth[i][j])
				}
			}
		}
	}
	refinement, err := c.Refine(vdm.Coarsening{Cells: 4})
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := refinement.Model(ctx, m, "model", "fine", 2, run.SampleOptions{Evaluations: 1})
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]Forecasts{"model": drawn, "nearest": refinement.Nearest()} {
		if misfit, err := refinement.LargestMisfit(f); err != nil || misfit > 1e-6 {
			t.Errorf("%s: the means are off by %v (%v)", name, misfit, err)
		}
	}
	s, err := refinement.Score(refinement.Nearest(), refinement.Bilinear(), drawn)
	if err != nil {
		t.Fatal(err)
	}
	nearest, bilinear := s.Entries[0].Score("crps"), s.Entries[1].Score("crps")
	if len(nearest.ByFrame) != Frames || !(bilinear.Value < nearest.Value) {
		t.Errorf("bilinear %v, nearest %v over %d frames", bilinear.Value, nearest.Value, len(nearest.ByFrame))
	}
	e, err := m.Rollout(ctx, SequenceFolder(m, "long"), nil, run.RolloutOptions{Frames: 20, SampleOptions: run.SampleOptions{Evaluations: 1}})
	if err != nil {
		t.Fatal(err)
	}
	long, err := SequenceStatistics(e)
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float32, e.FrameSize()*2)
	if err := e.Read(0, 9, x); err != nil {
		t.Fatal(err)
	}
	change := 0.0
	for i := range e.FrameSize() {
		change += math.Abs(float64(x[e.FrameSize()+i]-x[i])) / float64(e.FrameSize())
	}
	if math.Abs(long.Change[10]-change) > 1e-6*change || long.Change[0] == long.Change[0] {
		t.Errorf("change into frame 10 is %v, want %v", long.Change[10], change)
	}
}

// Seam is the ratio that a made series was made with.
func TestSeam(t *testing.T) {
	s := Sequences{Change: []float64{nan, 9, 9, 2, 1, 1, 2, 1, 1, 2, 1}}
	if got := s.Seam(3, 3); got != 2 {
		t.Errorf("seam %v, want 2", got)
	}
	if a, b := Half(s.Change, false), Half(s.Change, true); a != 5.25 || math.Abs(b-8.0/6) > 1e-12 {
		t.Errorf("halves %v and %v", a, b)
	}
}
