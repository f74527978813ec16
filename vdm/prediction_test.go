package vdm

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// α and σ keep their relative accuracy in float32 at both ends, on every engine.
func TestAlphaSigmaInTheGraph(t *testing.T) {
	var logSNR []float32
	for l := -60.0; l <= 60; l += 0.5 {
		logSNR = append(logSNR, float32(l))
	}
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		out := enginetest.Evaluate(t, be, func(in []*g.Node) []*g.Node {
			alpha, sigma := Level{LogSNR: in[0]}.AlphaSigma(in[0])
			return []*g.Node{alpha, sigma}
		}, logSNR)
		for i, l := range logSNR {
			enginetest.CloseTo(t, "α", float64(out[0][i]), Alpha(float64(l)), 1e-6)
			enginetest.CloseTo(t, "σ", float64(out[1][i]), Sigma(float64(l)), 1e-6)
		}
	})
}

// A network that gives x̂, ε̂, v̂ or the score exactly (rounded to float32) is
// turned into a prediction, and each estimate is asked back. Where a
// parameterisation serves, every estimate is right to float32; where it does
// not, the error is what the division by σ or α makes of rounding, no more:
//
//	v        everywhere
//	x        v̂ within 1e-6/σ, so good for λ below about 8
//	ε, score v̂ within 1e-6/α, so good for λ above about −8
func TestParameterisationsConvert(t *testing.T) {
	d := correlated()
	r := rand.New(rand.NewPCG(3, 4))
	var z, logSNR []float32
	want := map[Parameterisation][]float64{}
	outputs := map[Parameterisation][]float32{}
	add := func(p Parameterisation, values []float64) {
		want[p] = append(want[p], values...)
		for _, x := range values {
			outputs[p] = append(outputs[p], float32(x))
		}
	}
	for l := -30.0; l <= 30; l += 1.5 {
		zi := d.draw(r)
		for i := range zi {
			zi[i] = float64(float32(Alpha(l)*zi[i] + Sigma(l)*r.NormFloat64()))
			z = append(z, float32(zi[i]))
		}
		x, eps, v, score := d.estimates(zi, l)
		add(PredictX, x)
		add(PredictEpsilon, eps)
		add(PredictV, v)
		add(PredictScore, score)
		logSNR = append(logSNR, float32(l))
	}
	n, dims := len(logSNR), []int{len(logSNR), 1, 1, d.dim(), 1}
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		for _, p := range []Parameterisation{PredictV, PredictX, PredictEpsilon, PredictScore} {
			out := enginetest.Evaluate(t, be, func(in []*g.Node) []*g.Node {
				network := func(z *g.Node, at Level, _ Batch) *g.Node { return in[2] }
				q := p.Denoiser(network)(in[0], Level{LogSNR: in[1]}, Batch{})
				return []*g.Node{q.X(), q.Epsilon(), g.MulScalar(q.V, 2), q.Score()}
			}, enginetest.Tensor(z, dims...), enginetest.Tensor(logSNR, n), enginetest.Tensor(outputs[p], dims...))
			for i := range out[2] { // asked for doubled, as from v it is an input
				out[2][i] /= 2
			}
			worst := 0.0 // error of v̂ where p serves
			for i := range z {
				l := float64(logSNR[i/d.dim()])
				alpha, sigma := Alpha(l), Sigma(l)
				bound := 1e-6
				serves := true
				switch p {
				case PredictX:
					bound, serves = 1e-6/sigma, l <= 8
				case PredictEpsilon, PredictScore:
					bound, serves = 1e-6/alpha, l >= -8
				}
				scale := 1 + math.Abs(float64(z[i])) + math.Abs(want[PredictX][i]) + math.Abs(want[PredictEpsilon][i])
				bound *= scale
				for j, c := range []struct {
					kind   Parameterisation
					factor float64 // of an error of v̂ in this estimate
				}{{PredictX, sigma}, {PredictEpsilon, alpha}, {PredictV, 1}, {PredictScore, alpha / sigma}} {
					limit := c.factor * bound
					if c.kind == PredictScore {
						limit += 1e-6 * scale / sigma
					} else {
						limit += 1e-6 * scale
					}
					e := math.Abs(float64(out[j][i]) - want[c.kind][i])
					if !(e <= limit) {
						t.Errorf("from %s, λ = %v: %s is %v, want %v (error %.1e, bound %.1e)", p, l, c.kind, out[j][i], want[c.kind][i], e, limit)
					}
					if c.kind == PredictV && serves {
						worst = max(worst, e)
					}
				}
			}
			t.Logf("from %s: largest error of v̂ where it serves %.1e", p, worst)
			if !(worst <= 1e-5) {
				t.Errorf("from %s: error of v̂ is %.1e where it should serve", p, worst)
			}
		}
	})
}

func TestParameterisationIsRefusedByName(t *testing.T) {
	err := Parameterisation("velocity").Validate()
	if err == nil || !strings.Contains(err.Error(), `"velocity"`) {
		t.Errorf("error %v does not name the parameterisation", err)
	}
}
