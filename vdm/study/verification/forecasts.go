package verification

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// Cases says how many files were scored, and which parts were left out.
type Cases struct {
	Files        int      `json:"files"`
	Scored       int      `json:"scored"`
	WithoutRival int      `json:"without_a_rival,omitempty"` // left out because a rival lacks them
	Beyond       int      `json:"beyond_the_data,omitempty"` // left out because the data have no frame ahead
	Frames       int      `json:"frames_ahead"`              // of the cases that were scored
	Uncovered    int      `json:"frames_ahead_beyond_the_data,omitempty"`
	AllMissing   int      `json:"without_truth,omitempty"` // scored cases in which all of the truth is missing
	Notes        []string `json:"notes,omitempty"`
}

// Results contains the scores of files of forecasts.
type Results struct {
	Cases  Cases   `json:"cases"`
	Groups []Group `json:"forecasts"` // for each variable the whole first, then the groups

	// Shown is the first case of each variable, for pictures.
	Shown []report.Case `json:"-"`
}

// Forecasts returns the scores of files of forecasts against data, in constant memory.
// If the data, or a rival, have none of the cases, the error gives the reason for the
// last one.
func Forecasts(ctx context.Context, paths []string, o Options) (*Results, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	heads, err := readHeads(ctx, paths, o.Name)
	if err != nil {
		return nil, err
	}
	o.Rivals = slices.Clone(o.Rivals)
	for i := range o.Rivals {
		if o.Rivals[i].heads, err = readHeads(ctx, o.Rivals[i].Files, o.Name); err != nil {
			return nil, fmt.Errorf("rival %s: %w", o.Rivals[i].Name, err)
		}
	}
	o.Forecaster = cmp.Or(o.Forecaster, heads[0].by, "model")
	for i := range o.Rivals {
		if r := &o.Rivals[i]; r.Name == o.Forecaster { // files of steps beside steps
			r.Name = "rival " + r.Name
		}
	}
	s := &scoring{o: &o, results: &Results{Cases: Cases{Files: len(heads)}}}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	for next := range s.ahead(ctx, heads) {
		if err := s.take(ctx, next); err != nil {
			return nil, err
		}
		if o.Progress != nil {
			o.Progress(next.index+1, len(heads))
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s.finish()
}

// scoring is the state of a verification between its cases.
type scoring struct {
	o       *Options
	results *Results
	first   *forecastCase
	members int      // of the first case
	parts   []*parts // of each variable
	why     error    // why the last omitted case was left out
}

// readAhead is a case with its rivals, or the reason why it is left out.
type readAhead struct {
	index  int
	one    *forecastCase
	rivals [][]report.Forecast // of each rival and variable
	err    error
}

// ahead reads cases in order, one ahead of the one that is scored.
func (s *scoring) ahead(ctx context.Context, heads []head) <-chan readAhead {
	out := make(chan readAhead)
	go func() {
		defer close(out)
		for i := range heads {
			r := readAhead{index: i}
			if r.one, r.err = s.o.readCase(heads[i].path); r.err == nil {
				s.o.chooseRival(r.one)
				for k := range s.o.Rivals {
					f, err := s.o.Rivals[k].forecasts(ctx, s.o, r.one, s.o.Seed+uint64(i))
					if r.err = err; err != nil {
						break
					}
					r.rivals = append(r.rivals, f)
				}
			}
			r.err = cmp.Or(r.err, s.o.Data.Release()) // a long record must not fill the memory
			select {
			case out <- r:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// chooseRival chooses persistence as the rival, or linear interpolation where the frames
// ahead lie between known ones, if a rival was asked for and none named: none for files
// of this very forecaster.
func (o *Options) chooseRival(k *forecastCase) {
	if !o.AnyRival || len(o.Rivals) > 0 || k.known.Span() == 0 {
		return
	}
	name := "persistence"
	if k.known.Enclosed() {
		name = "linear"
	}
	if name != o.Forecaster {
		o.Rivals = []Rival{{Name: name, Forecaster: name}}
	}
}

// take scores a case, or counts the reason why not.
func (s *scoring) take(ctx context.Context, r readAhead) error {
	c := &s.results.Cases
	missing := (*notCovered)(nil)
	switch {
	case r.err != nil && errors.As(r.err, &missing):
		c.WithoutRival++
		s.why = r.err
		return nil
	case r.err != nil && errors.Is(r.err, climate.ErrNoFrame):
		c.Beyond++
		s.why = r.err
		return nil
	case r.err != nil:
		return r.err
	}
	k := r.one
	if k.uncovered == len(k.known.Ahead()) {
		c.Beyond++
		s.why = fmt.Errorf("%s: all of its %d frames ahead lie beyond the data", k.path, k.uncovered)
		return nil
	}
	if s.first == nil {
		if err := s.begin(k); err != nil {
			return err
		}
	} else if err := s.fits(k); err != nil {
		return err
	}
	c.Scored++
	c.Frames += len(k.known.Ahead())
	c.Uncovered += k.uncovered
	if k.missing == 1 {
		c.AllMissing++
	}
	for ch := range k.names {
		one := report.Case{Observed: s.placed(k, k.observed[ch]), Forecasts: []report.Forecast{{Name: s.o.Forecaster}}}
		for _, m := range k.members[ch] {
			one.Forecasts[0].Members = append(one.Forecasts[0].Members, s.placed(k, m))
		}
		for _, f := range r.rivals {
			rival := f[ch]
			members := rival.Members
			rival.Members = nil
			for _, m := range members {
				rival.Members = append(rival.Members, s.placed(k, m))
			}
			one.Forecasts = append(one.Forecasts, rival)
		}
		if err := s.parts[ch].add(one, k.clip.Times[k.known.Ahead()[0]], k.clip.Calendar); err != nil {
			return fmt.Errorf("%s: %w", k.path, err)
		}
		if c.Scored == 1 {
			one.Times = &climate.Place{Times: k.clip.Times, Calendar: k.clip.Calendar, Epoch: k.clip.Epoch}
			s.results.Shown = append(s.results.Shown, one)
		}
	}
	return ctx.Err()
}

// begin starts the comparisons with the shape of the first case.
func (s *scoring) begin(k *forecastCase) error {
	first := *k
	first.observed, first.members = nil, nil
	s.members = len(k.members[0])
	s.first = &first
	task := "interpolation"
	if _, nowcast := k.known.Lead(); nowcast || k.known.Span() == 0 {
		task = "nowcast"
	}
	for ch, name := range k.names {
		p, err := newParts(s.o, report.ComparisonOptions{
			Task: task, Variable: name, Units: k.units[ch], Known: k.known, Height: k.clip.Height(), Width: k.clip.Width(),
			Kilometres: k.clip.Grid.Kilometres(), Minutes: 60 * stepOf(k.clip.Times, s.o.Data.Fields[0].Step()), Times: unequal(k.clip.Times),
			Thresholds: s.o.Thresholds, Windows: s.o.Windows, Scores: s.o.scores(), Seed: s.o.Seed, Grid: &first.clip.Grid, Called: k.called[ch],
		})
		if err != nil {
			return err
		}
		s.parts = append(s.parts, p)
	}
	return nil
}

// fits refuses a case that cannot be pooled with the first.
func (s *scoring) fits(k *forecastCase) error {
	a, b := s.first, k
	switch {
	case !slices.Equal(a.names, b.names):
		return fmt.Errorf("%s has the variables %v, %s %v: cases of one verification have the same", a.path, a.names, b.path, b.names)
	case a.clip.Height() != b.clip.Height() || a.clip.Width() != b.clip.Width():
		return fmt.Errorf("%s is of %d×%d cells, %s of %d×%d: cases of one verification have one size", a.path, a.clip.Height(), a.clip.Width(), b.path, b.clip.Height(), b.clip.Width())
	}
	if n := len(b.members[0]); n != s.members {
		return fmt.Errorf("%s has %d members, %s %d: cases of one verification have as many", a.path, s.members, b.path, n)
	}
	x, y := a.leads(), b.leads()
	same := len(x) == len(y)
	for i := range min(len(x), len(y)) {
		same = same && math.Abs(x[i]-y[i]) < timesDiffer
	}
	if !same {
		return fmt.Errorf("%s has frames ahead at %s, %s at %s: cases of one verification have the same leads", a.path, inMinutes(x), b.path, inMinutes(y))
	}
	return nil
}

// leads returns the hours from the frame before the first one ahead to each frame ahead,
// from the first one ahead where no frame is before it.
func (k *forecastCase) leads() (all []float64) {
	ahead := k.known.Ahead()
	start := k.clip.Times[max(ahead[0]-1, 0)]
	for _, f := range ahead {
		all = append(all, k.clip.Times[f]-start)
	}
	return all
}

// placed returns a clip in the shape of the first case: its frames ahead in the places
// of the first case's, and its known frames too if their number is the same.
func (s *scoring) placed(k *forecastCase, clip []float32) []float32 {
	if slices.Equal(k.known, s.first.known) {
		return clip
	}
	frame := len(clip) / len(k.known)
	out := make([]float32, len(s.first.known)*frame)
	for i := range out {
		out[i] = float32(math.NaN())
	}
	from := k.known.Ahead()
	for i, f := range s.first.known.Ahead() {
		copy(out[f*frame:(f+1)*frame], clip[from[i]*frame:(from[i]+1)*frame])
	}
	return out
}

// finish puts the results together.
func (s *scoring) finish() (*Results, error) {
	c := &s.results.Cases
	if c.Scored == 0 {
		if c.Files == 1 {
			return nil, s.why
		}
		return nil, fmt.Errorf("none of %d files can be scored: %d have no frame ahead in the data, of %d a rival has no forecast; the last: %w", c.Files, c.Beyond, c.WithoutRival, s.why)
	}
	for _, p := range s.parts {
		groups, err := p.compare()
		if err != nil {
			return nil, err
		}
		s.results.Groups = append(s.results.Groups, groups...)
	}
	note := func(format string, values ...any) { c.Notes = append(c.Notes, fmt.Sprintf(format, values...)) }
	c.Notes = append(c.Notes, s.o.notes...)
	if c.Beyond > 0 {
		note("%d of %d files have no frame ahead within the data and are left out", c.Beyond, c.Files)
	}
	if c.WithoutRival > 0 {
		note("%d of %d files are left out because a rival has no forecast of them; the last: %v", c.WithoutRival, c.Files, s.why)
	}
	if c.Uncovered > 0 {
		note("%d of %d frames ahead lie beyond the data and are not scored", c.Uncovered, c.Frames)
	}
	if c.AllMissing > 0 {
		note("%d of %d cases have no truth: all of it is missing", c.AllMissing, c.Scored)
	}
	for _, g := range s.results.Groups {
		if g.By != "" {
			continue
		}
		for _, threshold := range g.Thresholds {
			if rate := g.BaseRate(threshold); rate == 0 || rate == 1 {
				note("%s: %g %s is reached in %s of the cells: scores of that event tell little", g.Variable, threshold, g.Units, map[bool]string{true: "none", false: "all"}[rate == 0])
			}
		}
	}
	return s.results, nil
}
