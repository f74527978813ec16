package certify

import (
	"context"
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/exact"
)

// showers are dry in a third of all cases and have a heavy tail.
var showers = exact.Shower{Frames: 4, Dry: 0.35, Ends: 0.25, Decay: 0.8, Scale: 1.4}

// members of each case whose ranks are counted.
const rankMembers = 9

// byRanks returns the check of the map on showers whose first frame a gauge saw with errors:
// the truth of the second frame must rank among the members as one of them does.
func byRanks(cases int) ([]work, error) {
	plan, err := vdm.NewPlan(vdm.DefaultSampler, vdm.DefaultGrid, vdm.Cosine{}, vdm.DefaultEvaluations)
	if err != nil {
		return nil, err
	}
	// The share of truths within the members is a binomial one; it leaves the limit in 0.3 % of all cases.
	inside := float64(rankMembers-1) / (rankMembers + 1)
	limit := 3 * math.Sqrt(inside*(1-inside)/float64(cases))
	check := Check{
		Method: "map of noise levels", Given: "showers, by ranks", Sampler: vdm.DefaultSampler, Evaluations: vdm.DefaultEvaluations, Where: "host",
		Claim: [2]float64{limit, 1},
	}
	return []work{{check, func(ctx context.Context) (float64, float64, error) {
		counts, err := showers.RanksByMap(ctx, plan, cases, rankMembers, seeds[1:4])
		if err != nil {
			return 0, 0, err
		}
		χ2, within := 0.0, 0
		for rank, n := range counts {
			want := float64(cases) / float64(len(counts))
			χ2 += (float64(n) - want) * (float64(n) - want) / want
			if rank > 0 && rank < rankMembers {
				within += n
			}
		}
		return math.Abs(float64(within)/float64(cases) - inside), χ2 / distuv.ChiSquared{K: rankMembers}.Quantile(0.999), nil
	}}}, nil
}
