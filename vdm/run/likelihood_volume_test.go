package run

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
)

// volumeTransforms are transforms whose values y ~ N(0, 1) give a distribution of x
// that has a name: a normal distribution, the square of one, and a shifted
// log-normal one.
var volumeTransforms = []struct {
	name    string
	density func(x float64) float64 // of x > 0 where y ~ N(0, 1)
}{
	{"affine:0:50", distuv.Normal{Mu: 25, Sigma: 25}.Prob},
	{"sqrt+affine:0:8", func(x float64) float64 { // of both roots the positive one
		return distuv.Normal{Mu: 4, Sigma: 4}.Prob(math.Sqrt(x)) / (2 * math.Sqrt(x))
	}},
	{"log:0.5+affine:0:6", func(x float64) float64 { // x + ε is exp of N(3 + log ε, 3²)
		return distuv.LogNormal{Mu: 3 + math.Log(0.5), Sigma: 3}.Prob(x + 0.5)
	}},
}

// volumeModel is a model of one channel with a transform.
func volumeModel(t *testing.T, name string) (*Run, transform.Transform) {
	t.Helper()
	c := tinyConfig(t)
	c.Clip.Channels[0].Transform = parse(t, name)
	tr, err := c.Clip.Channels[0].Transform.Build()
	if err != nil {
		t.Fatal(err)
	}
	return create(t, c, nil), tr
}

// severalRates is two clips of the tiny model, rain rates without an atom, none of
// them twice.
func severalRates() *vdm.Samples {
	s := vdm.NewSamples(2, 2, 4, 4, 1)
	for i := range s.Data {
		s.Data[i] = 0.5 + 0.3*float32(i) + 0.01*float32(i*i)
	}
	return s
}

// The volume of a clip is −Σ log dy/dx, the slopes taken from finite differences of
// the transform.
func TestVolumeAgainstFiniteDifferences(t *testing.T) {
	for _, c := range volumeTransforms {
		t.Run(c.name, func(t *testing.T) {
			m, tr := volumeModel(t, c.name)
			clips := severalRates()
			_, volumes, err := m.likelihoodClips(clips, vdm.LikelihoodOptions{})
			if err != nil {
				t.Fatal(err)
			}
			for i := range clips.Len() {
				want := 0.0
				for _, v := range clips.At(i) {
					x, h := float64(v), 1e-3*float64(v)
					// Of fourth order.
					slope := (8*(tr.Forward(x+h)-tr.Forward(x-h)) - (tr.Forward(x+2*h) - tr.Forward(x-2*h))) / (12 * h)
					want -= math.Log(slope)
				}
				enginetest.Near(t, fmt.Sprintf("volume of clip %d", i), volumes[i], want, 1e-8)
			}
		})
	}
}

// With y ~ N(0, 1), −log p of y plus the volume is −log of the density that x has
// by name.
func TestVolumeAgainstAKnownDensity(t *testing.T) {
	for _, c := range volumeTransforms {
		t.Run(c.name, func(t *testing.T) {
			m, _ := volumeModel(t, c.name)
			clips := severalRates()
			y, volumes, err := m.likelihoodClips(clips, vdm.LikelihoodOptions{})
			if err != nil {
				t.Fatal(err)
			}
			for i := range clips.Len() {
				got, want := volumes[i], 0.0
				for j, x := range clips.At(i) {
					got -= distuv.UnitNormal.LogProb(float64(y.At(i)[j]))
					want -= math.Log(c.density(float64(x)))
				}
				enginetest.Near(t, fmt.Sprintf("−log p of clip %d", i), got, want, 1e-5) // y is float32
			}
		})
	}
}

// Rounded data: −log p of the moved y plus the volume is −log of the probability of
// the step, Φ(y(x + δ)) − Φ(y(x)), to second order in δ where the value is moved by
// half a step. Without n·log δ, or with its sign turned, it is off by at least 6
// nats a value.
func TestVolumeAgainstAKnownProbability(t *testing.T) {
	const step = 1e-3
	for _, c := range volumeTransforms {
		t.Run(c.name, func(t *testing.T) {
			m, tr := volumeModel(t, c.name)
			clips := severalRates()
			maps := []transform.Transform{tr}
			for i := range clips.Len() {
				want, got := 0.0, 0.0
				middle := make([]float32, len(clips.At(i)))
				for j, v := range clips.At(i) {
					x := float64(v)
					want -= math.Log(distuv.UnitNormal.CDF(tr.Forward(x+step)) - distuv.UnitNormal.CDF(tr.Forward(x)))
					middle[j] = float32(x + step/2)
					got -= distuv.UnitNormal.LogProb(tr.Forward(x + step/2))
				}
				got += m.volume(middle, step, maps)
				enginetest.Near(t, fmt.Sprintf("−log P of clip %d", i), got, want, 1e-4)
			}
		})
	}
}

// What ELBO and FlowLikelihood report holds the volume once: it is the closed form
// of an affine transform, n·log of half its range and n·log 1/δ, and the total
// contains it.
func TestVolumeThroughAModel(t *testing.T) {
	m, _ := volumeModel(t, "affine:0:50")
	clips := severalRates()
	for i, v := range clips.Data {
		clips.Data[i] = float32(math.Round(float64(v)*4) / 4)
	}
	for _, step := range []float64{0.25, 0.125} {
		o := vdm.LikelihoodOptions{Levels: 2, Steps: 2, Dequantise: step}
		want := 32 * (math.Log(25) - math.Log(step))
		b, err := m.ELBO(t.Context(), clips, o)
		if err != nil {
			t.Fatal(err)
		}
		enginetest.Near(t, "volume of the bound", b.Volume.Mean, want, 1e-9)
		enginetest.Near(t, "total of the bound", b.Total.Mean, b.Reconstruction.Mean+b.Prior.Mean+b.Diffusion.Mean+want, 1e-6)
		f, err := m.FlowLikelihood(t.Context(), clips, o)
		if err != nil {
			t.Fatal(err)
		}
		enginetest.Near(t, "volume of the flow", f.Volume.Mean, want, 1e-9)
		enginetest.Near(t, "total of the flow", f.Total.Mean, f.Prior.Mean+f.Trace.Mean+want, 1e-6)
	}
}
