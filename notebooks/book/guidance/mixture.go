package guidance

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/compute"
	"gonum.org/v1/gonum/mat"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/exact"
	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// Weather returns a mixture of two kinds of clips of 3×2×4 cells, three of the first for
// two of the second: values about 1.2 and about −1.2, with a variance of 0.3 and the
// correlations of Process.
func Weather() (*exact.Mixture, error) {
	p, err := Process(3, 2, 4)
	if err != nil {
		return nil, err
	}
	var laws []exact.Gaussian
	for _, mean := range []float64{1.2, -1.2} {
		law := p.Distribution()
		var cov mat.SymDense
		cov.ScaleSym(0.3, law.Cov)
		law.Cov = &cov
		for i := range law.Mean {
			law.Mean[i] = mean
		}
		laws = append(laws, law)
	}
	return exact.NewMixture(p.Shape(), []float64{3, 2}, laws)
}

// Ambiguous returns an observation of a clip of Weather for which both kinds are
// possible: two gauges that read 0.1 and −0.2, with noise of 0.3.
func Ambiguous(m *exact.Mixture) vdm.Observation {
	y := make([]float32, vol(m.Shape()))
	for i := range y {
		y[i] = float32(math.NaN())
	}
	y[2], y[len(y)/2] = 0.1, -0.2
	return vdm.Observation{{Y: y, Std: 0.3}}
}

func vol(shape [4]int) int { return shape[0] * shape[1] * shape[2] * shape[3] }

// MixtureTable returns a table of the samples of methods for a mixture given an
// observation: the share of members of the first kind, and the bias of mean and spread.
// The first row samples with the exact conditional denoiser and shows the error of the
// steps.
func MixtureTable(ctx context.Context, be compute.Backend, m *exact.Mixture, given vdm.Observation, methods []Method, members int) (report.Table, error) {
	truth, err := m.Given(given)
	if err != nil {
		return report.Table{}, err
	}
	t := report.Table{
		Title:   fmt.Sprintf("A mixture given an observation: %d members", members),
		Columns: []string{"method", "share of the first kind", "error of the mean / true spread, per cent", "spread / true spread"},
		Notes:   []string{fmt.Sprintf("exact share: %.3f; ± one standard error", truth.Weights()[0])},
	}
	moments := truth.Moments()
	inSpreads := 100 * mat.Norm(mat.NewVecDense(len(moments.Mean), moments.Mean), 2) / math.Sqrt(mat.Trace(moments.Cov))
	rows := append([]Method{{Name: "exact conditional denoiser", Plan: methods[0].Plan}}, methods...)
	for i, method := range rows {
		d, o := m.Denoiser(), given
		if i == 0 {
			d, o = truth.Denoiser(), nil
		}
		s, err := vdm.SampleFrom(ctx, be, d, method.Plan, m.Shape(), o, vdm.DrawOptions{Count: members, Batch: min(members, 250), Seed: 4, Guidance: method.Guidance})
		if err != nil {
			return t, err
		}
		e, share := compare(s, moments), firstKind(m, s)
		t.Rows = append(t.Rows, []string{
			method.Name,
			fmt.Sprintf("%.3f ± %.3f", share, math.Sqrt(share*(1-share)/float64(members))),
			fmt.Sprintf("%.1f ± %.1f", inSpreads*e.Mean, inSpreads*e.MeanError),
			fmt.Sprintf("%.3f ± %.3f", e.Spread, e.SpreadError),
		})
	}
	return t, nil
}

// firstKind returns the share of members whose more probable component is the first.
func firstKind(m *exact.Mixture, s *vdm.Samples) float64 {
	weights, kinds := m.Weights(), m.Components()
	count := 0
	x := make([]float64, s.Size())
	for i := range s.Len() {
		for j, v := range s.At(i) {
			x[j] = float64(v)
		}
		if math.Log(weights[0])+kinds[0].LogDensity(x) > math.Log(weights[1])+kinds[1].LogDensity(x) {
			count++
		}
	}
	return float64(count) / float64(s.Len())
}
