package vdm

import (
	"context"
	"math"
	"testing"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// With means of blocks known the denoiser sees a z whose means of blocks are
// forward samples of them, noise and all, and which is z but for that: each cell
// of a block is moved by the same amount, and a block that is not known is not.
func TestReplacementOfBlockMeans(t *testing.T) {
	clip := [4]int{1, 2, 4, 1}
	blocks, err := BlockMeans(2, 4, 2)
	if err != nil {
		t.Fatal(err)
	}
	z := []float32{1, 2, 3, 4, 5, 6, 7, 8, -1, 0, 1, 0, 2, 0, 0, 1}
	n := []float32{.1, .2, .3, .4, .5, .6, .7, .8, 1, 1, 1, 1, -1, -1, 0, 0}
	y := [][]float64{{3, math.NaN()}, {0.5, -2}}
	levels := []float32{-2, 3}
	var values []float32
	for _, v := range y {
		values = append(values, enginetest.Float32s(v)...)
	}
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		seen := enginetest.Evaluate(t, be, func(in []*g.Node) []*g.Node {
			given, err := Observation{{Of: blocks, Y: values}}.Fixed(in[0], in[1])
			if err != nil {
				t.Fatal(err)
			}
			if !given.Replaceable() {
				t.Fatal("block means are not replaceable")
			}
			zero := PredictV.Denoiser(func(z *g.Node, at Level, _ Batch) *g.Node { return g.ZerosLike(z) })
			return []*g.Node{g.MulScalar(Replacement{}.Guide(zero, given)(in[0], Level{LogSNR: in[2]}, Batch{}).Z, 1)}
		}, enginetest.Tensor(z, 2, 1, 2, 4, 1), enginetest.Tensor(n, 2, 1, 2, 4, 1), enginetest.Tensor(levels, 2))[0]
		for s, level := range levels {
			wide := func(x []float32) []float64 {
				var out []float64
				for _, v := range x[8*s:][:8] {
					out = append(out, float64(v))
				}
				return out
			}
			of := func(x []float64) []float64 {
				means, err := blocks.Apply(x, clip)
				if err != nil {
					t.Fatal(err)
				}
				return means
			}
			means, noises, before := of(wide(seen)), of(wide(n)), of(wide(z))
			for b, known := range y[s] {
				want := before[b]
				if !math.IsNaN(known) {
					want = Alpha(float64(level))*known + Sigma(float64(level))*noises[b]
				}
				enginetest.Near(t, "mean of a block", means[b], want, 1e-6)
				for _, cell := range []int{2 * b, 2*b + 1, 4 + 2*b, 5 + 2*b} {
					enginetest.Near(t, "move of a cell", wide(seen)[cell]-wide(z)[cell], want-before[b], 1e-6)
				}
			}
		}
	})
}

// AsOriginal is the step of the original program: after the step to s the known
// cells are drawn from q(z_s | z_t, x) with z_s standing where z_t belongs. The
// same in float64 with the noise of the keys.
func TestReplacementAsOriginalFollowsTheProgram(t *testing.T) {
	d := correlated()
	x := []float64{0.7, math.NaN(), -1.1, math.NaN()}
	plan := ancestral(t, Cosine{Min: -15, Max: 15}, 30, LowerBound)
	const seed, count = 5, 3
	normal := func(stream noise.Stream, sample, step int) []float64 {
		return normals(noise.Key{Seed: seed, Stream: stream, Sample: uint32(sample), Step: uint64(step)}, 4)
	}
	var want []float64
	for sample := range count {
		z := normal(noise.Latent, sample, 0)
		for k, now := range plan.Follow(z, d.meanOfX, func(step int) []float64 { return normal(noise.Step, sample, step) }) {
			z = now.Z
			known, back := normal(noise.Known, sample, k), NewTransition(now.Step.LogSNRT, now.Step.LogSNRS)
			for i := range z {
				if !math.IsNaN(x[i]) {
					z[i] = back.MeanZ*z[i] + back.MeanX*x[i] + back.Lower*known[i]
				}
			}
		}
		want = append(want, z...)
	}
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		o := Observation{{Y: enginetest.Float32s(x)}}
		got, err := SampleFrom(context.Background(), be, d.denoiser, plan, [4]int{1, 1, 4, 1}, o, DrawOptions{Count: count, Seed: seed, Guidance: Replacement{AsOriginal: true}})
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range got.Data {
			if cell := i % 4; math.IsNaN(x[cell]) {
				enginetest.Near(t, "generated cell", float64(v), want[i], 2e-5)
			} else if float64(v) != float64(float32(x[cell])) {
				t.Errorf("known cell %d is %v, want %v", cell, v, x[cell])
			}
		}
	})
}
