package run

import (
	"fmt"
	"math"
	"slices"
	"strings"

	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
)

// checkTold refuses covariates that the network never had in training where these frames are
// shown, the lack of one that it always had, and names that it does not know.
func (c ConditionsConfig) checkTold(covariates map[string][]float32, shown shownFrames) error {
	var names []string
	for _, v := range c.Covariates {
		names = append(names, v.Name)
		switch _, given := covariates[v.Name]; {
		case given && !v.givenBy(shown):
			return fmt.Errorf("the covariate %s is made from the first %d frames, but %d are known: leave it out", v.Name, v.KnownFrames, shown.first)
		case !given && v.givenBy(shown) && c.Dropout == 0:
			return fmt.Errorf("the covariate %s is missing: the network was never trained without it (conditions.dropout is 0)", v.Name)
		}
	}
	for name := range covariates {
		if !slices.Contains(names, name) {
			return fmt.Errorf("the network has no covariate %q: it has %s", name, strings.Join(append(names, "no other"), ", "))
		}
	}
	return nil
}

// covariates converts the covariates of a sample from physical units to the network's: each
// [frame, height, width], once for all samples or once for each. A missing value is not
// marked as given, and refused where the network saw none in training. alternate says that
// they were made from every second frame.
func (m *Run) covariates(physical map[string][]float32, alternate bool) (map[string]vdm.Covariate, error) {
	out := map[string]vdm.Covariate{}
	for i, c := range m.Config.Conditions.Covariates {
		values, given := physical[c.Name]
		if !given {
			continue
		}
		converted := slices.Clone(values)
		transform.Apply(m.covariateTransforms[i], converted, values)
		both, there, mark := make([]float32, covariateChannels*len(values)), false, float32(markFirst)
		if alternate && c.AlternateFrames {
			mark = markAlternate
		}
		for j, v := range converted {
			if values[j] != values[j] && m.Config.TakesMissing() {
				continue
			}
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				return nil, fmt.Errorf("the covariate %s is %v at value %d: want finite values in %s within the range of its transform, %s", c.Name, values[j], j, c.Units, c.Transform)
			}
			both[covariateChannels*j], both[covariateChannels*j+1], there = v, mark, true
		}
		if !there {
			return nil, fmt.Errorf("the covariate %s is missing everywhere: leave it out", c.Name)
		}
		out[c.Name] = vdm.Covariate{Channels: covariateChannels, Values: both}
	}
	return out, nil
}

// weighted returns a denoiser in which the covariates have the weight of o.
func (c ConditionsConfig) weighted(d vdm.EngineDenoiser, o SampleOptions) (vdm.EngineDenoiser, error) {
	weight := o.CovariateWeight
	switch {
	case weight == 1:
		return d, nil
	case len(o.Covariates) == 0:
		return d, fmt.Errorf("the covariates' weight is %v, but no covariate is given", weight)
	case c.Dropout == 0:
		return d, fmt.Errorf("the covariates' weight is %v, but the network was never trained without them (conditions.dropout is 0): want 1", weight)
	}
	plain := d.Denoiser
	d.Denoiser = func(weights []*g.Node) vdm.Denoiser {
		denoise := plain(weights)
		return func(z *g.Node, at vdm.Level, in vdm.Batch) vdm.Prediction {
			with := denoise(z, at, in)
			in.Covariates = nil
			without := denoise(z, at, in)
			// x̂ is linear in v̂ at one z.
			with.V = g.Add(without.V, g.MulScalar(g.Sub(with.V, without.V), weight))
			return with
		}
	}
	return d, nil
}
