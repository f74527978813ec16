package exact

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// Particles draws clips given an observation by the twisted diffusion sampler (Wu et al.
// 2023, "Practical and Asymptotically Exact Conditional Sampling in Diffusion Models"):
// reconstruction guidance proposes the steps of many particles, and sequential Monte Carlo
// weights and resamples them, so that what guidance does wrong is put right. The draws are
// exact in the limit of many particles and steps, whatever the distribution of the clips, which
// guidance alone is not; the price is an evaluation of the denoiser, and of its derivatives,
// for each particle.
//
// All is float64 on the host, and derivatives are differences, for distributions of a few values.
type Particles struct {
	Plan     vdm.Plan // draws noise in every step but the last, as the ancestral ones do
	Shape    [4]int   // of a clip
	Number   int      // of particles
	Seed     uint64
	Estimate func(z []float64, logSNR float64) ([]float64, error) // of x
}

// Drawn contains the particles after the last step.
type Drawn struct {
	X           [][]float64 // clips, resampled: each counts the same
	Evaluations int         // of the estimate
	Effective   float64     // smallest effective number of particles in any step
}

// Moments returns the mean and the covariance of the clips.
func (d Drawn) Moments() Gaussian {
	data := mat.NewDense(len(d.X), len(d.X[0]), nil)
	g := Gaussian{Cov: mat.NewSymDense(len(d.X[0]), nil)}
	for i, row := range d.X {
		data.SetRow(i, row)
	}
	for j := range d.X[0] {
		g.Mean = append(g.Mean, stat.Mean(mat.Col(nil, j, data), nil))
	}
	stat.CovarianceMatrix(g.Cov, data, nil)
	return g
}

// particle is one of them at a noise level.
type particle struct {
	z, x    []float64 // x is the estimate from z
	twist   float64   // log of the estimated density of the observation given z
	upwards []float64 // gradient of twist with respect to z
	weight  float64   // log
}

// Given returns draws given an observation whose errors are larger than 0: without errors
// the last weights would all be 0.
func (p Particles) Given(ctx context.Context, o vdm.Observation) (Drawn, error) {
	y, variance := seenValues(o)
	for _, v := range variance {
		if v == 0 {
			return Drawn{}, errors.New("particles: an observation without errors; the map of noise levels takes it")
		}
	}
	r := rand.New(rand.NewPCG(p.Seed, 1))
	all, n := make([]particle, p.Number), p.Shape[0]*p.Shape[1]*p.Shape[2]*p.Shape[3]
	for i := range all {
		all[i].z = make([]float64, n)
		for j := range all[i].z {
			all[i].z[j] = r.NormFloat64()
		}
	}
	d := Drawn{Effective: float64(p.Number)}
	look := func(q *particle, logSNR float64) error {
		d.Evaluations += n + 1
		return p.look(q, logSNR, o, y, variance)
	}
	for i, step := range p.Plan.Steps {
		if ctx.Err() != nil {
			return Drawn{}, vdm.ErrInterrupted
		}
		if step.PreviousZ != 0 || step.PreviousX != 0 || step.EarlierX != 0 || (step.Noise == 0) != (i == len(p.Plan.Steps)-1) {
			return Drawn{}, fmt.Errorf("particles: sampler %q looks back or draws no noise: want an ancestral one", p.Plan.Name)
		}
		for k := range all {
			q := &all[k]
			if i == 0 {
				if err := look(q, step.LogSNRT); err != nil {
					return Drawn{}, err
				}
				q.weight = q.twist
			}
			if step.Noise == 0 { // the last: the clip is the mean, and the density of the observation is known
				at := make([]float64, n)
				for j := range at {
					at[j] = step.Z*q.z[j] + step.X*q.x[j]
				}
				q.weight += normalDensity(y, seenApply(o, p.Shape, at), variance, 0) - q.twist
				q.z = at
				continue
			}
			// Guidance moves the mean by v·∇ log p(y|z), v the variance of the step, and
			// the weight takes the ratio of the two densities of the step.
			v, before := step.Noise*step.Noise, q.twist
			for j := range q.z {
				move := v * q.upwards[j]
				e := r.NormFloat64()
				off := move + step.Noise*e
				q.z[j] = step.Z*q.z[j] + step.X*q.x[j] + off
				q.weight += (e*e - off*off/v) / 2
			}
			if err := look(q, step.LogSNRS); err != nil {
				return Drawn{}, err
			}
			q.weight += q.twist - before
		}
		if effective := effectiveNumber(all); effective < d.Effective {
			d.Effective = effective
		}
		if last := step.Noise == 0; last || effectiveNumber(all) < float64(p.Number)/2 {
			all = resampled(all, r.Float64())
		}
	}
	for _, q := range all {
		d.X = append(d.X, q.z)
	}
	return d, nil
}

// look sets the estimate, the twist and its gradient of a particle at its noise level.
func (p Particles) look(q *particle, logSNR float64, o vdm.Observation, y, variance []float64) error {
	sigma := vdm.Sigma(logSNR)
	twist := func(z []float64) (float64, []float64, error) {
		x, err := p.Estimate(z, logSNR)
		if err != nil {
			return 0, nil, err
		}
		return normalDensity(y, seenApply(o, p.Shape, x), variance, sigma*sigma), x, nil
	}
	var err error
	if q.twist, q.x, err = twist(q.z); err != nil {
		return err
	}
	const h = 1e-5
	q.upwards = make([]float64, len(q.z))
	moved := append([]float64(nil), q.z...)
	for j := range moved {
		moved[j] += h
		up, _, err := twist(moved)
		if err != nil {
			return err
		}
		q.upwards[j] = (up - q.twist) / h
		moved[j] = q.z[j]
	}
	return nil
}

// normalDensity returns the log of the density of y about a mean, without its constant, the
// errors larger by a variance.
func normalDensity(y, mean, variance []float64, more float64) (log float64) {
	for i, v := range variance {
		d := y[i] - mean[i]
		log -= d*d/(2*(v+more)) + math.Log(v+more)/2
	}
	return log
}

// shares returns the weights, with the sum 1.
func shares(all []particle) []float64 {
	w := make([]float64, len(all))
	for i, q := range all {
		w[i] = q.weight
	}
	total := floats.LogSumExp(w)
	for i := range w {
		w[i] = math.Exp(w[i] - total)
	}
	return w
}

func effectiveNumber(all []particle) float64 {
	w := shares(all)
	return 1 / floats.Dot(w, w)
}

// resampled returns as many particles of equal weight, each as often as its weight says, by
// one random number for all (systematic resampling).
func resampled(all []particle, u float64) []particle {
	out, w, sum, k := make([]particle, len(all)), shares(all), 0.0, 0
	for i := range out {
		for at := (float64(i) + u) / float64(len(all)); k < len(all)-1 && sum+w[k] < at; k++ {
			sum += w[k]
		}
		out[i] = particle{z: append([]float64(nil), all[k].z...), x: all[k].x, twist: all[k].twist, upwards: all[k].upwards}
	}
	return out
}
