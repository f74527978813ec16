// Package choose finds the best weights of a training after it: of the snapshots that are
// kept, and of averages over more or fewer steps. The held-out loss says little about
// heavy rain, so that clips are drawn with each and compared with training clips.
package choose

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/verify"
)

// These are the criteria by which weights are chosen.
const (
	ByTail  = "tail"  // the high quantile nearest to the training clips'
	ByPower = "power" // the power nearest to theirs, in the worst band of wavenumber
	ByLoss  = "loss"  // the smallest held-out loss
)

// Criteria returns the names of the criteria; the first is the default.
func Criteria() []string { return []string{ByTail, ByPower, ByLoss} }

// Options says which weights are tried, and how. Zero values mean the defaults that the
// fields name.
type Options struct {
	By        string    // one of [Criteria]; "" means the first
	HalfLives []float64 // of averages at the last snapshot, in steps; the snapshots' own averages are tried too
	Level     float64   // of the high quantile, within (0, 1); 0 means 0.999
	Clips     int       // to draw with each; 0 means 32

	Seed        uint64
	Evaluations int // of the network for each clip; 0 means vdm.DefaultEvaluations

	Log report.Log // nil means silence
}

// Scores says how well one set of weights did. Ratios are of drawn over training clips.
type Scores struct {
	run.Past
	Loss     float64   // held-out loss; NaN without held-out clips
	Tail     float64   // ratio of the high quantile
	Dry      float64   // dry share less the training clips'
	Power    []float64 // ratio in each band of wavenumber
	distance float64   // from the best possible, by the criterion
}

// Result contains the scores of all weights that were tried, ascending by step and
// half-life.
type Result struct {
	Options Options
	Bands   [][2]int // first and last wavenumber of each band of Scores.Power
	All     []Scores
	Best    int // index in All
}

// Weights tries all weights and returns their scores. heldOut may be nil unless the
// criterion is the held-out loss.
func Weights(ctx context.Context, m *run.Run, training, heldOut vdm.Clips, o Options) (*Result, error) {
	o.By, o.Level, o.Clips = cmp.Or(o.By, ByTail), cmp.Or(o.Level, 0.999), cmp.Or(o.Clips, 32)
	if o.Log == nil {
		o.Log = report.Quiet{}
	}
	switch {
	case !slices.Contains(Criteria(), o.By):
		return nil, fmt.Errorf("criterion %q: want one of %v", o.By, Criteria())
	case !(o.Level > 0 && o.Level < 1):
		return nil, fmt.Errorf("level %v of the quantile: want more than 0 and less than 1", o.Level)
	case o.By == ByLoss && heldOut == nil:
		return nil, fmt.Errorf("criterion %q: the run holds out no data", ByLoss)
	}
	if _, _, err := m.Engine(); err != nil { // once, for all weights
		return nil, err
	}
	candidates, err := m.Snapshots()
	if err != nil {
		return nil, err
	}
	averaged, err := run.Averaged(candidates, o.HalfLives)
	if err != nil {
		return nil, err
	}
	r := &Result{Options: o}
	for _, p := range append(candidates, averaged...) {
		if p.Step() == 0 { // random weights
			continue
		}
		o.Log.Line(p.String())
		s, err := r.score(ctx, p, training, heldOut)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p, err)
		}
		r.All = append(r.All, s)
	}
	if len(r.All) == 0 {
		return nil, fmt.Errorf("run %s has not been trained", m.Dir)
	}
	slices.SortStableFunc(r.All, func(a, b Scores) int {
		return cmp.Or(cmp.Compare(a.Step(), b.Step()), cmp.Compare(a.HalfLife, b.HalfLife))
	})
	for i, s := range r.All {
		if s.distance < r.All[r.Best].distance {
			r.Best = i
		}
	}
	return r, nil
}

// likenessClips is the most training clips that are compared with.
const likenessClips = 400

func (r *Result) score(ctx context.Context, p run.Past, training, heldOut vdm.Clips) (s Scores, err error) {
	o := r.Options
	s = Scores{Past: p, Loss: math.NaN()}
	if heldOut != nil {
		each, err := p.HeldOutLosses(heldOut)
		if err != nil {
			return s, err
		}
		s.Loss = floats.Sum(each) / float64(len(each))
	}
	drawn, err := p.Sample(ctx, run.SampleOptions{Count: o.Clips, Seed: o.Seed, Evaluations: o.Evaluations, Progress: o.Log.Bar("sampling")})
	if err != nil {
		return s, err
	}
	ch := p.Config.Clip.Channels[0]
	reference := report.Set{Name: "training", Clips: training, Limit: likenessClips}
	l, err := report.Portray(report.VerifyOptions{Variable: ch.Name, Units: ch.Units}, reference, report.Set{Name: "generated", Clips: drawn})
	if err != nil {
		return s, err
	}
	tail, err := tailOf(training, likenessClips, o.Level)
	if err != nil {
		return s, err
	}
	own, err := tailOf(drawn, o.Clips, o.Level)
	if err != nil {
		return s, err
	}
	r.Bands = l.Bands
	s.Tail, s.Dry = own/tail, float64(l.Others[0].Dry-l.Reference.Dry)
	for i, power := range l.Others[0].Power {
		s.Power = append(s.Power, power/l.Reference.Power[i])
	}
	s.distance = s.by(o.By)
	return s, nil
}

// by returns the distance from the best possible. One that is not defined is worse than
// all others.
func (s Scores) by(criterion string) (d float64) {
	switch criterion {
	case ByLoss:
		d = s.Loss
	case ByPower:
		for _, ratio := range s.Power {
			d = max(d, math.Abs(math.Log(ratio)))
		}
	default:
		d = math.Abs(math.Log(s.Tail))
	}
	if math.IsNaN(d) {
		return math.Inf(1)
	}
	return d
}

// tailOf returns a quantile of the first channel of clips, taken at even distances.
func tailOf(clips vdm.Clips, count int, level float64) (float64, error) {
	f, h, w, channels := clips.Shape()
	count = min(count, clips.Len())
	clip, first := make([]float32, f*h*w*channels), make([]float32, f*h*w)
	q := &verify.Quantiles{}
	for i := range count {
		if err := clips.Clip(i*clips.Len()/count, clip); err != nil {
			return 0, err
		}
		for j := range first {
			first[j] = clip[j*channels]
		}
		q.Add(first)
	}
	return q.Value([]float64{level})[0], nil
}

// Table returns the scores, the best weights marked.
func (r *Result) Table() report.Table {
	t := report.Table{
		Title:   fmt.Sprintf("Weights of the training, %d clips with each", r.Options.Clips),
		Columns: []string{"", "step", "half-life", "held-out loss", fmt.Sprintf("%.4g %% quantile", 100*r.Options.Level), "dry share"},
		Notes: []string{
			"the quantile and the power are ratios of drawn over training clips, the dry share is a difference",
			fmt.Sprintf("* best by the criterion %q", r.Options.By),
		},
	}
	for _, b := range r.Bands {
		name := fmt.Sprintf("power, k = %d–%d", b[0], b[1])
		if b[0] == b[1] {
			name = fmt.Sprintf("power, k = %d", b[0])
		}
		t.Columns = append(t.Columns, name)
	}
	for i, s := range r.All {
		mark, half := "", fmt.Sprintf("%.4g", s.HalfLife)
		if i == r.Best {
			mark = "*"
		}
		if s.Difference > 1e-6 {
			half += fmt.Sprintf(" (± %.0f %%)", 100*s.Difference)
		}
		row := []string{mark, fmt.Sprint(s.Step()), half, fmt.Sprintf("%.4f", s.Loss), fmt.Sprintf("%.2f", s.Tail), fmt.Sprintf("%+.3f", s.Dry)}
		for _, p := range s.Power {
			row = append(row, fmt.Sprintf("%.2f", p))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
