package dissertation

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/climate-vdm/climate-vdm/plotting"
	"github.com/climate-vdm/climate-vdm/vdm"
)

// ScheduleOptions are the options of the figures of noise schedules. The zero
// value gives the dissertation's figures.
type ScheduleOptions struct {
	plotting.Style
	Schedules []vdm.Schedule // none means vdm.Cosine{}; two or more are named in a legend
	Names     []string       // of the schedules in the legend; none means what they print as
	Points    int            // points of a curve; 0 means 801
}

// FigureLogSNR draws λ over the time t, figure 2.3. The vertical axis spans the
// bounds of λ of all schedules.
func FigureLogSNR(o ScheduleOptions) (*plotting.Picture, error) {
	low, high, err := o.complete()
	if err != nil {
		return nil, err
	}
	return plotting.Curves(o.overTime(func(l float64) float64 { return l }), plotting.CurveOptions{
		Style: o.Style, X: timeAxis(),
		Y: plotting.Axis{Label: "λ_{t}", Limits: [2]float64{low, high}},
	})
}

// FigureAlphaSigma draws α (left) and σ (right) over the time t, figure 2.4. Width and
// Height are the size of the whole picture.
func FigureAlphaSigma(o ScheduleOptions) (*plotting.Picture, error) {
	whole := plotting.GridOptions{Style: o.Style, Letters: true}
	if _, _, err := o.complete(); err != nil {
		return nil, err
	}
	panel := func(label string, f func(logSNR float64) float64) (*plotting.Picture, error) {
		return plotting.Curves(o.overTime(f), plotting.CurveOptions{
			Style: plotting.Style{Width: 11, Height: 8.5, FontSize: o.FontSize},
			X:     timeAxis(), Y: plotting.Axis{Label: label, Limits: [2]float64{0, 1}},
			Legend: o.legend(),
		})
	}
	left, err := panel("α_{t}", vdm.Alpha)
	if err != nil {
		return nil, err
	}
	right, err := panel("σ_{t}", vdm.Sigma)
	if err != nil {
		return nil, err
	}
	return plotting.Grid([][]*plotting.Picture{{left, right}}, whole)
}

// FigureDensity draws the density p_Λ of λ that uniform times give, figure 2.5.
// The horizontal axis spans the bounds of λ of all schedules.
func FigureDensity(o ScheduleOptions) (*plotting.Picture, error) {
	low, high, err := o.complete()
	if err != nil {
		return nil, err
	}
	var series []plotting.Series
	for i, s := range o.Schedules {
		from, to := s.Bounds()
		var x, y []float64
		for k := range o.Points {
			// Weights that sum to one exactly at both ends.
			share := float64(k) / float64(o.Points-1)
			l := (1-share)*from + share*to
			x, y = append(x, l), append(y, s.Density(l))
		}
		series = append(series, o.series(i, x, y))
	}
	return plotting.Curves(series, plotting.CurveOptions{
		Style: o.Style,
		X:     plotting.Axis{Label: "Log signal-to-noise ratio λ", Limits: [2]float64{low, high}},
		Y:     plotting.Axis{Label: "Density p_{Λ}(λ)", Limits: [2]float64{0, math.NaN()}},
	})
}

// FigureEnd draws λ over the remaining time, 1 − t, on a logarithmic axis from the given
// shortest time to 0.1: the end of a schedule, where arithmetic in t has few numbers.
func FigureEnd(o ScheduleOptions, shortest float64) (*plotting.Picture, error) {
	if _, _, err := o.complete(); err != nil {
		return nil, err
	}
	if !(shortest > 0 && shortest < 0.1) {
		return nil, fmt.Errorf("figure of a schedule's end: shortest time left %v, want between 0 and 0.1", shortest)
	}
	var series []plotting.Series
	for i, s := range o.Schedules {
		var x, y []float64
		for k := range o.Points {
			left := shortest * math.Pow(0.1/shortest, float64(k)/float64(o.Points-1))
			x, y = append(x, left), append(y, s.LogSNR(1-left))
		}
		series = append(series, o.series(i, x, y))
	}
	return plotting.Curves(series, plotting.CurveOptions{
		Style: o.Style, X: plotting.Axis{Label: "Time left, 1 − t", Log: true, Limits: [2]float64{shortest, 0.1}},
		Y: plotting.Axis{Label: "λ_{t}"},
	})
}

// oneColumn returns a style with a size that suits one column of a journal, see [SaveFigure].
func oneColumn(s plotting.Style) plotting.Style {
	if s.Width == 0 && s.Height == 0 {
		s.Width, s.Height = 12.5, 8
	}
	return s
}

func timeAxis() plotting.Axis { return plotting.Axis{Label: "Time t", Limits: [2]float64{0, 1}} }

// complete fills in defaults and returns the bounds of λ of all schedules.
func (o *ScheduleOptions) complete() (low, high float64, err error) {
	if len(o.Schedules) == 0 {
		o.Schedules = []vdm.Schedule{vdm.Cosine{}}
	}
	o.Style = oneColumn(o.Style)
	if o.Points == 0 {
		o.Points = 801
	}
	if o.Points < 2 {
		return 0, 0, fmt.Errorf("figure of noise schedules: %d points, want at least 2", o.Points)
	}
	low, high = math.Inf(1), math.Inf(-1)
	for _, s := range o.Schedules {
		if v, ok := s.(interface{ Validate() error }); ok {
			if err := v.Validate(); err != nil {
				return 0, 0, err
			}
		}
		from, to := s.Bounds()
		low, high = math.Min(low, from), math.Max(high, to)
	}
	return low, high, nil
}

// overTime evaluates f(λ) over t for each schedule. Half of the points are even
// in t and half in λ, as a schedule may pass through most of its λ in its first
// and last moments.
func (o *ScheduleOptions) overTime(f func(logSNR float64) float64) []plotting.Series {
	var series []plotting.Series
	for i, s := range o.Schedules {
		low, high := s.Bounds()
		type point struct{ t, logSNR float64 }
		var points []point
		for k := range o.Points {
			share := float64(k) / float64(o.Points-1)
			if k%2 == 0 || k == o.Points-1 {
				points = append(points, point{share, s.LogSNR(share)})
				continue
			}
			// λ is not computed back from the time: near t = 1 that would lose digits.
			l := high - share*(high-low)
			points = append(points, point{s.Time(l), l})
		}
		slices.SortFunc(points, func(a, b point) int {
			return cmp.Or(cmp.Compare(a.t, b.t), cmp.Compare(b.logSNR, a.logSNR))
		})
		var x, y []float64
		for _, p := range points {
			x, y = append(x, p.t), append(y, f(p.logSNR))
		}
		series = append(series, o.series(i, x, y))
	}
	return series
}

// series returns a curve, with a name where there are several.
func (o *ScheduleOptions) series(i int, x, y []float64) plotting.Series {
	s := plotting.Series{X: x, Y: y, Dashed: i > 0}
	if len(o.Schedules) > 1 {
		if s.Name = o.Schedules[i].String(); i < len(o.Names) {
			s.Name = o.Names[i]
		}
	}
	return s
}

func (o *ScheduleOptions) legend() plotting.LegendPlace {
	if len(o.Schedules) > 1 {
		return plotting.LegendBelow // the same in both panels, so that they stay alike
	}
	return plotting.LegendNone
}
