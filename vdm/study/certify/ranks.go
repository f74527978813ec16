package certify

import (
	"context"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/exact"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
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
		counts, err := ranks(ctx, plan, cases)
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

// ranks counts the ranks of the truth among the members of a number of cases.
func ranks(ctx context.Context, plan vdm.Plan, cases int) (counts [rankMembers + 1]int, err error) {
	const std = 0.3 // of the gauge's errors
	r := rand.New(rand.NewPCG(seeds[3], seeds[3]))
	for i := range cases {
		if ctx.Err() != nil {
			return counts, vdm.ErrInterrupted
		}
		truth := showers.Draw(seeds[2], i)
		o := known([]float32{float32(truth[0] + std*r.NormFloat64()), 0, 0, 0}, func(i int) bool { return i == 0 }, std)
		below, ties := 0, 0
		for k := range rankMembers {
			latent := make([]float32, showers.Frames)
			noise.Key{Seed: seeds[1], Stream: noise.Latent, Sample: uint32(i*rankMembers + k)}.Normal(latent)
			drawn := make([]float64, len(latent))
			for j, v := range latent {
				drawn[j] = float64(v)
			}
			for _, step := range plan.Follow(drawn, func(z []float64, logSNR float64) []float64 {
				pivot, levels, failure := vdm.NoiseLevelMap{}.Pivot(z, logSNR, o)
				x := make([]float64, len(z))
				if failure == nil {
					x, failure = showers.DenoiseMap(pivot, levels)
				}
				if failure != nil {
					err = failure
				}
				return x
			}, nil) {
				drawn = step.Z
			}
			if err != nil {
				return counts, err
			}
			// Below 0.05, some standard deviations of the noise that is left, is dry.
			if math.Max(drawn[1], truth[1]) < 0.05 {
				ties++
			} else if drawn[1] < truth[1] {
				below++
			}
		}
		counts[below+r.IntN(ties+1)]++
	}
	return counts, nil
}
