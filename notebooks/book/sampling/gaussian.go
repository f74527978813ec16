package sampling

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/climate-vdm/climate-vdm/plotting"
	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/exact"
	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// Samplers are compared on clips of this shape: 10×16×16 cells with the mean −0.9 and
// the standard deviation ½, as a scaled field of rain might have.
var clipShape = [3]int{10, 16, 16}

const clipMean, clipVariance = -0.9, 0.25

// Rough returns a process of clips whose correlation falls exponentially: fields with
// power at all scales.
func Rough() *exact.GaussianProcess {
	return clips(exact.Exponential(clipShape[0], 5, clipVariance), exact.Exponential(clipShape[1], 4, 1), exact.Exponential(clipShape[2], 4, 1))
}

// Smooth returns a process of clips with the squared exponential correlation, whose
// power falls to nothing within a few scales.
func Smooth() *exact.GaussianProcess {
	return clips(exact.SquaredExponential(clipShape[0], 3, clipVariance), exact.SquaredExponential(clipShape[1], 3, 1), exact.SquaredExponential(clipShape[2], 3, 1))
}

// Series returns a process of six values in time with variances of the modes from 0.1 to
// 3: small data on which the order of a sampler is measured.
func Series() *exact.GaussianProcess {
	return process([]float64{0.5, -0.3, 0.8, 0, -1, 0.2}, exact.Exponential(6, 4, 0.8), exact.Exponential(1, 1, 1), exact.Exponential(1, 1, 1))
}

func clips(frames, rows, columns *mat.SymDense) *exact.GaussianProcess {
	mean := make([]float64, clipShape[0]*clipShape[1]*clipShape[2])
	for i := range mean {
		mean[i] = clipMean
	}
	return process(mean, frames, rows, columns)
}

// Distance returns the 2-Wasserstein distance between the samples of a sampler of
// Gaussian clips, with their best denoiser and the given number of evaluations, and the
// clips; both distributions are exact.
func Distance(p *exact.GaussianProcess, sampler, grid string, evaluations int) (float64, error) {
	plan, err := vdm.NewPlan(sampler, grid, vdm.Cosine{}, evaluations)
	if err != nil {
		return 0, err
	}
	return p.PlanModes(plan).Wasserstein2(p.Modes()), nil
}

// Size returns the root mean square distance of the clips from their own mean, with
// which a Distance should be compared.
func Size(p *exact.GaussianProcess) float64 {
	m := p.Modes()
	return exact.Modes{Mean: m.Mean, Variance: make([]float64, len(m.Mean))}.Wasserstein2(m)
}

// Table returns a table of the Distance of each sampler on each grid, below the one of
// 1000 steps of the ancestral sampler.
func Table(title string, p *exact.GaussianProcess, evaluations int) (report.Table, error) {
	bar, err := Distance(p, "ancestral", "time", 1000)
	if err != nil {
		return report.Table{}, err
	}
	table := report.Table{
		Title:   fmt.Sprintf("%s: distance to the data with %d evaluations", title, evaluations),
		Columns: append([]string{"sampler"}, vdm.GridNames()...),
		Notes:   []string{fmt.Sprintf("1000 steps of the ancestral sampler, uniform in t: %.4f. Size of the data: %.1f. An asterisk marks what is no farther than those.", bar, Size(p))},
	}
	for _, sampler := range vdm.SamplerNames() {
		row := []string{sampler}
		for _, grid := range vdm.GridNames() {
			w, err := Distance(p, sampler, grid, evaluations)
			if err != nil {
				return table, err
			}
			row = append(row, fmt.Sprintf("%.3f%s", w, map[bool]string{true: " *"}[w <= bar]))
		}
		table.Rows = append(table.Rows, row)
	}
	return table, nil
}

// Curve returns the Distance over evaluations as a series.
func Curve(name string, p *exact.GaussianProcess, sampler, grid string, evaluations ...int) (plotting.Series, error) {
	s := plotting.Series{Name: name, Points: true, Dashed: true}
	for _, n := range evaluations {
		w, err := Distance(p, sampler, grid, n)
		if err != nil {
			return s, err
		}
		s.X, s.Y = append(s.X, float64(n)), append(s.Y, w)
	}
	return s, nil
}

// Orders are measured on this interval of λ inside the schedule.
const orderFrom, orderTo = -3.0, 4.0

// Order returns the error of a sampler over an interval of λ from −3 to 4 by the number
// of steps in it: the distance between its final distribution and the right one, where
// it starts with the right one.
//
// The first step of a multistep method is of low order and is made so short that it does
// not count: the first interval is halved again and again.
func Order(name string, p *exact.GaussianProcess, sampler func(vdm.NoiseLevels) (vdm.Plan, error), steps ...int) (plotting.Series, error) {
	s := plotting.Series{Name: name, Points: true, Dashed: true}
	for _, n := range steps {
		h := (orderTo - orderFrom) / float64(n)
		grid := vdm.NoiseLevels{orderFrom}
		for k := 2 * math.Ilogb(float64(n)); k > 0; k-- {
			grid = append(grid, orderFrom+h*math.Pow(0.5, float64(k)))
		}
		for i := 1; i <= n+1; i++ { // the last one is removed again
			grid = append(grid, orderFrom+float64(i)*h)
		}
		plan, err := sampler(grid)
		if err != nil {
			return s, err
		}
		plan.Steps = plan.Steps[:len(plan.Steps)-1]
		got := p.PlanModesFrom(plan, p.Noisy(orderFrom))
		s.X, s.Y = append(s.X, float64(n)), append(s.Y, got.Wasserstein2(p.Noisy(orderTo)))
	}
	return s, nil
}

// Slope returns the slope between the last two points of a curve on logarithmic axes.
func Slope(s plotting.Series) float64 {
	n := len(s.X)
	return math.Log(s.Y[n-2]/s.Y[n-1]) / math.Log(s.X[n-1]/s.X[n-2])
}

// process returns a process of constants that are known to be valid.
func process(mean []float64, frames, rows, columns *mat.SymDense) *exact.GaussianProcess {
	p, err := exact.NewGaussianProcess(mean, frames, rows, columns)
	if err != nil {
		panic(err)
	}
	return p
}
