package report

import (
	"fmt"
	"math/rand/v2"

	"github.com/climate-vdm/climate-vdm/vdm/verify"
)

// page says what a score of the list measures and how to read it.
type page struct {
	title    string
	measures string
	formula  string // lines
	read     string
	example  func() string // drawn and computed by the score itself
}

// pages contains the pages of every score of the list that has none in eventPages.
var pages = map[string]page{
	"crps": {
		"continuous ranked probability score",
		"How far the distribution of the members is from the truth, cell by cell: it rewards members that lie near the truth and as far apart as they are wrong. Units are those of the data.",
		"CRPS = ∫ (F(z) − 1{y ≤ z})² dz = mean |x_i − y| − ½ mean |x_i − x_j|",
		"0 is perfect and lower is better. With one member it is the absolute error, so that an ensemble and a single forecast may be compared. The plain form rewards having more members; use the fair one (crps_fair, Ferro 2014) to compare ensembles of different size. Cells that are dry in forecast and truth count as 0: compare only over the same cells.",
		func() string {
			members, truth := []float32{1, 2, 4, 7}, float32(5)
			v := crpsOf(members, truth)
			return drawDistribution(members, truth, 10, 0) + fmt.Sprintf("CRPS %s mm/h, fair %s mm/h: the integral of the square of the hatched height\n", Format(v.Plain), Format(v.Fair))
		},
	},
	"twcrps": {
		"threshold-weighted CRPS",
		"The CRPS of which only amounts from a threshold on count (Gneiting and Ranjan 2011): heavy rain without the many dry cells. It stays proper, while taking only the cases with heavy rain does not.",
		"twCRPS = ∫_t^∞ (F(z) − 1{y ≤ z})² dz, the CRPS after all values below t are raised to t",
		"0 is perfect and lower is better. Compare forecasts at one threshold only: it becomes small as the threshold rises, because there are fewer cases.",
		func() string {
			members, truth := []float32{1, 2, 4, 7}, float32(5)
			s := must(verify.NewThresholdCRPS(1, 3))
			check(s.Add(single(members), []float32{truth}))
			return drawDistribution(members, truth, 10, 3) + fmt.Sprintf("from 3 mm/h on: twCRPS %s mm/h of a CRPS of %s\n", Format(s.Value().Plain), Format(crpsOf(members, truth).Plain))
		},
	},
	"energy": {
		"energy score",
		"The CRPS of a whole frame at once: the distance between fields takes the place of the one between numbers, so that a member is penalised for cells that do not fit together.",
		"ES = mean ‖x_i − y‖ − ½ mean ‖x_i − x_j‖, over the cells of a frame",
		"0 is perfect and lower is better. It grows with the square root of the number of cells, so compare only fields of one size, and it hardly depends on how neighbouring cells are related: see variogram for that.",
		func() string {
			truth := box(12, 4, 1, 3, 2, 5)
			near, far := box(12, 4, 1, 3, 3, 6), box(12, 4, 1, 3, 8, 11)
			energy := func(m []float32) string {
				s := must(verify.NewEnergyScore(1))
				check(s.Add([][]float32{m}, truth))
				return Format(s.Value().Plain)
			}
			return drawFields(12, 1, []string{"truth", "near", "far"}, truth, near, far) +
				fmt.Sprintf("energy score: near %s, far %s; it sees how many cells differ, not how far away the rain is\n", energy(near), energy(far))
		},
	},
	"variogram": {
		"variogram score",
		"Whether neighbouring cells differ in the forecast as they do in truth: texture, on which the CRPS does not depend (Scheuerer and Hamill 2015).",
		"VS = mean over pairs of (|y_a − y_b|^½ − mean_k |x_ka − x_kb|^½)², pairs up to 4 cells apart, weighted by 1/distance",
		"0 is perfect and lower is better. A blurred forecast is penalised, one that is too wet by the same amount everywhere is not: read it beside the CRPS or the bias.",
		func() string {
			truth := make([]float32, 48)
			for i := range truth {
				truth[i] = float32(i % 2 * 4)
			}
			blurred := make([]float32, 48)
			for i := range blurred {
				blurred[i] = 2
			}
			shifted := make([]float32, 48)
			for i := range shifted {
				shifted[i] = truth[i] + 2
			}
			score := func(m []float32) string {
				s := must(verify.NewVariogramScore(1, 4, 12))
				check(s.Add([][]float32{m}, truth))
				return Format(s.Value().Plain)
			}
			return drawFields(12, 3, []string{"truth", "blurred", "2 mm/h too wet"}, truth, blurred, shifted) +
				fmt.Sprintf("variogram score: blurred %s, too wet %s\n", score(blurred), score(shifted))
		},
	},
	"quantile": {
		"quantile scores",
		"How good the quantiles of the members are at 10, 50 and 90 %: a low quantile is penalised for lying above the truth, a high one for lying below it (the pinball loss).",
		"QS_τ = (1{y < q} − τ)(q − y), q the quantile of the members at τ",
		"0 is perfect and lower is better. At 50 % it is half the absolute error of the median; the mean over all levels is half the CRPS, so that quantiles say where in the distribution the CRPS is lost.",
		func() string {
			members := []float32{1, 2, 4, 7}
			var values []float64
			var names []string
			for _, y := range []float32{0, 2, 4, 6, 8} {
				s := must(verify.NewQuantileScore(1, []float64{0.9}))
				check(s.Add(single(members), []float32{y}))
				values, names = append(values, s.Value().Score[0]), append(names, fmt.Sprintf("truth %g mm/h", y))
			}
			return fmt.Sprintf("score of the 90 %% quantile of %v, 6.1 mm/h: it is cheap to be above the truth\n", members) + drawBars(names, values)
		},
	},
	"interval": {
		"interval score",
		"How good the interval is between the 5 and the 95 % quantile of the members: it should be narrow, and contain the truth in nine of ten cells.",
		"IS = (u − l) + 2/α max(l − y, 0) + 2/α max(y − u, 0), α = 0.1",
		"0 is perfect and lower is better. Read it with its parts: the width alone is smallest without any spread, the coverage (best 0.9) alone is largest for an interval that includes everything. With m members the coverage of a perfect ensemble is at most (m − 1)/(m + 1).",
		func() string {
			var names []string
			var values []float64
			for _, y := range []float32{0, 3, 6, 9} {
				s := must(verify.NewIntervalScore(1, 0.9))
				check(s.Add(single([]float32{1, 2, 4, 7}), []float32{y}))
				names, values = append(names, fmt.Sprintf("truth %g mm/h", y)), append(values, s.Value().Score)
			}
			return "the interval of the members [1 2 4 7] goes from 1.15 to 6.55 mm/h\n" + drawBars(names, values)
		},
	},
	"spread": {
		"spread and error",
		"Whether members lie as far apart as their mean is wrong, the error itself, and the bias of the mean over the domain.",
		"spread = √((m+1)/m · mean variance of the members)   RMSE = √mean (mean of members − truth)²",
		"Spread/skill of 1 is right at any number of members; below 1 the ensemble is overconfident. Blurred forecasts have the smallest RMSE. Bias is (mean forecast − mean truth)/mean truth, best 0.",
		func() string {
			r := rand.New(rand.NewPCG(1, 1))
			var names []string
			var values []float64
			for _, width := range []float64{0.3, 1, 2} {
				s := must(verify.NewSpreadSkill(1))
				members := make([][]float32, 5)
				truth := make([]float32, 4000)
				for i := range truth {
					centre := 5 + r.NormFloat64()
					truth[i] = float32(centre + r.NormFloat64())
					for k := range members {
						members[k] = append(members[k], float32(centre+width*r.NormFloat64()))
					}
				}
				check(s.Add(members, truth))
				names, values = append(names, fmt.Sprintf("members %g as wide as they should be", width)), append(values, s.Value().Ratio)
			}
			return "spread/skill, best 1\n" + drawBars(names, values)
		},
	},
	"ranks": {
		"rank histogram",
		"Where the truth lies among the sorted members, cell by cell: every rank should be as frequent as every other (Hamill 2001). The figure is the share of cells whose truth lies outside all members over the share 2/(m + 1) that is expected.",
		"outliers = (count of rank 0 + count of rank m)/all · (m + 1)/2",
		"1 is right. Above 1 the histogram is U-shaped and the members are too alike; below 1 they lie too far apart; a slope is a bias. Ties, as where all are dry, are broken at random.",
		func() string {
			r := rand.New(rand.NewPCG(2, 2))
			h := must(verify.NewRankHistogram(4, 1))
			members, truth := make([][]float32, 4), make([]float32, 3000)
			for i := range truth {
				truth[i] = float32(r.NormFloat64())
				for k := range members {
					members[k] = append(members[k], float32(0.5*r.NormFloat64()))
				}
			}
			check(h.Add(0, members, truth))
			var names []string
			var values []float64
			for i, n := range h.Value() {
				names, values = append(names, fmt.Sprintf("rank %d", i)), append(values, float64(n))
			}
			return "members half as wide as the truth\n" + drawBars(names, values)
		},
	},
	"power": {
		"spatial power",
		"How much the members vary at each wavelength against the truth: a forecast that is too smooth loses power at small scales first.",
		"ratio(k) = power of the members at wavenumber k / power of the truth, each a mean over frames",
		"1 is right at every scale, below 1 too smooth, above 1 too rough. It does not depend on whether the pattern is in the right place. The factor off is exp of the mean of |ln ratio|, best 1. A frame with a missing cell is left out.",
		func() string {
			r := rand.New(rand.NewPCG(3, 3))
			const n = 16
			truth, smooth := make([]float32, n*n), make([]float32, n*n)
			for i := range truth {
				truth[i] = float32(r.NormFloat64())
			}
			for y := range n {
				for x := range n {
					for dy := range 2 {
						for dx := range 2 {
							smooth[y*n+x] += truth[(y+dy)%n*n+(x+dx)%n] / 4
						}
					}
				}
			}
			p := must(verify.NewPowerRatio(n, n))
			check(p.Add([][]float32{smooth}, truth))
			v := p.Value()
			var names []string
			for _, k := range v.K {
				names = append(names, fmt.Sprintf("%2.3g cells", n/k))
			}
			return "means of 2 × 2 cells against noise, by wavelength\n" + drawBars(names, v.Ratio)
		},
	},
	"bias": {
		"map of the bias",
		"Where the members are too wet or too dry on average over all cases and frames.",
		"bias(cell) = (mean of members − mean of truth)/mean of truth",
		"0 is right. With few cases it is mostly chance; the pattern counts only where all cases lie at one place. The table has its mean absolute value and its extremes, the figures the map.",
		func() string {
			b := must(verify.NewBiasMap(1, 4))
			check(b.Add([][]float32{{1, 2, 3, 4}, {1, 2, 5, 4}}, []float32{1, 4, 2, 4}))
			return fmt.Sprintf("truth  1    4    2    4\nmean   1    2    4    4\nbias   %s    %s %s    %s\n", signed(b.Value()[0]), signed(b.Value()[1]), signed(b.Value()[2]), signed(b.Value()[3]))
		},
	},
}

func signed(x float64) string {
	if x > 0 {
		return "+" + Format(x)
	}
	return Format(x)
}

// single returns members of one cell.
func single(values []float32) (members [][]float32) {
	for _, v := range values {
		members = append(members, []float32{v})
	}
	return members
}

func crpsOf(members []float32, truth float32) verify.KernelValue {
	s := must(verify.NewCRPS(1))
	check(s.Add(single(members), []float32{truth}))
	return s.Value()
}

// must and check are for examples, whose data are written in this file.
func must[T any](v T, err error) T {
	check(err)
	return v
}

func check(err error) {
	if err != nil {
		panic(fmt.Sprintf("an example of a score: %v", err))
	}
}
