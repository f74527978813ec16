package run

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
)

// overlapping is a record of one cell a frame, whose clips are two frames each.
type overlapping []float32

func (o overlapping) Len() int                        { return len(o) - 1 }
func (o overlapping) Shape() (int, int, int, int)     { return 2, 1, 1, 1 }
func (o overlapping) Clip(i int, dst []float32) error { copy(dst, o[i:i+2]); return nil }
func (o overlapping) Range(int) (low, high float32) {
	low, high = o[0], o[0]
	for _, v := range o {
		low, high = min(low, v), max(high, v)
	}
	return low, high
}

// The frames at the ends of a record lie in fewer clips than those in its middle, and the
// network is to see clips of the mean 0.
func TestStandardiseIsFittedOnClips(t *testing.T) {
	spec, err := transform.Parse("standardise")
	if err != nil {
		t.Fatal(err)
	}
	fit, err := FitTransform(spec, overlapping{6, 1, 3, 8}, 0)
	if err != nil {
		t.Fatal(err)
	}
	mean := (6 + 1 + 1 + 3 + 3 + 8) / 6.0
	std := 0.0
	for _, v := range []float64{6, 1, 1, 3, 3, 8} {
		std += (v - mean) * (v - mean) / 6
	}
	std = math.Sqrt(std)
	if s := fit.Steps[0]; math.Abs(*s.Mean-mean) > 1e-12 || math.Abs(*s.Std-std) > 1e-12 {
		t.Errorf("mean %v, standard deviation %v; want %v and %v, those of the clips", *s.Mean, *s.Std, mean, std)
	}
}

// unranged is a source that does not know its extremes.
type unranged struct{ overlapping }

func (unranged) Range() {} // another Range than the one of a source that knows them

// Of many clips some are read, and the extremes of the others are known all the same,
// whether or not the source knows them.
func TestExtremesOfClipsThatAreNotReadAreFitted(t *testing.T) {
	record := make(overlapping, 3*fitClips)
	for i := range record {
		record[i] = float32(i % 5)
	}
	record[len(record)-1] = 90 // the last clip is not among those that are read
	if _, knows := any(unranged{record}).(Ranges); knows {
		t.Fatal("the source knows its extremes")
	}
	for name, clips := range map[string]vdm.Clips{"known": record, "unknown": unranged{record}} {
		for _, kind := range []string{"normal-score", "affine"} {
			fit, err := FitTransform(parse(t, kind), clips, 0)
			if err != nil {
				t.Fatal(err)
			}
			step := fit.Steps[0]
			low, high := step.Min, step.Max
			if kind == "normal-score" {
				low, high = &step.X[0], &step.X[len(step.X)-1]
			}
			if *low != 0 || *high != 90 {
				t.Errorf("%s, extremes %s: fitted from %v to %v, want from 0 to 90", kind, name, *low, *high)
			}
		}
	}
}

// A run that was fitted in another way is opened with the numbers that it has; a run of
// other data is not.
func TestRunsKeepTheirFit(t *testing.T) {
	c := tinyConfig(t).WithDefaults()
	c.Clip.Channels[0].Transform = parse(t, "cbrt+standardise")
	clips := blobs{n: 12, frames: c.Clip.Frames, size: c.Clip.Height}
	fit, err := FitTransform(c.Clip.Channels[0].Transform, clips, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, by := range []float64{0.3, 3} {
		older := c
		older.Clip.Channels = slices.Clone(c.Clip.Channels)
		mean, std := *fit.Steps[1].Mean+by**fit.Steps[1].Std, *fit.Steps[1].Std
		older.Clip.Channels[0].Transform = parse(t, fmt.Sprintf("cbrt+standardise:%v:%v", mean, std))
		dir := filepath.Join(t.TempDir(), "run")
		if _, err := Create(dir, older, clips); err != nil {
			t.Fatal(err)
		}
		m, err := Create(dir, c, clips)
		if by > 1 {
			enginetest.WantError(t, "a run of other data", err, "has other settings", "mean is")
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := *m.Config.Clip.Channels[0].Transform.Steps[1].Mean; got != mean {
			t.Errorf("opened with the mean %v, the run has %v", got, mean)
		}
	}
}
