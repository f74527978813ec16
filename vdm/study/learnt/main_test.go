package learnt

import (
	"math"
	"testing"

	"github.com/gomlx/compute"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/backend"
	_ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
	"github.com/climate-vdm/climate-vdm/vdm/convnet"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

func engine(t testing.TB) compute.Backend {
	t.Helper()
	be, _, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	return be
}

// showers are frames of 4×4 cells with the distribution of synthetic rain in each: dry
// with probability 0.83.
func showers(n int) *vdm.Samples {
	s := vdm.NewSamples(n, 1, 4, 4, 1)
	noise.Key{Seed: 9, Stream: noise.Synthetic}.Normal(s.Data)
	for i, z := range s.Data {
		s.Data[i] = float32(0.72 * math.Expm1(0.95*max(float64(z)-0.939, 0)))
	}
	return s
}

// small are options of a fit that takes seconds.
func small(o Options) Options {
	o.Network = convnet.Config{Width: 8, Depth: 1}
	o.Steps, o.Batch, o.Rate, o.Seed = 600, 16, 5e-3, 1
	return o
}

// constantClips are frames with one value each.
func constantClips(values ...float32) *vdm.Samples {
	s := vdm.NewSamples(len(values), 1, 4, 4, 1)
	for i := range s.Data {
		s.Data[i] = values[i/16]
	}
	return s
}

var oddNetwork = convnet.Config{Width: 3}
