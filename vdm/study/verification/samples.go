package verification

import (
	"fmt"
	"math"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// Statistics compares generated clips with data, for each variable.
type Statistics struct {
	Statistics []*report.Verification `json:"statistics"`
}

// Compare returns the comparison of generated clips with observed ones, variable by
// variable; at most limit of the observed ones are used, at even distances.
func Compare(name string, reference *climate.Windows, limit int, generated vdm.Clips, like []*climate.Field) (*Statistics, error) {
	s := &Statistics{}
	clips := report.Set{Name: "generated", Clips: generated}
	if dated, ok := generated.(interface{ HoursOfDay(i int) []float64 }); ok {
		clips.Hours = dated.HoursOfDay
	}
	for ch, f := range like {
		r, err := report.Verify(report.VerifyOptions{Variable: f.Name, Units: f.Units, Called: f.Called(), Channel: ch, Step: reference.Fields()[ch].Step()},
			report.Set{Name: name, Clips: reference, Limit: limit, Hours: reference.HoursOfDay}, clips)
		if err != nil {
			return nil, err
		}
		s.Statistics = append(s.Statistics, r)
	}
	return s, nil
}

// Tables returns the table of each variable.
func (s *Statistics) Tables() (all []report.Table) {
	for _, v := range s.Statistics {
		all = append(all, v.Tables()...)
	}
	return all
}

// Draw returns the figures of each variable.
func (s *Statistics) Draw() (all []report.Drawing, err error) {
	for _, v := range s.Statistics {
		drawings, err := v.Draw()
		if err != nil {
			return nil, err
		}
		for _, d := range drawings {
			if len(s.Statistics) > 1 {
				d.File = v.Variable + "-" + d.File
			}
			all = append(all, d)
		}
	}
	return all, nil
}

// Lines returns all values, one a line.
func (s *Statistics) Lines() (all []Line) {
	for _, v := range s.Statistics {
		for _, set := range v.All() {
			put := func(key, label string, value float64) {
				all = append(all, Line{Variable: v.Variable, Cases: set.Clips, Forecaster: set.Name, Score: "statistics", Key: key, Label: label,
					Threshold: math.NaN(), Value: value, Low: math.NaN(), High: math.NaN()})
			}
			put("mean", "mean, "+v.Units, float64(set.Mean))
			put("std", "standard deviation, "+v.Units, float64(set.Std))
			put("max", "largest value, "+v.Units, float64(set.Max))
			put("dry", "share of cells below 0.01", float64(set.Dry))
			put("drizzle", "share of cells below 0.1", float64(set.Drizzle))
			for i, q := range set.Quantiles {
				put(fmt.Sprintf("quantile_%.7g", v.Levels[i]), fmt.Sprintf("quantile at %.7g, %s", v.Levels[i], v.Units), q)
			}
			for _, x := range set.IndexLines(v.Units) {
				all = append(all, Line{Variable: v.Variable, Cases: set.Clips, Forecaster: set.Name, Score: "indices", Key: x.Key, Label: x.Label,
					Threshold: math.NaN(), Value: x.Value, Low: x.Low, High: x.High})
			}
		}
	}
	return all
}

// OfRun contains the verification of a run: its losses on held-out data, nil where
// nothing is held out, and the statistics of its clips.
type OfRun struct {
	Losses *report.Losses `json:"losses,omitempty"`
	Statistics
}

// Tables returns the table of losses and the one of each variable.
func (r *OfRun) Tables() (all []report.Table) {
	if r.Losses != nil {
		all = append(all, r.Losses.Table())
	}
	return append(all, r.Statistics.Tables()...)
}

// Like returns a field without values for each variable of a file of forecasts or samples.
func Like(path string, name func(string) string) (like []*climate.Field, err error) {
	variables, _, err := cf.HeadEnsembles(path, name)
	for _, v := range variables {
		inRainUnits(v)
		like = append(like, &v.Field)
	}
	return like, err
}

// Clips are the members of files of samples as clips, channels last, with one file at a
// time in memory. Make them with [OpenClips].
type Clips struct {
	Like []*climate.Field // a field for each variable, without values

	paths  []string
	counts []int // members of each file
	name   func(string) string
	held   int // file whose members are held, −1 for none
	values []*cf.Ensemble
}

// OpenClips returns the clips of files of samples with one size and the same variables.
func OpenClips(paths []string, name func(string) string) (*Clips, error) {
	c := &Clips{paths: paths, name: name, held: -1}
	for _, path := range paths {
		variables, _, err := cf.HeadEnsembles(path, name)
		if err != nil {
			return nil, err
		}
		c.counts = append(c.counts, variables[0].Count)
		if c.Like == nil {
			for _, v := range variables {
				inRainUnits(v)
				c.Like = append(c.Like, &v.Field)
			}
		}
		if len(variables) != len(c.Like) {
			return nil, fmt.Errorf("%s has %d variables, %s %d", paths[0], len(c.Like), path, len(variables))
		}
		for i, v := range variables {
			if a := c.Like[i]; v.Name != a.Name || v.Frames() != a.Frames() || v.Height() != a.Height() || v.Width() != a.Width() || v.Count != variables[0].Count {
				return nil, fmt.Errorf("%s has %s of %d×%d×%d, %s %s of %d×%d×%d: samples that are verified together are of one size", paths[0],
					a.Name, a.Frames(), a.Height(), a.Width(), path, v.Name, v.Frames(), v.Height(), v.Width())
			}
		}
	}
	return c, nil
}

// Len returns the number of clips.
func (c *Clips) Len() (n int) {
	for _, m := range c.counts {
		n += m
	}
	return n
}

// Shape returns the shape of a clip.
func (c *Clips) Shape() (frames, height, width, channels int) {
	f := c.Like[0]
	return f.Frames(), f.Height(), f.Width(), len(c.Like)
}

// HoursOfDay returns the hour of the day of each frame of clip i; nil where its file has no
// dates. All clips of a file have the same times, and the file is the one of the clip that
// was read last.
func (c *Clips) HoursOfDay(int) []float64 {
	if c.values == nil || !c.values[0].HasDates() {
		return nil
	}
	return climate.HoursOfDay(c.values[0].Times)
}

// Clip writes clip i to dst, [frame, height, width, channel].
func (c *Clips) Clip(i int, dst []float32) error {
	at := 0
	for ; i >= c.counts[at]; at++ {
		i -= c.counts[at]
	}
	if at != c.held {
		values, _, err := cf.ReadEnsembles(c.paths[at], c.name)
		if err != nil {
			return err
		}
		for _, v := range values {
			inRainUnits(v)
		}
		c.held, c.values = at, values
	}
	for ch, v := range c.values {
		for k, x := range v.Members[i] {
			dst[k*len(c.values)+ch] = x
		}
	}
	return nil
}
